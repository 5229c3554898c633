"""Which sentences make the answer, in which order, and which other sources say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex

from index.encoders.encoder import Encoder
from retrieval.answering.antecedents import with_antecedent
from retrieval.answering.asking import Asking, asking_of
from retrieval.answering.comparing.agreement import REPEATED, agree, similarity
from retrieval.answering.evidence import Sentence
from retrieval.answering.marking import answer_span
from retrieval.answering.options import AnswerOptions
from retrieval.answering.statements import Statement
from retrieval.found import Found

_ASKS = regex.compile(r"[?？؟⸮][\"'”’»)\]]*$")
NEAR = 0.09  # below the best score, a sentence no longer belongs to the answer
NEAR_WITHOUT = 0.03
CONSIDERED = 30  # sentences looked at more closely
NAMES_IT = 0.03  # added where a sentence names a time, a person, a place or a quantity, as the question asks
MOST_AGREEING = 3  # further sources cited for one statement
FROM_ONE_ARTICLE = 2  # statements in a row of choice, as long as other articles have something to say
HEARD = 0.05  # taken off where the conversation has quoted a sentence before
OWN_LANGUAGE = 0.1  # so much worse may be the sentence in the question's language that is quoted instead


def select(
    found: Found, sentences: Sequence[Sentence], options: AnswerOptions, asking: Asking | None = None
) -> list[Statement]:
    """The statements of the answer in reading order; `sentences` come best first.

    What is asked for is read from the question, unless `asking` says it.
    """
    if not sentences:
        return []
    articles = [passage.article.id for passage in found.result.passages]
    weighed = _answering(found, sentences, asking or asking_of(found))
    kin = _Kin(articles, found.encoder)
    said = [one for one, _ in weighed]
    statements = [Statement(one, kin.agreeing(one, said)) for one in _distinct(_near(weighed), kin)]
    chosen = _several_articles(sorted(statements, key=lambda one: -one.score), articles)[: options.sentences]
    shown = [_in_language(one, found.asked.understood.language) for one in chosen]
    return _in_reading_order(_understandable(found, shown, sentences), articles)


def _answering(found: Found, sentences: Sequence[Sentence], asking: Asking) -> list[tuple[Sentence, bool]]:
    """The best sentences, and whether each names a thing of the kind asked for.

    Those that do come forward, and those that ask themselves are left out: a question resembles a
    question, but answers none.
    """
    said = [s for s in sentences if not _ASKS.search(s.text)] or sentences
    return sorted((_weighed(found, s, asking) for s in said[:CONSIDERED]), key=lambda one: -one[0].score)


def _weighed(found: Found, sentence: Sentence, asking: Asking) -> tuple[Sentence, bool]:
    names_it = answer_span(found, sentence, asking.kind, asking.measure) is not None
    heard = asking.has_quoted(sentence.text)
    return replace(sentence, score=sentence.score + NAMES_IT * names_it - HEARD * heard), names_it


def _near(weighed: Sequence[tuple[Sentence, bool]]) -> list[Sentence]:
    """Those about as good as the best; where that names what is asked for, others without it must come nearer."""
    best, best_names_it = weighed[0]
    margins = (NEAR if names_it or not best_names_it else NEAR_WITHOUT for _, names_it in weighed)
    return [s for (s, _), margin in zip(weighed, margins, strict=True) if s.score >= best.score - margin]


def _distinct(near: Sequence[Sentence], kin: _Kin) -> list[Sentence]:
    """Without what says the same as a better one, or what an article repeats."""
    out: list[Sentence] = []
    for sentence in near:
        if not any(kin.repeats(sentence, one) or kin.agree(sentence, one) for one in out):
            out.append(sentence)
    return out


@dataclass(frozen=True)
class _Kin:
    """Which sentences say the same; `articles` are the articles of the passages."""

    articles: Sequence[str]
    encoder: Encoder

    def agree(self, sentence: Sentence, other: Sentence) -> bool:
        """Whether sentences of two articles say the same."""
        return not self._of_one_article(sentence, other) and agree(sentence, other, self.encoder)

    def repeats(self, sentence: Sentence, other: Sentence) -> bool:
        """Whether two sentences are the same, or nearly so in one article."""
        same = self._of_one_article(sentence, other)
        return sentence.text == other.text or (same and similarity(sentence, other) >= REPEATED)

    def agreeing(self, sentence: Sentence, all_said: Sequence[Sentence]) -> tuple[Sentence, ...]:
        """The best sentences of other articles that say the same, however far down they were found."""
        heard = {self.articles[sentence.passage]}
        out: list[Sentence] = []
        for other in all_said:
            article = self.articles[other.passage]
            if article not in heard and len(out) < MOST_AGREEING and self.agree(other, sentence):
                heard.add(article)
                out.append(other)
        return tuple(out)

    def _of_one_article(self, sentence: Sentence, other: Sentence) -> bool:
        return self.articles[sentence.passage] == self.articles[other.passage]


def _several_articles(statements: Sequence[Statement], articles: Sequence[str]) -> list[Statement]:
    """In the order given, but what goes beyond an article's share comes after what other articles say."""
    said: dict[str, int] = {}
    first: list[Statement] = []
    later: list[Statement] = []
    for one in statements:
        article = articles[one.sentence.passage]
        said[article] = said.get(article, 0) + 1
        (first if said[article] <= FROM_ONE_ARTICLE else later).append(one)
    return first + later


def _in_language(statement: Statement, language: str) -> Statement:
    """The statement with the sentence in the question's language in front, where it is nearly as good."""
    said = (statement.sentence, *statement.agreeing)
    own = [s for s in said if s.language == language and s.score >= said[0].score - OWN_LANGUAGE]
    if statement.sentence.language == language or not own:
        return statement
    return Statement(own[0], tuple(s for s in said if s is not own[0]))


def _understandable(found: Found, statements: Sequence[Statement], sentences: Sequence[Sentence]) -> list[Statement]:
    """Each quoted with what goes before it, where that says who is meant; what is quoted so anyway is told once."""
    whole = [replace(one, antecedent=with_antecedent(found, one.sentence, sentences)) for one in statements]
    out: list[Statement] = []
    for one in whole:
        told = next((other for other in whole if _is_in(found, one.sentence, other)), one)
        if told not in out:
            out.append(told)
    return out


def _is_in(found: Found, sentence: Sentence, statement: Statement) -> bool:
    """Whether a statement quotes a sentence beside its own."""
    quoted, passages = statement.quoted, found.result.passages
    same = passages[quoted.passage].article.id == passages[sentence.passage].article.id
    return same and quoted.start <= sentence.start and sentence.end <= statement.sentence.start


def _in_reading_order(statements: Sequence[Statement], articles: Sequence[str]) -> list[Statement]:
    """The best first; of the others, those of one article together and in the order of its text."""
    rank = {articles[one.sentence.passage]: i for i, one in reversed(list(enumerate(statements)))}
    rest = sorted(statements[1:], key=lambda one: (rank[articles[one.sentence.passage]], one.sentence.start))
    return [*statements[:1], *rest]

"""Which sentences make the answer, in which order, and which other sources say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex

from retrieval.answering.agreement import REPEATED, agree, similarity
from retrieval.answering.evidence import Sentence
from retrieval.answering.options import AnswerOptions
from retrieval.answering.spans import answer_span
from retrieval.found import Found

_ASKS = regex.compile(r"[?？؟⸮][\"'”’»)\]]*$")
NEAR = 0.09  # below the best score, a sentence no longer belongs to the answer
NEAR_WITHOUT = 0.03
CONSIDERED = 30  # sentences looked at more closely
NAMES_IT = 0.03  # added where a sentence names a time, a person, a place or a quantity, as the question asks
MOST_AGREEING = 3  # further sources cited for one statement
FROM_ONE_ARTICLE = 2  # statements in a row of choice, as long as other articles have something to say
SUPPORT = 0.02  # what each further source adds to a statement's score
OWN_LANGUAGE = 0.1  # so much worse may be the sentence in the question's language that is quoted instead


@dataclass(frozen=True)
class Statement:
    """A sentence of the answer, and sentences of other articles that say the same."""

    sentence: Sentence
    agreeing: tuple[Sentence, ...] = ()

    @property
    def score(self) -> float:
        """Of the sentence, strengthened by each article that agrees."""
        return self.sentence.score + SUPPORT * len(self.agreeing)


def select(found: Found, sentences: Sequence[Sentence], options: AnswerOptions) -> list[Statement]:
    """The statements of the answer in reading order; `sentences` come best first."""
    if not sentences:
        return []
    articles = [passage.article.id for passage in found.result.passages]
    weighed = _answering(found, sentences)
    statements = _supported(_distinct(_near(weighed), articles), [one for one, _ in weighed], articles)
    chosen = _several_articles(sorted(statements, key=lambda one: -one.score), articles)[: options.sentences]
    return _in_reading_order([_quoted(one, found.asked.understood.language) for one in chosen], articles)


def _answering(found: Found, sentences: Sequence[Sentence]) -> list[tuple[Sentence, bool]]:
    """The best sentences, and whether each names a thing of the kind asked for.

    Those that do come forward, and those that ask themselves are left out: a question resembles a
    question, but answers none.
    """
    said = [s for s in sentences if not _ASKS.search(s.text)] or sentences
    return sorted((_weighed(found, s) for s in said[:CONSIDERED]), key=lambda one: -one[0].score)


def _weighed(found: Found, sentence: Sentence) -> tuple[Sentence, bool]:
    names_it = answer_span(found, sentence) is not None
    return replace(sentence, score=sentence.score + NAMES_IT * names_it), names_it


def _near(weighed: Sequence[tuple[Sentence, bool]]) -> list[Sentence]:
    """Those about as good as the best; where that names what is asked for, others without it must come nearer."""
    best, best_names_it = weighed[0]
    margins = (NEAR if names_it or not best_names_it else NEAR_WITHOUT for _, names_it in weighed)
    return [s for (s, _), margin in zip(weighed, margins, strict=True) if s.score >= best.score - margin]


def _distinct(near: Sequence[Sentence], articles: Sequence[str]) -> list[Sentence]:
    """Without what says the same as a better one, or what an article repeats."""
    out: list[Sentence] = []
    for sentence in near:
        if not any(_repeats(sentence, one, articles) or _agrees(sentence, one, articles) for one in out):
            out.append(sentence)
    return out


def _supported(distinct: Sequence[Sentence], all_said: Sequence[Sentence], articles: Sequence[str]) -> list[Statement]:
    """Each with the best sentences of other articles that say the same, however far down they were found."""
    return [Statement(one, _agreeing(one, all_said, articles)) for one in distinct]


def _agreeing(sentence: Sentence, all_said: Sequence[Sentence], articles: Sequence[str]) -> tuple[Sentence, ...]:
    heard = {articles[sentence.passage]}
    out: list[Sentence] = []
    for other in all_said:
        if articles[other.passage] not in heard and len(out) < MOST_AGREEING and agree(other, sentence):
            heard.add(articles[other.passage])
            out.append(other)
    return tuple(out)


def _repeats(sentence: Sentence, other: Sentence, articles: Sequence[str]) -> bool:
    same_article = articles[sentence.passage] == articles[other.passage]
    return sentence.text == other.text or (same_article and similarity(sentence, other) >= REPEATED)


def _agrees(sentence: Sentence, other: Sentence, articles: Sequence[str]) -> bool:
    return articles[sentence.passage] != articles[other.passage] and agree(sentence, other)


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


def _quoted(statement: Statement, language: str) -> Statement:
    """The statement with the sentence in the question's language in front, where it is nearly as good."""
    said = (statement.sentence, *statement.agreeing)
    own = [s for s in said if s.language == language and s.score >= said[0].score - OWN_LANGUAGE]
    if statement.sentence.language == language or not own:
        return statement
    return Statement(own[0], tuple(s for s in said if s is not own[0]))


def _in_reading_order(statements: Sequence[Statement], articles: Sequence[str]) -> list[Statement]:
    """The best first; of the others, those of one article together and in the order of its text."""
    rank = {articles[one.sentence.passage]: i for i, one in reversed(list(enumerate(statements)))}
    rest = sorted(statements[1:], key=lambda one: (rank[articles[one.sentence.passage]], one.sentence.start))
    return [*statements[:1], *rest]

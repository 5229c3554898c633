"""Which sentences make the answer, in which order, and which other sources say the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from retrieval.answering.agreement import REPEATED, agree, similarity
from retrieval.answering.evidence import Sentence
from retrieval.answering.options import AnswerOptions
from retrieval.found import Found

NEAR = 0.12  # below the best score, a sentence no longer belongs to the answer
CONSIDERED = 40  # sentences compared with each other
MOST_AGREEING = 3  # further sources cited for one statement
FROM_ONE_ARTICLE = 2  # statements in a row of choice, as long as other articles have something to say
SUPPORT = 0.02  # what each further source adds to a statement's score
OWN_LANGUAGE = 0.05  # so much worse may be the sentence in the question's language that is quoted instead


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
    near = [s for s in sentences[:CONSIDERED] if s.score >= sentences[0].score - NEAR]
    statements = sorted(_grouped(near, articles), key=lambda one: -one.score)
    chosen = _several_articles(statements, articles)[: options.sentences]
    return _in_reading_order([_quoted(one, found.asked.understood.language) for one in chosen], articles)


def _grouped(near: Sequence[Sentence], articles: Sequence[str]) -> list[Statement]:
    """Sentences that say the same, as one statement; what one article merely repeats is left out."""
    out: list[Statement] = []
    for sentence in near:
        if any(_repeats(sentence, one.sentence, articles) for one in out):
            continue
        home = next((i for i, one in enumerate(out) if _agrees(sentence, one, articles)), None)
        if home is None:
            out.append(Statement(sentence))
        elif len(out[home].agreeing) < MOST_AGREEING:
            out[home] = replace(out[home], agreeing=(*out[home].agreeing, sentence))
    return out


def _repeats(sentence: Sentence, other: Sentence, articles: Sequence[str]) -> bool:
    same_article = articles[sentence.passage] == articles[other.passage]
    return sentence.text == other.text or (same_article and similarity(sentence, other) >= REPEATED)


def _agrees(sentence: Sentence, statement: Statement, articles: Sequence[str]) -> bool:
    heard = {articles[one.passage] for one in (statement.sentence, *statement.agreeing)}
    return articles[sentence.passage] not in heard and agree(sentence, statement.sentence)


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
    """The best first; sentences of one article together and in the order of its text."""
    rank = {articles[one.sentence.passage]: i for i, one in reversed(list(enumerate(statements)))}
    return sorted(statements, key=lambda one: (rank[articles[one.sentence.passage]], one.sentence.start))

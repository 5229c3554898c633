"""Fits the log-odds to one archive: scale and offset (Platt, 1999) from questions of which a person has judged whether
the archive answers them, or the offset alone from questions made of the archive, which it does not answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from index.text.analyser import analyse
from index.text.sentences import sentence_spans
from index.truth.schema import StoredArticle
from retrieval.answering.asked_words import cut
from retrieval.answering.confidence import FARTHEST, Calibration
from retrieval.answering.evidence import sentences_of
from retrieval.answering.following.small_words import UNSPACED
from retrieval.answering.signals import signals
from retrieval.options import SearchOptions
from retrieval.searcher import NOTHING, Searcher

PRIOR = 1.0  # how much the scale and offset that come with Zitat hold against the cases
START = np.array([1.0, 0.0])
LEAST_SCALE = 0.05  # a scale of 0 or less would turn the judgement around
STEPS, CLOSE = 50, 1e-9
FOLDS = 5
FEWEST_WORDS, SHORTEST, LONGEST = 4, 3, 8  # words of a sentence to make a question of; words of a made question
USUAL = -2.2  # mean log-odds of made questions on XQuAD, over its languages (docs/decisions/0007-refusal.md)
DOUBT = 20.0  # made questions that hold against those of the archive
_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """A question, and whether the archive answers it; `without` are clusters to be taken as not there.

    `language` is the question's, where it need not be detected.
    """

    question: str
    answerable: bool
    without: frozenset[int] = NOTHING
    language: str | None = None


@dataclass(frozen=True)
class Refusing:
    """Of the refused, the share that the archive does not answer; of those it does not answer, the share refused."""

    precision: float
    recall: float


def log_odds(searcher: Searcher, asked: Sequence[Judged], options: SearchOptions = SearchOptions()) -> Iterator[float]:
    """What the weights that come with Zitat say of each question, as they come."""
    judge = Calibration()
    for one in asked:
        found = searcher.find(one.question, replace(options, question_language=one.language), without=one.without)
        known = signals(found, sentences_of(found))
        yield judge.log_odds(known, found.asked.understood.language)


def rescaled(told: Sequence[float], answerable: Sequence[bool]) -> Calibration:
    """Scale and offset under which the log-odds fit best what is true; few cases change little."""
    rows = np.stack([np.array(told), np.ones(len(told))], 1)
    truth, now = np.array(answerable, float), START
    for _ in range(STEPS):  # Newton's method; the loss is convex, but a whole step may go too far
        p = 1.0 / (1.0 + np.exp(-np.clip(rows @ now, -FARTHEST, FARTHEST)))
        slope = rows.T @ (p - truth) + PRIOR * (now - START)
        curve = (rows * (p * (1 - p))[:, None]).T @ rows + PRIOR * np.eye(2)
        step = np.linalg.solve(curve, slope)
        while _loss(now - step, rows, truth) > _loss(now, rows, truth) and np.abs(step).max() > CLOSE:
            step = step / 2
        now = now - step
        if np.abs(step).max() <= CLOSE:
            break
    return Calibration(scale=max(float(now[0]), LEAST_SCALE), offset=float(now[1]))


def _loss(now: _Floats, rows: _Floats, truth: _Floats) -> float:
    told = rows @ now
    return float((np.logaddexp(0.0, told) - truth * told).sum() + PRIOR / 2 * ((now - START) ** 2).sum())


def before_and_after(told: Sequence[float], answerable: Sequence[bool]) -> tuple[Refusing, Refusing]:
    """Of refusing with the weights as they come, and rescaled: each case by what the cases of other folds say."""
    x, y = np.array(told), np.array(answerable, bool)
    after = np.zeros(len(x))
    for fold in range(FOLDS):
        own = np.arange(len(x)) // 2 % FOLDS == fold  # a made question and the same without its article stay together
        judge = rescaled(x[~own].tolist(), y[~own].tolist())
        after[own] = [judge.probability(value) for value in x[own].tolist()]
    plain = Calibration()
    return _refusing(np.array([plain.probability(v) for v in told]), y), _refusing(after, y)


def _refusing(believed: _Floats, answerable: NDArray[np.bool_]) -> Refusing:
    refused = believed < Calibration.threshold
    rightly = int((refused & ~answerable).sum())
    return Refusing(rightly / max(1, int(refused.sum())), rightly / max(1, int((~answerable).sum())))


def made_questions(searcher: Searcher, count: int, language: str | None = None) -> list[Judged]:
    """Questions that the archive does not answer: words of articles spread evenly over it, each asked without its own.

    They are of articles in one language where it is given; of those whose middle sentence has too few words, none.
    """
    store = searcher.archive.store
    ids = sorted(id for id, spoken in store.languages_by_id().items() if language in (None, spoken))
    step = max(1.0, len(ids) / max(1, count))
    chosen = [ids[int(at * step)] for at in range(min(count, len(ids)))]
    asked = ((stored, _made(searcher, stored)) for stored in filter(None, map(store.article, chosen)))
    return [Judged(text, False, frozenset({one.cluster}), one.article.language) for one, text in asked if text]


def _made(searcher: Searcher, stored: StoredArticle) -> str:
    """The commoner half of the words of the sentence in the middle of the article, without small ones, in their order.

    The rarer half names things that only this article has, and is far easier to refuse than what people ask.
    """
    text, language = stored.article.text, stored.article.language
    spans = sentence_spans(text, language)
    sentence = text[slice(*spans[len(spans) // 2])] if spans else ""
    words = [sentence[start:end] for start, end, small in cut(sentence, language) if not small and end - start > 1]
    if len(words) < FEWEST_WORDS:
        return ""
    terms = [analyse(word, language) for word in words]
    common = searcher.archive.view().document_frequency({term for one in terms for term in one})
    often = [min((common[term] for term in one), default=0) for one in terms]
    kept = sorted(range(len(words)), key=lambda at: (-often[at], -at))[: max(SHORTEST, min(LONGEST, len(words) // 2))]
    return ("" if language in UNSPACED else " ").join(words[at] for at in sorted(kept))


def shifted(told: Sequence[float]) -> Calibration:
    """The offset of an archive in which what is not there looks more, or less, as if it were than is usual.

    `told` are the log-odds of made questions. What is there looks alike in all archives that were measured, so the
    middle between both moves half as far as what is not; few questions move it little.
    """
    sure = len(told) / (len(told) + DOUBT)
    return Calibration(offset=sure * (USUAL - float(np.mean(told))) / 2)

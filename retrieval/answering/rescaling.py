"""Fits scale and offset of the log-odds to one archive (Platt, 1999), from questions of which it is known whether the
archive answers them: judged by a person, or made from the archive's own articles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from index.analyser import analyse
from index.schema import StoredArticle
from index.scripts import UNSPACED
from index.sentences import sentence_spans
from retrieval.answering.confidence import FARTHEST, Calibration
from retrieval.answering.evidence import sentences_of
from retrieval.answering.signals import signals
from retrieval.searcher import NOTHING, Searcher

PRIOR = 1.0  # how much the scale and offset that come with Zitat hold against the cases
START = np.array([1.0, 0.0])
LEAST_SCALE = 0.05  # a scale of 0 or less would turn the judgement around
STEPS, CLOSE = 50, 1e-9
FOLDS = 5
SHORTEST, LONGEST = 4, 12  # words of a made question
_CLAUSE = regex.compile(r"[、，,；。！？]")
_UNSPACED = regex.compile(f"[{UNSPACED}]{{5}}")
_Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """A question, and whether the archive answers it; `without` are clusters to be taken as not there."""

    question: str
    answerable: bool
    without: frozenset[int] = NOTHING


@dataclass(frozen=True)
class Refusing:
    """Of the refused, the share that the archive does not answer; of those it does not answer, the share refused."""

    precision: float
    recall: float


def log_odds(searcher: Searcher, asked: Sequence[Judged]) -> Iterator[float]:
    """What the weights that come with Zitat say of each question, as they come."""
    judge = Calibration()
    for one in asked:
        found = searcher.find(one.question, without=one.without)
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


def made_questions(searcher: Searcher, count: int) -> list[Judged]:
    """From articles spread evenly over the archive: the rarest words of a sentence, with the article and without."""
    store = searcher.archive.store
    ids = sorted(store.languages_by_id())
    step = max(1.0, len(ids) / max(1, count))
    chosen = [ids[int(at * step)] for at in range(min(count, len(ids)))]
    out: list[Judged] = []
    for stored in filter(None, map(store.article, chosen)):
        if question := _made(searcher, stored):
            out += [Judged(question, True), Judged(question, False, frozenset({stored.cluster}))]
    return out


def _made(searcher: Searcher, stored: StoredArticle) -> str:
    """Half of the words of the sentence in the middle of the article, the rarest, in their order."""
    text, language = stored.article.text, stored.article.language
    spans = sentence_spans(text, language)
    sentence = text[slice(*spans[len(spans) // 2])] if spans else ""
    words = sentence.split()
    if len(words) < SHORTEST:  # too short to ask for, or of a script without spaces, where a clause has to do
        clause = max(_CLAUSE.split(sentence), key=len)
        return clause.strip() if _UNSPACED.search(clause) else ""
    terms = [analyse(word, language) for word in words]
    common = searcher.archive.view().terms.document_frequency({term for one in terms for term in one})
    often = [min((common[term] for term in one), default=1 << 30) for one in terms]
    kept = sorted(range(len(words)), key=lambda at: (often[at], at))[: min(LONGEST, max(SHORTEST, len(words) // 2))]
    return " ".join(words[at] for at in sorted(kept))

"""Fits the weights of refusing on cases, and says how good a set of confidences is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.answering.confidence import Calibration, kind_of, logistic
from retrieval.answering.signals import Signals

OF_TOKENS = (
    "answered by the best sentence", "answered by any passage", "names answered by the first passage",
    "passages that answer to all", "candidates that meet most", "word met least", "met as well as anywhere",
    "best passage falls short", "lead of sentence over the 5th", "lead of score", "lead of score over the 5th",
    "words and late interaction agree", "cosine in the middle", "own language",
)  # fmt: skip
PLAIN = (
    "own language", "cosine", "lead of cosine over the 5th", "lead of cosine over the 20th", "lead of score",
    "lead of score over the 5th", "words", "lead of words over the 5th", "words and cosine agree",
)  # fmt: skip
OF_FEW = (*PLAIN, "candidates that meet most")  # the seeds' questions in other languages are told best by these
SIGNALS = {"tokens": OF_TOKENS, "few": OF_FEW, "plain": PLAIN}
INVERSE_PENALTY = 0.3
LANGUAGE = 0.5  # a language is worth a small number, so that it takes much evidence to move its offset
BINS = 10


class Case(NamedTuple):
    """One search: what it left behind, and whether the articles it looked at held the answer.

    Cases of one `group` are about the same thing: never fit on some of them to judge the others.
    """

    question: str
    language: str
    setting: str
    answerable: bool
    group: str
    signals: Signals


def fitted(cases: Sequence[Case], counts: Mapping[str, float] | None = None) -> dict[str, Any]:
    """The content of a file of weights; cases in which nothing was found say nothing.

    `counts` is how much a case of a setting counts, where that is not 1.
    """
    found = [case for case in cases if case.signals]
    return {
        kind: _fitted([case for case in found if kind in ("plain", kind_of(case.signals))], names, counts or {})
        for kind, names in SIGNALS.items()
    }


def _fitted(cases: Sequence[Case], names: Sequence[str], counts: Mapping[str, float]) -> dict[str, Any]:
    from sklearn.linear_model import LogisticRegression

    cases = [case for case in cases if all(name in case.signals for name in names)]
    values = np.array([[case.signals[name] for name in names] for case in cases])
    mean, deviation = values.mean(0), np.maximum(values.std(0), 1e-6)
    languages = sorted({case.language for case in cases})
    spoken = np.array([[LANGUAGE * (case.language == one) for one in languages] for case in cases])
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=2_000)
    counted = [counts.get(case.setting, 1.0) for case in cases]
    model.fit(np.hstack([(values - mean) / deviation, spoken]), [case.answerable for case in cases], counted)
    own = (LANGUAGE * model.coef_[0][len(names) :]).tolist()
    rows = zip(names, mean.tolist(), deviation.tolist(), model.coef_[0].tolist(), strict=False)
    return {
        "intercept": round(float(model.intercept_[0]), 5),
        "weights": {name: [round(number, 5) for number in numbers] for name, *numbers in rows},
        "languages": {name: round(number, 5) for name, number in zip(languages, own, strict=True)},
    }


def calibration(content: dict[str, Any]) -> Calibration:
    """What judges by such weights."""
    return Calibration(models={kind: logistic(content[kind]) for kind in SIGNALS})


def confidences(cases: Sequence[Case], judge: Calibration, plain: bool = False) -> list[float]:
    """That of each case; `plain` leaves out what only token codes can tell."""
    known = [{k: v for k, v in case.signals.items() if not plain or k in PLAIN} for case in cases]
    return [judge.probability(judge.log_odds(one, case.language)) for one, case in zip(known, cases, strict=True)]


def left_out(
    cases: Sequence[Case], parts: Sequence[str], plain: bool = False, counts: Mapping[str, float] | None = None
) -> list[float]:
    """The confidence in each case by weights fitted on the cases of all other parts."""
    out = [0.0] * len(cases)
    for part in sorted(set(parts)):
        rows = [row for row, own in enumerate(parts) if own == part]
        judge = calibration(fitted([case for case, own in zip(cases, parts, strict=True) if own != part], counts))
        for row, believed in zip(rows, confidences([cases[row] for row in rows], judge, plain), strict=True):
            out[row] = believed
    return out


def measures(answerable: Sequence[bool], believed: Sequence[float], threshold: float = 0.5) -> dict[str, float]:
    """Precision and recall of refusing, the share of answerable questions answered, AUC, and calibration error."""
    right, values = np.array(answerable, bool), np.array(believed)
    refused = values < threshold
    rightly = int((refused & ~right).sum())
    figures = {
        "precision": rightly / max(1, int(refused.sum())),
        "recall": rightly / max(1, int((~right).sum())),
        "answered of answerable": float((~refused)[right].mean()) if right.any() else 0.0,
        "AUC": _area(right, values),
        "ECE": _calibration_error(right, values),
    }
    return {name: round(value, 3) for name, value in figures.items()}


def _area(right: NDArray[np.bool_], values: NDArray[np.float64]) -> float:
    """The chance that an answerable question is believed in more than one that is not; ties count half."""
    if right.all() or not right.any():
        return 0.5
    above = values[right][:, None] - values[~right][None, :]
    return float(((above > 0) + 0.5 * (above == 0)).mean())


def _calibration_error(right: NDArray[np.bool_], values: NDArray[np.float64]) -> float:
    """How far confidence is from the share of answerable ones, over ten equal bins weighted by their cases."""
    bins = np.minimum((values * BINS).astype(int), BINS - 1)
    gaps = [abs(values[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))

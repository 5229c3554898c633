"""How sure a mean is: bootstrap intervals, permutation tests, and Holm's correction where several are made.

What is drawn anew, or turned round, is a topic with all of its queries: questions about one article, and the same
question in twelve languages, succeed and fail together, and counting them one by one would find any difference sure.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from eval.sets import TestSet

CONFIDENCE = 0.95
RESAMPLES = 2_000
PERMUTATIONS = 10_000
BLOCK = 4_000_000  # numbers held at a time
ROUNDING = 1e-9  # two sums of the same numbers in another order

Values = dict[str, float]  # by query, or by query and pool
Interval = tuple[float, float]
Matrix = NDArray[np.float64]
Name = TypeVar("Name", bound=Hashable)


def topics(test_set: TestSet) -> dict[str, str]:
    """What each query is about: its best article, taken for the same as a translation of it.

    In parallel sets the ids of translations differ by a part that names the language, as de-0012 and h-de-0012 do.
    """
    language = re.compile(rf"(?<![^-_.])({'|'.join(map(re.escape, test_set.languages))})[-_.]")
    out = {}
    for query in test_set.queries:
        grades = test_set.qrels[query.id]
        best = max(grades.values(), default=0)
        about = (language.sub("", article, count=1) for article, grade in grades.items() if grade == best > 0)
        out[query.id] = min(about, default=f"query {query.id}")
    return out


def intervals(figures: Mapping[Name, Values], topic_of: Mapping[str, str], seed: int = 0) -> dict[Name, Interval]:
    """Percentile bootstrap intervals of means; none for a figure that is about fewer than two topics."""
    names = list(figures)
    sums, counts = _by_topic(figures, topic_of)
    enough = [at for at in range(len(names)) if np.count_nonzero(counts[:, at]) > 1]
    if not enough:
        return {}
    drawn = [_ratio(weights @ sums, weights @ counts) for weights in _draws(len(sums), np.random.default_rng(seed))]
    tail = (1 - CONFIDENCE) / 2
    low, high = np.nanquantile(np.concatenate(drawn)[:, enough], [tail, 1 - tail], axis=0)
    return {names[at]: (float(a), float(b)) for at, a, b in zip(enough, low, high, strict=True)}


def p_values(differences: Mapping[Name, Values], topic_of: Mapping[str, str], seed: int = 0) -> dict[Name, float]:
    """Two-sided paired permutation tests: how often a mean is as far from 0 when runs are swapped topic by topic.

    All ways to swap are tried where they are few, else PERMUTATIONS drawn ones, the real one counted among them.
    """
    sums, _ = _by_topic(differences, topic_of)
    if not sums.size:
        return {}
    known = np.abs(sums.sum(axis=0)) - ROUNDING
    exact = len(sums) < np.log2(PERMUTATIONS)
    signs = _all_signs(len(sums)) if exact else _drawn_signs(len(sums), np.random.default_rng(seed))
    as_far, tried = np.zeros(len(differences)), 0
    for block in signs:
        as_far += (np.abs(block @ sums) >= known).sum(axis=0)
        tried += len(block)
    found = as_far / tried if exact else (as_far + 1) / (tried + 1)
    return dict(zip(differences, found.tolist(), strict=True))


def holm(found: Sequence[float]) -> list[float]:
    """p-values that stay honest when the smallest of several is what gets looked at (Holm 1979)."""
    out, least = [0.0] * len(found), 0.0
    for rank, at in enumerate(sorted(range(len(found)), key=found.__getitem__)):
        least = out[at] = max(least, min(1.0, (len(found) - rank) * found[at]))
    return out


def _by_topic(figures: Mapping[Name, Values], topic_of: Mapping[str, str]) -> tuple[Matrix, Matrix]:
    """Sums and counts; a row for each topic, a column for each figure."""
    listed = [{key: topic_of.get(key) or topic_of[key.rpartition(">")[0]] for key in own} for own in figures.values()]
    row = {topic: at for at, topic in enumerate(sorted({topic for own in listed for topic in own.values()}))}
    sums, counts = np.zeros((len(row), len(listed))), np.zeros((len(row), len(listed)))
    for column, (own, about) in enumerate(zip(figures.values(), listed, strict=True)):
        for key, value in own.items():
            sums[row[about[key]], column] += value
            counts[row[about[key]], column] += 1
    return sums, counts


def _draws(rows: int, chance: np.random.Generator) -> Iterator[Matrix]:
    """How often each topic was drawn, a row for each time that as many were drawn as there are."""
    for size in _blocks(RESAMPLES, rows):
        drawn = chance.integers(rows, size=(size, rows)) + rows * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows).astype(np.float64)


def _drawn_signs(rows: int, chance: np.random.Generator) -> Iterator[Matrix]:
    for size in _blocks(PERMUTATIONS, rows):
        yield np.where(chance.integers(0, 2, size=(size, rows)) > 0, 1.0, -1.0)


def _all_signs(rows: int) -> Iterator[Matrix]:
    yield np.where(np.arange(2**rows)[:, None] >> np.arange(rows) & 1, 1.0, -1.0)


def _blocks(wanted: int, rows: int) -> Iterator[int]:
    size = max(1, BLOCK // rows)
    yield from (min(size, wanted - done) for done in range(0, wanted, size))


def _ratio(sums: Matrix, counts: Matrix) -> Matrix:
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)

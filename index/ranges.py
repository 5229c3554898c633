"""Ranges of chunk keys, first to last."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges of keys, those that follow each other joined."""
    out: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if out and first <= out[-1][1] + 1:
            out[-1] = (out[-1][0], max(out[-1][1], last))
        elif last >= first:
            out.append((first, last))
    return out


def outside(keys: NDArray[np.int64], ranges: list[tuple[int, int]]) -> NDArray[np.int64]:
    """The keys, ascending, that lie in none of the ranges, first to last."""
    inside = np.zeros(len(keys), bool)
    for first, last in ranges:
        inside[np.searchsorted(keys, first) : np.searchsorted(keys, last, side="right")] = True
    return keys[~inside]

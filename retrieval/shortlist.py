"""From a ranking to the passages worth showing: near-duplicates in one slot, not everything from one article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.encoder import Codes
from index.schema import Candidate
from retrieval.options import SearchOptions


@dataclass(frozen=True)
class Ranked:
    """A candidate with its score, higher is better, and its token codes."""

    chunk: Candidate
    score: float
    codes: Codes


def shortlist(ranked: Sequence[Ranked], options: SearchOptions) -> list[Ranked]:
    """The first `count`, best first.

    Of articles with nearly the same text only the one that ranks first is shown, and of one article at most
    `per_article` passages.
    """
    return [ranked[row] for row in islice(_shown([one.chunk for one in ranked], options), options.count)]


def thinned(order: NDArray[np.int64], found: Sequence[Candidate], options: SearchOptions) -> NDArray[np.int64]:
    """The row numbers in `order` without those that, ranked like this, would never be shown."""
    return order[list(_shown((found[row] for row in order), options))]


def _shown(chunks: Iterable[Candidate], options: SearchOptions) -> Iterator[int]:
    representative: dict[int, int] = {}
    passages: Counter[int] = Counter()
    for row, chunk in enumerate(chunks):
        if options.fold_duplicates and representative.setdefault(chunk.cluster, chunk.article) != chunk.article:
            continue
        if options.per_article is not None and passages[chunk.article] >= options.per_article:
            continue
        passages[chunk.article] += 1
        yield row

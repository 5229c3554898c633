"""From a ranking to the passages worth showing: near-duplicates in one slot, not everything from one article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

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


CROWD = 4  # times `per_article`: so many passages of one article are compared before others get the room


def spread(order: NDArray[np.int64], found: Sequence[Candidate], options: SearchOptions) -> NDArray[np.int64]:
    """The row numbers in `order`, without those that would only crowd out others in the ranking to come.

    That is, copies of a story whose first version is kept, and what goes far beyond an article's share.
    """
    kept: list[int] = []
    representative: dict[int, int] = {}
    passages: Counter[int] = Counter()
    for row in order.tolist():
        article, cluster = found[row].article, found[row].cluster
        passages[article] += 1
        copied = options.fold_duplicates and representative.setdefault(cluster, article) != article
        crowded = options.per_article is not None and passages[article] > CROWD * options.per_article
        if not copied and not crowded:
            kept.append(row)
    return np.array(kept, np.int64)


def shortlist(ranked: Sequence[Ranked], options: SearchOptions) -> list[Ranked]:
    """The first `count`, best first.

    Of articles with nearly the same text only the one that ranks first is shown, and of one article at most
    `per_article` passages.
    """
    shown: list[Ranked] = []
    representative: dict[int, int] = {}
    passages: Counter[int] = Counter()
    for one in ranked:
        article, cluster = one.chunk.article, one.chunk.cluster
        if options.fold_duplicates and representative.setdefault(cluster, article) != article:
            continue
        if options.per_article is not None and passages[article] >= options.per_article:
            continue
        passages[article] += 1
        shown.append(one)
        if len(shown) == options.count:
            break
    return shown

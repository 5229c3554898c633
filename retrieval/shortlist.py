"""From a ranking to the passages worth showing: near-duplicates in one slot, not everything from one article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

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

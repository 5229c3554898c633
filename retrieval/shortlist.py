"""From a ranking to the passages worth showing: near-duplicates in one slot, not everything from one article."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.encoders.encoder import Codes
from index.truth.schema import Candidate
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
    share = None if options.per_article is None else CROWD * options.per_article
    return order[list(_fair((found[row] for row in order.tolist()), options, share))]


def shortlist(ranked: Sequence[Ranked], options: SearchOptions) -> list[Ranked]:
    """The first `count`, best first.

    Of articles with nearly the same text only the one that ranks first is shown, and of one article at most
    `per_article` passages.
    """
    places = _fair((one.chunk for one in ranked), options, options.per_article)
    return [ranked[place] for place in islice(places, options.count)]


def _fair(found: Iterable[Candidate], options: SearchOptions, share: int | None) -> Iterator[int]:
    """The places without copies of a story met before, and without what goes beyond `share` passages of an article."""
    representative: dict[int, int] = {}
    passages: Counter[int] = Counter()
    for place, one in enumerate(found):
        if options.fold_duplicates and representative.setdefault(one.cluster, one.article) != one.article:
            continue
        if share is None or passages[one.article] < share:
            passages[one.article] += 1
            yield place

"""The dense leg's index over the rows: exact while there are few, inverted lists with exact re-scoring beyond.

The lists hold one bit a dimension (RaBitQ, arXiv 2405.12497), 64 bytes a chunk, mapped and shared between processes.
They nominate eight times what is wanted, and these are scored by the vectors as they are stored. Rows that came since
the lists were written, and all rows of a small archive, are in memory and compared one by one. Where a filter leaves
few of the rows in the lists, each of these is scored. Scores are inner products.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

import faiss
import numpy as np
from numpy.typing import NDArray

from index.embedded.lists import BLOCK, Decoder, Lists, best_of_all, blocks, flat, scored
from index.embedded.rows import Floats, Keys, Mask, Rows
from index.scope import EVERYTHING, Scope

EXACT_UP_TO = 50_000  # rows; scanning them all takes about 3 ms on one core
# Rows of the lists that a filter leaves, up to which each is scored, which is exact: reading one takes a microsecond,
# and ten where it is read from the truth.
NARROW, NARROW_COMPACT = 20_000, 2_000
RESCORED, RESCORED_AT_LEAST = 8, 400  # times as many as wanted are scored exactly
RESCORED_COMPACT = 4  # the same where their vectors are read from the truth
LISTS_FOR_CHUNKS = 0.5  # of those that a question needs, where a chunk's own neighbours are looked for
SCOPES_KEPT = 64  # filters whose rows are remembered

Found = tuple[Keys, Floats]


@dataclass(frozen=True, eq=False)
class Chosen:
    """What a filter leaves: one bit for each row in the lists and for each behind them.

    `few` are the rows in the lists that are left, where these are few enough to score them all.
    """

    count: int
    few: Keys | None
    listed: NDArray[np.uint8]
    tail: NDArray[np.uint8]

    @property
    def mask(self) -> Mask:
        """Of each row in the lists whether it is left."""
        return np.unpackbits(self.listed, bitorder="little") > 0


class VectorIndex:
    """The rows of one state, to be searched by their vectors; safe for several threads."""

    def __init__(self, rows: Rows, lists: Lists | None = None) -> None:
        self.rows, self.lists, self.dimension = rows, lists, rows.dimension
        self._decoded = Decoder(self.dimension)
        self._listed = lists.count if lists else 0
        self._tail = flat(self.dimension)
        for block in blocks(rows, self._listed, rows.count):
            self._tail.add_sa_codes(np.ascontiguousarray(block).view(np.uint8))
        self._scopes: OrderedDict[Scope, Chosen] = OrderedDict()
        self._lock = Lock()
        self._exactly = False

    def search(self, query: Floats, count: int, scope: Scope = EVERYTHING, *, lists: float = 1.0) -> Found:
        """The keys and scores of the best `count` of a scope, best first, ties by key.

        `lists` is the share of the usual number of lists that is looked into.
        """
        faiss.omp_set_num_threads(1)  # what is small is no work for several threads: they only wait for each other
        query = np.ascontiguousarray(query, np.float32)
        rows = self._nominated(query, count, self._chosen(scope), lists)
        scores = self._scores(rows, query)
        order = np.lexsort((rows, -scores))[:count]
        return self.rows.keys[rows[order]].astype(np.int64), scores[order]

    def search_every_list(self) -> None:
        """Compare every vector from now on, and be slower: what inverted lists miss is measured so."""
        self._exactly = True

    def keys(self) -> Keys:
        """All keys that can be found, ascending."""
        return self.rows.left()

    def among(self, wanted: Keys) -> tuple[Keys, Floats]:
        """Those of some keys, ascending, that can be found, and their vectors as they are stored here."""
        rows = self.rows.rows_of(wanted)
        return self.rows.keys[rows].astype(np.int64), self._decoded(self.rows.halves(rows))

    def _nominated(self, query: Floats, count: int, chosen: Chosen | None, share: float) -> Keys:
        """The rows worth scoring exactly, ascending: all that a narrow filter leaves, or what lists and tail find."""
        if self.lists is None:
            return np.sort(self._from_tail(query, count, chosen))
        listed = self._from_lists(self.lists, query, count, chosen, share)
        return np.unique(np.concatenate([listed, self._from_tail(query, count, chosen)]))

    def _from_lists(self, lists: Lists, query: Floats, count: int, chosen: Chosen | None, share: float) -> Keys:
        if chosen is not None and chosen.few is not None:
            return chosen.few
        if self._exactly:
            found = best_of_all(self.rows, query[None], count, None if chosen is None else chosen.mask)[0]
        else:
            times = RESCORED_COMPACT if self.rows.compact else RESCORED
            depth = min(max(times * count, RESCORED_AT_LEAST), self._listed)
            left = 1.0 if chosen is None else max(chosen.count, 1) / self.rows.count
            selector = None if chosen is None else faiss.IDSelectorBitmap(chosen.listed)
            found = lists.search(query[None], depth, math.ceil(share * lists.probes / math.sqrt(left)), selector)[0]
        return np.asarray(found[found >= 0])

    def _from_tail(self, query: Floats, count: int, chosen: Chosen | None) -> Keys:
        if not self._tail.ntotal:
            return np.zeros(0, np.int64)
        selector = None if chosen is None else faiss.IDSelectorBitmap(chosen.tail)
        parameters = faiss.SearchParameters(sel=selector)
        found = self._tail.search(query[None], min(count, self._tail.ntotal), params=parameters)[1][0]
        return np.asarray(found[found >= 0] + self._listed, np.int64)

    def _scores(self, rows: Keys, query: Floats) -> Floats:
        parts = [scored(self.rows.halves(rows[at : at + BLOCK]), query) for at in range(0, len(rows), BLOCK)]
        return np.concatenate([np.zeros(0, np.float32), *parts])

    def _chosen(self, scope: Scope) -> Chosen | None:
        """The rows that may be found; None for all of them."""
        if not scope.limits and not len(self.rows.gone):
            return None
        with self._lock:
            if scope in self._scopes:
                self._scopes.move_to_end(scope)
                return self._scopes[scope]
        chosen = self._left_by(scope)
        with self._lock:
            self._scopes[scope] = chosen
            if len(self._scopes) > SCOPES_KEPT:
                self._scopes.popitem(last=False)
        return chosen

    def _left_by(self, scope: Scope) -> Chosen:
        mask = self.rows.within(scope)
        left = np.flatnonzero(mask[: self._listed])
        narrow = scope.limits and len(left) <= (NARROW_COMPACT if self.rows.compact else NARROW)
        listed, tail = (np.packbits(part, bitorder="little") for part in np.split(mask, [self._listed]))
        return Chosen(int(np.count_nonzero(mask)), left if narrow else None, listed, tail)

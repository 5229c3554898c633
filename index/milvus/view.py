"""One state of an index on Milvus, to be searched."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.documents import TermQuery
from index.milvus.filters import condition
from index.milvus.ledger import Ledger, RemoteState
from index.milvus.server import LABEL_KEY, Hits, Row, Server
from index.milvus.weights import Counts, Weighted, counts_again, dimension_of, rare_weight
from index.scope import EVERYTHING, Scope
from index.truth.store import Store
from index.view import DerivedDamaged

Keys = NDArray[np.int64]
Floats = NDArray[np.float32]

FRESH_FOR = 10.0  # seconds after a state was loaded in which the server is asked to have all of it: see `_is_fresh`
REMEMBERED = 8_192  # chunks whose counts are kept, about 2 kB each
TERMS_REMEMBERED = 200_000  # document frequencies
MARGIN = 4  # a quarter more is nominated than wanted: exact scores put some of it in another order
DEEPEST = 16_384  # Milvus gives no more
WITH_COUNTS = ("norms", "weights")


class Remembered:
    """The counts of chunks read lately, of one collection; a chunk's never change."""

    def __init__(self, collection: str) -> None:
        self.collection = collection
        self._counts: OrderedDict[int, Counts] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, keys: Iterable[int]) -> dict[int, Counts]:
        """Those of some chunks that are here."""
        with self._lock:
            found = {key: self._counts[key] for key in keys if key in self._counts}
            for key in found:
                self._counts.move_to_end(key)
        return found

    def add(self, counts: dict[int, Counts]) -> None:
        """Keep these, too, and forget those not asked about for longest."""
        with self._lock:
            self._counts.update(counts)
            while len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)


@dataclass(frozen=True, eq=False)
class MilvusView:
    """Both legs of one collection, up to the last chunk of its state, and the truth it was made from."""

    state: RemoteState
    store: Store
    dimension: int
    server: Server
    ledger: Ledger
    remembered: Remembered
    gone: Keys  # removed chunks that still have rows
    when_lost: Callable[[], None]
    _loaded: float = field(default_factory=time.monotonic)
    _containing: dict[int, int] = field(default_factory=dict)
    _exactly: list[bool] = field(default_factory=list)

    def dense(self, vector: Floats, count: int, scope: Scope = EVERYTHING) -> tuple[Keys, Floats]:
        """The nearest chunks of a scope and their inner products."""
        hits = self._found("dense", np.ascontiguousarray(vector, np.float32), count, scope)
        order = np.lexsort((hits.keys, -hits.scores))[:count]
        return hits.keys[order], hits.scores[order]

    def alike(self, vector: Floats, count: int, scope: Scope = EVERYTHING) -> tuple[Keys, Floats]:
        """The nearest chunks of a scope to one of them."""
        return self.dense(vector, count, scope)

    def lexical(self, query: TermQuery, count: int, scope: Scope = EVERYTHING) -> tuple[Keys, Floats]:
        """The chunks of a scope with most of the question's words, and their BM25."""
        sparse = {} if query.blind else self._weighted(query).sparse()
        if not sparse:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        keys = self._found("weights", sparse, count + count // MARGIN, scope).keys
        scores = self.lexical_scores(query, keys)
        order = np.lexsort((keys, -scores))[:count]
        order = order[scores[order] > 0]
        return keys[order], scores[order]

    def lexical_scores(self, query: TermQuery, keys: Keys) -> Floats:
        """The exact BM25 of each of some chunks, from their counts; 0 where nothing matches."""
        out = np.zeros(len(keys), np.float32)
        if query.blind or not len(keys):
            return out
        counts, weighted, averages = self._counts(keys.tolist()), self._weighted(query), self.state.averages
        for at, key in enumerate(keys.tolist()):
            if key in counts:
                out[at] = weighted.score(counts[key], averages)
        return out

    def rarity(self, query: TermQuery) -> dict[str, float]:
        """The inverse document frequency of each of a question's terms."""
        found = self.document_frequency(query.terms)
        return {term: rare_weight(self.state.documents, n) for term, n in found.items()}

    def document_frequency(self, terms: Iterable[str]) -> dict[str, int]:
        """In the texts of how many chunks each term occurs."""
        dimensions = {term: dimension_of("terms", term) for term in terms}
        containing = self._documents_with(list(dimensions.values()))
        return {term: containing[dimension] for term, dimension in dimensions.items()}

    def indexed_keys(self) -> dict[str, Keys]:
        """The keys of all chunks that can be found, ascending; one row holds what both legs need."""
        keys = self.server.keys(self.state.collection, self.state.last_chunk)
        keys = np.setdiff1d(keys, self.gone)
        return {"vector": keys, "term": keys}

    def among(self, keys: Keys) -> tuple[Keys, Floats]:
        """Those of some keys that can be found, ascending, and their vectors as they are indexed."""
        rows = self.server.rows(self.state.collection, keys.tolist(), ["key", "dense"], fresh=True)
        rows = sorted((row for row in rows if row["key"] <= self.state.last_chunk), key=lambda row: row["key"])
        vectors = np.array([row["dense"] for row in rows], np.float32).reshape(len(rows), self.dimension)
        return np.array([row["key"] for row in rows], np.int64), vectors

    def search_exactly(self) -> None:
        """Search the dense leg from now on as widely as its kind of index can."""
        self._exactly.append(True)

    # -- searching

    def _found(self, leg: str, query: Floats | dict[int, float], count: int, scope: Scope) -> Hits:
        """A leg's best chunks of this state, the counts of which are remembered.

        Rows of removed chunks, and of those that a writer has added since, are passed over: where they are in the way,
        more is asked for.
        """
        where, depth = condition(scope), max(count, 1)
        while True:
            hits = self._asked(leg, query, depth, where)
            kept = self._of_this_state(hits)
            if len(kept.keys) >= count or len(hits.keys) < depth or depth >= DEEPEST:
                self._remember(kept.rows)
                return kept
            depth = min(4 * depth, DEEPEST)

    def _asked(self, leg: str, query: Floats | dict[int, float], count: int, where: str) -> Hits:
        try:
            return self.server.search(
                self.state.collection,
                leg,
                query,
                count,
                where=where,
                fields=WITH_COUNTS,
                fresh=self._is_fresh(),
                exact=bool(self._exactly),
            )
        except DerivedDamaged:
            self.when_lost()
            raise

    def _is_fresh(self) -> bool:
        """Whether to wait for all that was written: later, its time has passed on every node by itself (5 s)."""
        return time.monotonic() - self._loaded < FRESH_FOR

    def _of_this_state(self, hits: Hits) -> Hits:
        ours = (hits.keys > LABEL_KEY) & (hits.keys <= self.state.last_chunk) & ~np.isin(hits.keys, self.gone)
        return Hits(hits.keys[ours], hits.scores[ours], [hits.rows[at] for at in np.flatnonzero(ours)])

    # -- counts

    def _counts(self, keys: Sequence[int]) -> dict[int, Counts]:
        found = self.remembered.get(keys)
        missing = [key for key in keys if key not in found and LABEL_KEY < key <= self.state.last_chunk]
        if missing:
            fields = ["key", *WITH_COUNTS]
            rows = self.server.rows(self.state.collection, missing, fields, fresh=self._is_fresh())
            found |= self._remember(rows)
        return found

    def _remember(self, rows: list[Row]) -> dict[int, Counts]:
        known = self.remembered.get(row["key"] for row in rows)
        pivots = self.state.pivots
        new = {
            row["key"]: counts_again(row["weights"], row["norms"], pivots) for row in rows if row["key"] not in known
        }
        self.remembered.add(new)
        return known | new

    def _weighted(self, query: TermQuery) -> Weighted:
        """A question's dimensions with their weights; a term that no chunk has is left out."""
        boosts: dict[int, float] = {}
        for name, term, boost in query.weighted():
            dimension = dimension_of(name, term)
            boosts[dimension] = boosts.get(dimension, 0.0) + boost
        containing = self._documents_with(list(boosts))
        known = sorted(dimension for dimension in boosts if containing[dimension] > 0)
        weights = [boosts[one] * rare_weight(self.state.documents, containing[one]) for one in known]
        return Weighted(np.array(known, np.uint32), np.array(weights, np.float64))

    def _documents_with(self, dimensions: list[int]) -> dict[int, int]:
        found = {one: self._containing[one] for one in dimensions if one in self._containing}
        if missing := [one for one in dimensions if one not in found]:
            found |= self.ledger.documents_with(missing)
            if len(self._containing) > TERMS_REMEMBERED:
                self._containing.clear()
            self._containing.update(found)
        return found

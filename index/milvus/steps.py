"""How a collection follows the change log: rows written and rows counted out, step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from index.documents import TermDocument
from index.milvus.filters import NO_EARLIEST, NO_LATEST, source_cell
from index.milvus.ledger import RemoteState
from index.milvus.server import Row, Server
from index.milvus.weights import (
    FIELDS,
    MOST_PIVOTS,
    Averages,
    Counts,
    counted,
    counts_again,
    packed,
    stored_weights,
    usable_pivot,
)
from index.truth.schema import Change
from index.truth.store import Store

TOGETHER = 256  # rows written in one request: about a megabyte
STEP = 2_000  # chunks after which a state is published while a collection is made anew
DRIFT = 1.1  # how far a field's average length may be from the last pivot


def steps(changes: Sequence[Change], *, small: bool) -> Iterator[list[Change]]:
    """The changes in one step, or in `small` ones, which a reader must not see: they may end within a batch."""
    step, size = list[Change](), 0
    for change in changes:
        step.append(change)
        size += change.last - change.first + 1
        if small and size >= STEP:
            yield step
            step, size = [], 0
    if step:
        yield step


class Ahead:
    """Documents in the order of their keys, taken up to one key after another."""

    def __init__(self, documents: Iterator[TermDocument]) -> None:
        self._documents = documents
        self._next: TermDocument | None = None

    def up_to(self, last: int) -> Iterator[TermDocument]:
        """Those not yet taken whose key is not above `last`."""
        while (one := self._next or next(self._documents, None)) is not None:
            self._next = one
            if one.key > last:
                return
            self._next = None
            yield one


@dataclass
class Gathered:
    """By how much a step changes what the truth keeps of all chunks together."""

    containing: Counter[int] = field(default_factory=Counter)
    tokens: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(FIELDS)))
    documents: int = 0

    def add(self, one: Counts, sign: int = 1) -> None:
        """Count a chunk in, or out."""
        for dimension in one.dimensions.tolist():
            self.containing[dimension] += sign
        self.tokens += np.multiply(one.tokens, sign)
        self.documents += sign

    def totals(self, state: RemoteState) -> tuple[Averages, int]:
        """The lengths of all fields, and the chunks, after it."""
        return tuple((np.array(state.tokens) + self.tokens).tolist()), state.documents + self.documents


def advanced(
    state: RemoteState, step: Sequence[Change], documents: Ahead, store: Store, server: Server
) -> tuple[RemoteState, Gathered]:
    """Write what some changes add, and count out what they remove; the state after it, not yet published.

    What was added and removed again before it was ever published was never counted, and has no rows here.
    """
    changed = Gathered()
    removed = [key for change in step if change.removed for key in range(change.first, change.last + 1)]
    earlier = [key for key in removed if key <= state.last_chunk]
    for row in server.rows(state.collection, earlier, ["norms", "weights"], fresh=True):
        changed.add(counts_again(row["weights"], row["norms"], state.pivots), -1)
    last = max([state.last_chunk, *(change.last for change in step)])
    added = documents.up_to(last)
    while some := list(islice(added, TOGETHER)):
        state = _with_rows(state, some, changed, store, server)
    tokens, count = changed.totals(state)
    return replace(state, sequence=step[-1].sequence, last_chunk=last, tokens=tokens, documents=count), changed


def _with_rows(
    state: RemoteState, documents: list[TermDocument], changed: Gathered, store: Store, server: Server
) -> RemoteState:
    counts = [counted(document) for document in documents]
    for one in counts:
        changed.add(one)
    state = _with_pivot(state, changed)
    keys, vectors = store.vectors(documents[0].key, documents[-1].key)
    found = dict(zip(keys.tolist(), vectors, strict=True))
    lost = np.zeros(vectors.shape[1], np.float32)  # where the truth is damaged: it is found by its words alone
    pivot = len(state.pivots) - 1
    rows = []
    for document, one in zip(documents, counts, strict=True):
        weights = {"norms": packed(one.codes, pivot), "weights": stored_weights(one, state.pivots[pivot])}
        rows.append(cells(document) | {"dense": found.get(document.key, lost)} | weights)
    server.upsert(state.collection, rows)
    return state


def cells(document: TermDocument) -> Row:
    """What filters look at."""
    return {
        "key": document.key,
        "article": document.article,
        "language": document.language,
        "source": source_cell(document.source),
        "earliest": NO_EARLIEST if document.earliest is None else document.earliest,
        "latest": NO_LATEST if document.latest is None else document.latest,
    }


def _with_pivot(state: RemoteState, changed: Gathered) -> RemoteState:
    """With one more pivot, where fields have become longer or shorter: earlier rows keep theirs."""
    tokens, documents = changed.totals(state)
    now = np.array(usable_pivot(tuple(total / max(documents, 1) for total in tokens)))
    if state.pivots:
        last = np.array(state.pivots[-1])
        if max((now / last).max(), (last / now).max()) <= DRIFT or len(state.pivots) >= MOST_PIVOTS:
            return state
    return replace(state, pivots=(*state.pivots, tuple(now.tolist())))

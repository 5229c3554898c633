"""The index on Milvus: caught up from the change log by the one writer, and made anew where it is lost.

A state is published in the truth once the server has every row of it, in the same transaction as the counts of terms.
What a killed run has written beyond the published state is deleted by the next. Rows of replaced chunks stay for some
seconds, so that a search that goes on in an earlier state still finds them; later states pass over them.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from index.documents import documents_after
from index.milvus.address import parse_address
from index.milvus.checking import check_words
from index.milvus.labels import Labels, stamped
from index.milvus.ledger import NAME, Counts, Ledger, RemoteState
from index.milvus.server import LABEL_KEY, Server
from index.milvus.steps import Ahead, advanced, steps
from index.milvus.view import MilvusView, Remembered
from index.truth.store import Store
from index.view import DerivedDamaged, Indexes, Version

GRACE = 20.0  # seconds; no search takes as long


class MilvusIndexes(Indexes):
    """The collection of one archive; its state is in the truth."""

    kept_as = NAME

    def __init__(self, uri: str, store: Store, dimension: int, archive_id: str) -> None:
        self.store, self.dimension = store, dimension
        self.server = Server(parse_address(uri))
        self.labels = Labels(self.server, archive_id, dimension)
        self.ledger = Ledger(store)
        self._losses = 0
        self._written: RemoteState | None = None  # by this process: it need not check its own work
        self._remembered = Remembered("")

    def close(self) -> None:
        """Let go of the connection."""
        self.server.close()

    def version(self) -> Version:
        """Changes when the collection was found to be gone."""
        return (0, self._losses)

    def load(self) -> MilvusView:
        """The published state; raises DerivedDamaged where it is not on the server, or is still being made."""
        state = self.ledger.state()
        if state is None or not state.whole:
            made = f"{state.documents} chunks are there" if state else "that has not begun"
            raise DerivedDamaged(f"the index at {self.server.address.shown} is to be made: {made}")
        self.labels.check(state, reading=True)
        self.server.load(state.collection)
        if self._remembered.collection != state.collection:
            self._remembered = Remembered(state.collection)
        gone = np.array(self._removed(state.purged, state.sequence), np.int64)
        return MilvusView(
            state, self.store, self.dimension, self.server, self.ledger, self._remembered, gone, when_lost=self._lose
        )

    def catch_up(self, *, finished: bool = True) -> None:
        """Bring the collection to the truth's last change, as the one writer; `finished` makes no difference here."""
        state = self._sound_state()
        sequence = self.store.sequence()
        changes = [change for change in self.store.changes(state.sequence) if change.sequence <= sequence]
        documents = Ahead(documents_after(self.store, state.last_chunk))
        replaced = self.store.rows("SELECT 1 FROM articles WHERE retired > 0 LIMIT 1")
        for step in steps(changes, small=not state.whole):
            nothing_to_purge = state.purged == state.sequence and not any(change.removed for change in step)
            state, changed = advanced(state, step, documents, self.store, self.server)
            if nothing_to_purge:
                state = replace(state, purged=state.sequence)
            if replaced:
                state = replace(state, waiting=(*state.waiting, (state.sequence, time.time())))
            state = self._published(state, changed.containing)
        if not state.whole:
            state = self._published(replace(state, whole=True))
        state = self._alone(state)
        self.store.sweep(state.sequence)
        state = self._purged(state)
        if changes:
            self.server.settle(state.collection)
        self._written = state

    def check(self) -> None:
        """The words of every row, and the counts in the truth; raises DerivedDamaged."""
        state = self.ledger.state()
        if state is not None:
            check_words(state, self.store, self.server, self.ledger)

    def rebuild(self) -> None:
        """Make another collection from the truth, and drop this one."""
        state = self.ledger.state()
        self._written = self._begun((state.collection,) if state and self.labels.are_ours(state) else ())
        self.catch_up()

    def drop(self) -> None:
        """Take the collection and its state away for good."""
        state = self.ledger.state()
        if state and self.labels.are_ours(state):
            self.server.drop(state.collection)
        self.ledger.forget()
        self._written = None

    def _sound_state(self) -> RemoteState:
        """The published state where the server has all of it, else a new one of an empty collection."""
        state = self.ledger.state()
        if state is None:
            return self._begun(())
        if state == self._written:
            return self._purged(state)
        try:
            self.labels.check(state, reading=False)
            state = self._purged(state)
            self._check_rows(state)
        except DerivedDamaged:
            return self._begun((state.collection,) if self.labels.are_ours(state) else ())
        return state

    def _check_rows(self, state: RemoteState) -> None:
        """Delete what a killed run wrote beyond the state; raises DerivedDamaged where rows are missing."""
        name, beyond = state.collection, f"key > {state.last_chunk}"
        if self.server.count(name, beyond):
            self.server.delete_where(name, beyond)
        removed = self.server.rows(name, self._removed(state.purged, state.sequence), ["key"], fresh=True)
        there = self.server.count(name, f"key > {LABEL_KEY} and key <= {state.last_chunk}") - len(removed)
        if there != state.documents:
            raise DerivedDamaged(f"collection {name} has {there} chunks, its state says {state.documents}")

    def _begun(self, former: tuple[str, ...]) -> RemoteState:
        """A state of nothing, published, and its empty collection; nobody searches it until it is whole."""
        before = self.ledger.state()
        empty = RemoteState(collection=self.labels.free_name(), edition=before.edition if before else 0, former=former)
        state = stamped(empty)
        self.ledger.publish(state, afresh=True)
        self.server.create(state.collection, self.dimension)
        self.labels.write(state, "")
        return state

    def _published(self, state: RemoteState, changed: Counts | None = None) -> RemoteState:
        """The state under a new stamp: on the server first, then in the truth."""
        before, state = state.stamp, stamped(state)
        self.labels.write(state, before)
        self.ledger.publish(state, changed)
        return state

    def _purged(self, state: RemoteState) -> RemoteState:
        """Delete the rows of removed chunks that no search can want any more: those of deleted articles at once."""
        due = [sequence for sequence, when in state.waiting if time.time() - when > GRACE]
        last = max(due, default=state.purged) if state.waiting else state.sequence
        if last == state.purged:
            return state
        if removed := self._removed(state.purged, last):
            self.server.delete(state.collection, removed)
        waiting = tuple(one for one in state.waiting if one[0] > last)
        state = replace(state, purged=last, waiting=waiting)
        self.ledger.publish(state)
        return state

    def _removed(self, after: int, last: int) -> list[int]:
        """The keys of all chunks that some changes removed."""
        changes = [change for change in self.store.changes(after) if change.removed and change.sequence <= last]
        return [key for change in changes for key in range(change.first, change.last + 1)]

    def _alone(self, state: RemoteState) -> RemoteState:
        """Drop the collections that the state has taken the place of."""
        if not state.former:
            return state
        for name in state.former:
            self.server.drop(name)
        state = replace(state, former=())
        self.ledger.publish(state)
        return state

    def _lose(self) -> None:
        self._losses += 1

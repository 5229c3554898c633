"""The derived indexes in files, rows and terms: caught up from the change log, sealed, rebuilt if damaged.

`state.json` is written last and atomically: it says up to which change the files hold the truth, how much of those that
grow is its own, and seals them all. A crash at any moment leaves the state of before, and the next opening replays what
is missing. Opening looks at the seals, which takes the same time whatever the size; after a run that was stopped, and
for `zitat verify`, every file is read whole.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import numpy as np
import xxhash

from index.documents import TermDocument, documents_after, plain_documents
from index.embedded import lists as inverted
from index.embedded.file_view import FileState, FileView
from index.embedded.lists import Lists
from index.embedded.rows import RowCounts, Rows, RowWriter
from index.embedded.seals import Seal, holds, sealed, whole_checksum
from index.embedded.terms import TermIndex, files_of, intact
from index.embedded.vectors import EXACT_UP_TO, VectorIndex
from index.files import version_of, write_atomically
from index.ranges import joined, outside
from index.truth.store import Store
from index.view import DerivedDamaged, Indexes, Version

TOGETHER = 1_024  # chunks whose rows are written together
TAIL, TAIL_SHARE = 20_000, 0.01  # rows that are not in the lists yet, and are compared one by one
RETRAINED = 4  # times as many rows as when the centres were chosen: they are chosen anew
GONE_SHARE, GONE_AT_LEAST = 0.25, 1_000  # removed rows, from which on the rest is written anew


class Derived(Indexes):
    """The folder of derived files beside a truth; with `compact` the vectors are read from the truth itself."""

    def __init__(self, folder: Path, store: Store, dimension: int, *, compact: bool = False) -> None:
        self.folder, self.store, self.dimension, self.compact = folder, store, dimension, compact
        self._state_file, self._mark, self._terms = folder / "state.json", folder / "unfinished", folder / "terms"
        self._written: FileState | None = None  # by this process: it need not check its own work
        self._written_version: Version = (0, 0)
        self._seen: dict[str, tuple[Seal, Version]] = {}  # files whose seals were found right
        self._lists: tuple[str, Lists] | None = None

    def version(self) -> Version:
        """Changes whenever another state is published."""
        return version_of(self._state_file)

    def load(self) -> FileView:
        """Open the published state, its files looked at; raises DerivedDamaged."""
        state = self._read_state()
        self._look_at(state)
        terms = self._open_terms()
        if terms.size != state.documents and not self._is_ahead(terms, state):
            raise DerivedDamaged(f"the term index holds {terms.size} chunks, its state says {state.documents}")
        return FileView(state, VectorIndex(self._rows(state), self._opened_lists(state)), terms, self.store)

    def check(self) -> None:
        """Read every file whole, and compare what is known of each chunk with the truth; raises DerivedDamaged."""
        view = self.load()
        self._read_whole(view.state)
        rows, documents, wrong = view.vectors.rows, plain_documents(self.store, 0, view.state.last_chunk), 0
        while together := list(islice(documents, TOGETHER)):
            wrong += rows.differing(together)
        if wrong:
            raise DerivedDamaged(f"what is known of {wrong} chunks differs from the articles")

    def catch_up(self, *, finished: bool = True) -> None:
        """Bring the files to the truth's last change, as the one writer; `finished` when no more is about to come."""
        published = self._written if self.version() == self._written_version else None
        state = published if published and not self._is_lost(published) else self._sound_state()
        sequence = self.store.sequence()
        if self._is_current(state, sequence):
            self.store.sweep(sequence)
            return
        with self._unfinished():
            if state.compact != self.compact or not state.folder:
                state = self._rows_anew(state)
            if state.sequence < sequence or not (self._terms / "meta.json").exists():
                state = self._replay(state, sequence)
            if self._lists_due(state):
                state = self._with_lists(state)
            self._publish(state)
        self.store.sweep(state.sequence)

    def _is_current(self, state: FileState, sequence: int) -> bool:
        made = bool(state.folder) and state.compact == self.compact and self._state_file.exists()
        return made and state.sequence == sequence and not self._lists_due(state)

    def rebuild(self) -> None:
        """Throw the derived files away and make them again from the truth."""
        self._written = None
        shutil.rmtree(self.folder, ignore_errors=True)
        self.catch_up()

    # -- state

    def _read_state(self) -> FileState:
        try:
            content = json.loads(self._state_file.read_text())
            whole = content.pop("seal") == _seal(content)
            content["rows"] = RowCounts(**content["rows"])
            content["seals"] = {name: Seal(*one) for name, one in content["seals"].items()}
            state = FileState(**content)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise DerivedDamaged(f"state.json cannot be read ({error})") from error
        if not whole:
            raise DerivedDamaged("state.json does not match its checksum")
        if self._is_lost(state):
            raise DerivedDamaged(f"the indexes hold change {state.sequence}, which the articles' log has lost")
        return state

    def _is_lost(self, state: FileState) -> bool:
        return self.store.has_lost(state.sequence, state.mark)

    def _sound_state(self) -> FileState:
        """The state to go on from: the published one, or nothing at all where the files behind it are not sound."""
        try:
            state = self.load().state
            if self._mark.exists():  # a run was stopped, perhaps with the machine
                self._read_whole(state)
                self._mark.unlink(missing_ok=True)
            self._written, self._written_version = state, self.version()
            return state
        except DerivedDamaged:
            earlier = self._earlier_state()
            if earlier is None:
                shutil.rmtree(self.folder, ignore_errors=True)
            return earlier or FileState(compact=self.compact)

    def _earlier_state(self) -> FileState | None:
        """That of files written before there were rows, if they are sound: their terms are still good."""
        try:
            content = json.loads(self._state_file.read_text())
            sound = content.pop("seal") == _seal(content) and "snapshot" in content and intact(self._terms)
            state = FileState(content["sequence"], content["last_chunk"], content["documents"])
            return state if sound and self._open_terms().size == state.documents else None
        except (OSError, ValueError, TypeError, KeyError, AttributeError, DerivedDamaged):
            return None

    def _publish(self, state: FileState) -> None:
        state = replace(state, seals=self._seals(state))
        write_atomically(self._state_file, json.dumps(asdict(state) | {"seal": _seal(asdict(state))}))
        for pattern, kept in (("rows-*", state.folder), ("lists-*", state.lists), ("vectors-*.faiss", "")):
            for path in self.folder.glob(pattern):
                if path.name != kept:
                    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
        self._written, self._written_version = state, self.version()

    @contextmanager
    def _unfinished(self) -> Iterator[None]:
        """A mark while files are written; one that is found later says that a run was stopped."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._mark.touch()
        yield
        self._mark.unlink(missing_ok=True)

    # -- seals

    def _seals(self, state: FileState) -> dict[str, Seal]:
        """Of all files of a state; what was never changed since it was sealed keeps its seal."""
        out = {name: seal for name, seal in state.seals.items() if name.startswith(f"{state.folder}/")}
        fixed = [f"terms/{name}" for name in files_of(self._terms)] + ([state.lists] if state.lists else [])
        for name in fixed:
            out[name] = state.seals.get(name) or sealed(self.folder / name)
        return out

    def _look_at(self, state: FileState) -> None:
        """Compare the files with their seals, but for those that this process has looked at already."""
        try:
            there = {f"terms/{name}" for name in files_of(self._terms)}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DerivedDamaged(f"the term index cannot be read ({error})") from error
        merged = {name for name in state.seals if name.startswith("terms/")} - there
        if not intact(self._terms, only={name[6:] for name in there - state.seals.keys()}):
            raise DerivedDamaged("the term index does not match its checksums")
        for name, seal in state.seals.items():
            if name not in merged:
                self._look_at_file(name, seal, growing=name.startswith(f"{state.folder}/"))

    def _look_at_file(self, name: str, seal: Seal, *, growing: bool) -> None:
        known = (seal, version_of(self.folder / name))
        if self._seen.get(name) == known:
            return
        if not holds(self.folder / name, seal, growing=growing):
            raise DerivedDamaged(f"{name} is missing or does not match its seal")
        self._seen[name] = known

    def _is_ahead(self, terms: TermIndex, state: FileState) -> bool:
        """Whether the terms hold the state and some of the changes after it: a writer commits them before the state."""
        with self.store.snapshot():
            later = [(c.first, c.last) for c in self.store.changes(state.sequence)]
            wanted = self.store.chunk_keys()
        return np.array_equal(outside(terms.keys(), later), outside(wanted, later))

    def _read_whole(self, state: FileState) -> None:
        if state.lists and whole_checksum(self.folder / state.lists) != state.checksum:
            raise DerivedDamaged(f"{state.lists} does not match its checksum")
        if not intact(self._terms):
            raise DerivedDamaged("the term index is missing or does not match its checksums")

    def _open_terms(self) -> TermIndex:
        try:
            return TermIndex(self._terms)
        except ValueError as error:
            raise DerivedDamaged(f"the term index cannot be opened ({error})") from error

    def _replay(self, state: FileState, sequence: int) -> FileState:
        terms = TermIndex(self._terms, create=not (self._terms / "meta.json").exists())
        changes = [change for change in self.store.changes(state.sequence) if change.sequence <= sequence]
        writer = RowWriter(self.folder / state.folder, state.rows, self.dimension, compact=state.compact)
        # What is added is removed first: a run that was killed may have indexed it already.
        documents = documents_after(self.store, state.last_chunk)
        terms.update(joined((c.first, c.last) for c in changes), self._written_to(writer, documents))
        for change in changes:
            if change.removed:
                writer.remove(change.first, change.last)
        last = max(state.last_chunk, max((c.last for c in changes), default=0))
        state = replace(state, sequence=sequence, mark=self.store.stamp(sequence), last_chunk=last)
        state = self._with_rows(replace(state, documents=terms.size), writer)
        return self._without_gone(state) if any(change.removed for change in changes) else state

    def _rows(self, state: FileState) -> Rows:
        try:
            folder = self.folder / state.folder
            return Rows(folder, state.rows, self.dimension, self.store, compact=state.compact)
        except (OSError, ValueError) as error:
            raise DerivedDamaged(f"the rows cannot be opened ({error})") from error

    def _rows_anew(self, state: FileState) -> FileState:
        """Rows of what a state holds, read from the truth; there are no lists yet."""
        folder = f"rows-{state.sequence}"
        empty = replace(state, folder=folder, rows=RowCounts(), compact=self.compact, lists="", listed=0, seals={})
        writer = RowWriter(self.folder / folder, RowCounts(), self.dimension, compact=self.compact)
        for _ in self._written_to(writer, plain_documents(self.store, 0, state.last_chunk)):
            pass
        return self._with_rows(empty, writer)

    def _written_to(self, writer: RowWriter, documents: Iterator[TermDocument]) -> Iterator[TermDocument]:
        """The documents, each given a row on its way."""
        while together := list(islice(documents, TOGETHER)):
            writer.add(together, *self.store.vectors(together[0].key, together[-1].key))
            yield from together

    def _with_rows(self, state: FileState, writer: RowWriter) -> FileState:
        seals = {f"{state.folder}/{name}": seal for name, seal in writer.close().items()}
        return replace(state, rows=writer.counts, seals=state.seals | seals)

    def _without_gone(self, state: FileState) -> FileState:
        """The rows written anew, without removed ones, where these are many."""
        rows = self._rows(state)
        if len(rows.gone) <= max(GONE_AT_LEAST, GONE_SHARE * rows.count):
            return state
        folder = f"rows-{state.sequence}"
        writer = RowWriter(self.folder / folder, RowCounts(), self.dimension, compact=state.compact)
        writer.take_over(rows)
        empty = replace(state, folder=folder, lists="", listed=0, seals={})
        return self._with_rows(empty, writer)

    def _opened_lists(self, state: FileState) -> Lists | None:
        """Mapped once, however many states are read that name them."""
        if not state.lists:
            return None
        if self._lists is None or self._lists[0] != state.checksum:
            try:
                self._lists = state.checksum, Lists.load(self.folder / state.lists, self.dimension)
            except (RuntimeError, ValueError) as error:
                raise DerivedDamaged(f"{state.lists} cannot be opened ({error})") from error
        return self._lists[1]

    def _lists_due(self, state: FileState) -> bool:
        tail = state.rows.rows - state.listed
        return tail > (max(TAIL, TAIL_SHARE * state.listed) if state.lists else EXACT_UP_TO)

    def _with_lists(self, state: FileState) -> FileState:
        """All rows in lists: those that are there with what is new, or new ones around other centres."""
        rows = self._rows(state)
        trained = state.trained
        if state.lists and rows.count < RETRAINED * trained:
            lists = Lists.load(self.folder / state.lists, self.dimension, shared=False)
            inverted.extended(lists, rows)
        else:
            lists, trained = inverted.built(rows), rows.count
        name = f"lists-{state.sequence}-{rows.count}.faiss"
        lists.save(self.folder / name)
        checksum = whole_checksum(self.folder / name)
        return replace(state, lists=name, listed=rows.count, trained=trained, checksum=checksum)


def _seal(content: dict[str, object]) -> str:
    return xxhash.xxh3_64_hexdigest(json.dumps(content, sort_keys=True).encode())

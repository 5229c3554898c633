"""The derived indexes, vectors and terms: caught up from the change log, checked when opened, rebuilt if damaged.

`state.json` is written last and atomically: it says up to which change both indexes hold the truth, and which vector
snapshot belongs to it. A crash at any moment leaves the state of before, and the next opening replays what is missing.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import xxhash
from numpy.typing import NDArray

from index.analyser import analyse, transliterated
from index.files import version_of, write_atomically
from index.store import Store
from index.terms import TermDocument, TermIndex, intact
from index.vectors import VectorIndex

SNAPSHOT_AFTER = 2_000  # changed vectors kept out of the snapshot while a run goes on; they are read from the truth
SNAPSHOT_SHARE = 0.1
SMALL = 20_000  # chunks up to which the snapshot is written after every run: it takes less than a second


class DerivedDamaged(Exception):
    """A derived index is missing, torn or altered; never shown to a user, as it is rebuilt."""


@dataclass(frozen=True)
class State:
    """What the derived files hold: the truth up to `sequence`, that is, chunks up to `last_chunk`."""

    sequence: int = 0
    last_chunk: int = 0
    documents: int = 0
    snapshot: str = ""
    snapshot_sequence: int = 0
    checksum: str = ""


@dataclass(frozen=True, eq=False)
class View:
    """Both indexes at one state, and the truth they were made from.

    It is never changed once made, so that a search may go on with it while a newer one is loaded.
    """

    state: State
    vectors: VectorIndex
    terms: TermIndex
    store: Store


class Derived:
    """The folder of derived files beside a truth."""

    def __init__(self, folder: Path, store: Store, dimension: int) -> None:
        self.folder, self.store, self.dimension = folder, store, dimension
        self._state_file = folder / "state.json"
        self._written: State | None = None  # by this process: it need not check its own work
        self._written_version = (0, 0)

    def version(self) -> tuple[int, int]:
        """Changes whenever another state is published."""
        return version_of(self._state_file)

    def load(self) -> View:
        """Open the published state, with every file checked; raises DerivedDamaged."""
        state = self._read_state()
        if not intact(self.folder / "terms"):
            raise DerivedDamaged("the term index is missing or does not match its checksums")
        terms = self._open_terms()
        if terms.size != state.documents and not self._is_ahead(terms, state):
            raise DerivedDamaged(f"the term index holds {terms.size} chunks, its state says {state.documents}")
        return View(state, self._load_vectors(state, shared=True), terms, self.store)

    def catch_up(self, *, finished: bool = True) -> None:
        """Bring the files to the truth's last change, as the one writer; `finished` when no more is about to come."""
        published = self._written if self.version() == self._written_version else None
        published = published or self._sound_state()
        state = published
        sequence = self.store.sequence()
        if state.sequence < sequence or not (self.folder / "terms" / "meta.json").exists():
            state = self._replay(state, sequence)
        vectors = self._load_vectors(state, shared=False) if self._snapshot_due(state, finished) else None
        if vectors is not None:
            state = self._write_snapshot(vectors, state)
        if state != published or not self._state_file.exists():
            self._publish(state)
        self.store.sweep(state.sequence)
        self._written, self._written_version = state, self.version()

    def rebuild(self) -> None:
        """Throw the derived files away and make them again from the truth."""
        self._written = None
        shutil.rmtree(self.folder, ignore_errors=True)
        self.catch_up()

    # -- state

    def _read_state(self) -> State:
        try:
            content = json.loads(self._state_file.read_text())
            checksum = content.pop("seal")
            state = State(**content)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise DerivedDamaged(f"state.json cannot be read ({error})") from error
        if checksum != _seal(state):
            raise DerivedDamaged("state.json does not match its checksum")
        return state

    def _sound_state(self) -> State:
        """The state to go on from: the published one, or nothing at all where the files behind it are not sound."""
        try:
            return self.load().state
        except DerivedDamaged:
            shutil.rmtree(self.folder, ignore_errors=True)
            return State()

    def _publish(self, state: State) -> None:
        write_atomically(self._state_file, json.dumps(asdict(state) | {"seal": _seal(state)}, indent=1))
        for path in self.folder.glob("vectors-*.faiss*"):
            if path.name != state.snapshot:
                path.unlink(missing_ok=True)

    # -- terms

    def _is_ahead(self, terms: TermIndex, state: State) -> bool:
        """Whether the terms hold the state and some of the changes after it: a writer commits them before the state."""
        with self.store.snapshot():
            later = [(c.first, c.last) for c in self.store.changes(state.sequence)]
            wanted = self.store.chunk_keys()
        return np.array_equal(outside(terms.keys(), later), outside(wanted, later))

    def _open_terms(self) -> TermIndex:
        try:
            return TermIndex(self.folder / "terms")
        except ValueError as error:
            raise DerivedDamaged(f"the term index cannot be opened ({error})") from error

    def _replay(self, state: State, sequence: int) -> State:
        folder = self.folder / "terms"
        terms = TermIndex(folder) if (folder / "meta.json").exists() else TermIndex(folder, create=True)
        changes = [c for c in self.store.changes(state.sequence) if c.sequence <= sequence]
        # What is added is removed first: a run that was killed may have indexed it already.
        terms.update(_joined((c.first, c.last) for c in changes), self._documents(state.last_chunk))
        last = max((c.last for c in changes), default=0)
        return replace(state, sequence=sequence, last_chunk=max(state.last_chunk, last), documents=terms.size)

    def _documents(self, after: int) -> Iterator[TermDocument]:
        for stored in self.store.articles_after_chunk(after):
            article = stored.article
            about = (
                f"{article.title} {article.source or ''} {article.day} {article.day[:4]}"  # a year is asked for alone
            )
            context = analyse(about, article.language)
            span = stored.days
            for chunk in self.store.chunks_between(stored.first_chunk, stored.last_chunk):
                text = article.text[chunk.start : chunk.end]
                terms = analyse(text, chunk.language)
                names = transliterated(f"{article.title} {text}")
                fields = (stored.key, article.language, article.source, *span)
                yield TermDocument(chunk.key, terms, context, names, *fields)

    # -- vectors

    def _load_vectors(self, state: State, *, shared: bool) -> VectorIndex:
        vectors = VectorIndex(self.dimension)
        if state.snapshot:
            path = self.folder / state.snapshot
            if _checksum(path) != state.checksum:
                raise DerivedDamaged(f"{state.snapshot} is missing or does not match its checksum")
            try:
                vectors = VectorIndex.load(path, self.dimension, shared=shared)
            except (RuntimeError, ValueError) as error:
                raise DerivedDamaged(f"{state.snapshot} cannot be opened ({error})") from error
        changes = [c for c in self.store.changes(state.snapshot_sequence) if c.sequence <= state.sequence]
        for first, last in _joined((c.first, c.last) for c in changes if not c.removed):
            vectors.add(*self.store.vectors(first, last))
        for change in changes:
            if change.removed:
                vectors.remove(change.first, change.last)
        return vectors

    def _snapshot_due(self, state: State, finished: bool) -> bool:
        changed = sum(
            max(c.last - c.first + 1, 0)
            for c in self.store.changes(state.snapshot_sequence)
            if c.sequence <= state.sequence
        )
        limit = max(SNAPSHOT_AFTER, int(state.documents * SNAPSHOT_SHARE))
        return changed > (0 if finished and state.documents <= SMALL else limit)

    def _write_snapshot(self, vectors: VectorIndex, state: State) -> State:
        name = f"vectors-{state.sequence}.faiss"
        path = self.folder / name
        vectors.merged().save(path)
        with open(path, "rb") as written:
            os.fsync(written.fileno())
        return replace(state, snapshot=name, snapshot_sequence=state.sequence, checksum=_checksum(path))


def _joined(ranges: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
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


def _seal(state: State) -> str:
    return xxhash.xxh3_64_hexdigest(json.dumps(asdict(state), sort_keys=True).encode())


def _checksum(path: Path) -> str:
    """Of a file's content; empty when there is no such file."""
    try:
        return xxhash.xxh3_128_hexdigest(np.memmap(path, np.uint8, "r").data)
    except (OSError, ValueError):
        return ""

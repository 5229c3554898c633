"""What the dense leg and its filters know of each chunk, one row each: columns in files that only grow.

The small columns are mapped. Vectors are read row by row: a mapping would bring in 64 kB around each of them, and count
as the process's memory until all of the file does.

Chunk keys only grow and are never used twice, so rows are in the order of their keys, and one that is written never
changes; which of them were removed is a column of its own. A state says how many rows are its own. What lies beyond was
left by a writer that was stopped, and is written over: a reader of an earlier state never sees it.
"""

from __future__ import annotations

import json
import os
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from index.documents import TermDocument
from index.embedded.seals import Seal, sealed
from index.errors import ArchiveDamaged
from index.scope import Scope
from index.truth.store import Store

Keys = NDArray[np.int64]
Floats = NDArray[np.float32]
Halves = NDArray[np.float16]
Mask = NDArray[np.bool_]

COLUMNS = {"key": "<i8", "article": "<i8", "language": "<i4", "source": "<i4", "earliest": "<i4", "latest": "<i4"}
VECTORS, REMOVED, NAMES = "vectors", "removed", "names"
NO_DAY = (2**31 - 1, -1)  # passes no filter
NOWHERE = -1
TAKEN_TOGETHER = 1 << 14  # rows
MANY = 8  # values of a column


@dataclass(frozen=True)
class RowCounts:
    """How much of the files is a state's own: rows, ranges of removed keys, and bytes of names."""

    rows: int = 0
    removed: int = 0
    names: int = 0


class Rows:
    """The rows of one state; in a compact archive vectors are read from the truth."""

    def __init__(self, folder: Path, counts: RowCounts, dimension: int, store: Store, *, compact: bool) -> None:
        self.count, self.dimension, self.compact, self._store = counts.rows, dimension, compact, store
        self._width = 2 * dimension  # bytes of a vector
        columns = {name: _mapped(folder / name, kind, counts.rows) for name, kind in COLUMNS.items()}
        self.keys: Keys = columns["key"]
        self._columns = columns
        self._vectors = None if compact else self._opened_vectors(folder / VECTORS)
        self._codes = _codes(folder, counts.names)
        self.gone = _rows_between(self.keys, _mapped(folder / REMOVED, "<i8", 2 * counts.removed).reshape(-1, 2))

    def rows_of(self, keys: Keys) -> Keys:
        """The rows of those of some keys, ascending, that were not removed."""
        rows = np.searchsorted(self.keys, keys)
        rows, keys = rows[rows < self.count], keys[rows < self.count]
        rows = rows[self.keys[rows] == keys]
        return np.asarray(np.setdiff1d(rows, self.gone, assume_unique=True))

    def left(self) -> Keys:
        """The keys that were not removed, ascending."""
        return np.asarray(np.delete(self.keys, self.gone))

    def halves(self, rows: Keys) -> Halves:
        """The vectors of some rows, ascending, as they are stored, shape (n, d)."""
        if self._vectors is not None:
            return self._from_file(self._vectors, rows)
        keys = np.asarray(self.keys[rows])
        try:
            return self._from_truth(keys)
        except ArchiveDamaged:  # or only deleted since
            there = np.array([one.key for one in self._store.candidates(keys.tolist())], np.int64)
            out = np.zeros((len(keys), self.dimension), np.float16)
            out[np.isin(keys, there)] = self._from_truth(there)
            return out

    def _opened_vectors(self, path: Path) -> int:
        """The file of vectors, open as long as this is here; raises ValueError or OSError where it has not as many."""
        file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, file)
        there, wanted = os.fstat(file).st_size, self.count * self._width
        if there < wanted:
            raise ValueError(f"{path} has {there} bytes, wanted {wanted}")
        return file

    def _from_file(self, file: int, rows: Keys) -> Halves:
        """Rows that follow each other, as those of an article do, are read together."""
        firsts = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        sizes = np.diff(firsts, append=len(rows)) * self._width
        parts = map(os.pread, repeat(file), sizes.tolist(), (rows[firsts] * self._width).tolist())
        return np.frombuffer(b"".join(parts), "<f2").reshape(-1, self.dimension)

    def _from_truth(self, keys: Keys) -> Halves:
        return self._store.vectors_of(keys.tolist()).astype(np.float16).reshape(-1, self.dimension)

    def block(self, first: int, end: int) -> Halves:
        """The vectors of the rows from `first` up to `end`; zeros for those that were removed, where they are lost."""
        if not self.compact:
            return self.halves(np.arange(first, end))
        out = np.zeros((end - first, self.dimension), np.float16)
        keys, vectors = self._store.vectors(int(self.keys[first]), int(self.keys[end - 1]))
        _, to, at = np.intersect1d(self.keys[first:end], keys, assume_unique=True, return_indices=True)
        out[to] = vectors.reshape(-1, self.dimension)[at].astype(np.float16)  # of none in these rows, too
        return out

    def within(self, scope: Scope) -> Mask:
        """Which rows a scope lets pass, removed ones never."""
        mask = np.ones(self.count, bool)
        for name, wanted in (("language", scope.languages), ("source", scope.sources)):
            if wanted:
                mask &= _any_of(self._columns[name], [self._codes[one] for one in wanted if one in self._codes])
        if scope.articles:
            mask &= np.isin(self._columns["article"], np.array(scope.articles, np.int64))
        if scope.after:
            mask &= self._columns["latest"] >= scope.after.toordinal()
        if scope.before:
            mask &= self._columns["earliest"] <= scope.before.toordinal()
        mask[self.gone] = False
        return mask

    @property
    def names(self) -> list[str]:
        """The languages and sources, in the order of the numbers that stand for them."""
        return list(self._codes)

    def facts(self, rows: Keys) -> dict[str, NDArray[Any]]:
        """The columns of some rows."""
        return {name: np.asarray(column[rows]) for name, column in self._columns.items()}

    def differing(self, documents: Sequence[TermDocument]) -> int:
        """How many of some documents, ascending by key, have another row here than they should have, or none."""
        keys = np.array([one.key for one in documents], np.int64)
        rows = np.searchsorted(self.keys, keys).clip(max=max(self.count - 1, 0))
        if not self.count:
            return len(documents)
        same = self.keys[rows] == keys
        for name, values in facts_of(documents, self._codes).items():
            same &= self._columns[name][rows] == np.array(values, np.int64)
        return int((~same).sum())


class RowWriter:
    """Appends to the files of a state, as the one writer; nothing counts until a state with `counts` is published."""

    def __init__(self, folder: Path, counts: RowCounts, dimension: int, *, compact: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._counts, self._dimension = folder, counts, dimension
        sizes = {name: counts.rows * int(kind[2:]) for name, kind in COLUMNS.items()}
        sizes |= {REMOVED: counts.removed * 16, NAMES: counts.names}
        if not compact:
            sizes[VECTORS] = counts.rows * dimension * 2
        self._files = {name: _at(folder / name, size) for name, size in sizes.items()}
        self._codes = _codes(folder, counts.names)

    @property
    def counts(self) -> RowCounts:
        """What the files hold by now."""
        return self._counts

    def add(self, documents: Sequence[TermDocument], keys: Keys, vectors: Floats) -> None:
        """Append a row for each document, in the order of their keys; `keys` and `vectors` are what the truth has.

        A row whose vector is lost is there, as the columns must stay together, but counts as removed.
        """
        own, to, at = np.intersect1d([one.key for one in documents], keys, assume_unique=True, return_indices=True)
        for one in documents:
            self._named(one.language)
            if one.source is not None:
                self._named(one.source)
        for name, values in facts_of(documents, self._codes).items():
            self._files[name].write(np.array(values, COLUMNS[name]).tobytes())
        if VECTORS in self._files:
            half = np.zeros((len(documents), self._dimension), "<f2")
            half[to] = vectors[at] if len(at) else 0
            self._files[VECTORS].write(half.tobytes())
        self._count(rows=len(documents))
        for lost in {one.key for one in documents} - set(own.tolist()):
            self.remove(lost, lost)

    def take_over(self, rows: Rows) -> None:
        """Append all rows of other files but the removed ones; only where there are none yet."""
        for name in rows.names:
            self._named(name)
        for at in range(0, rows.count, TAKEN_TOGETHER):
            kept = np.setdiff1d(np.arange(at, min(at + TAKEN_TOGETHER, rows.count)), rows.gone, assume_unique=True)
            for name, values in rows.facts(kept).items():
                self._files[name].write(values.tobytes())
            if VECTORS in self._files:
                self._files[VECTORS].write(rows.halves(kept).tobytes())
            self._count(rows=len(kept))

    def remove(self, first: int, last: int) -> None:
        """Never let the keys from first to last be found again."""
        if first <= last:
            self._files[REMOVED].write(np.array([first, last], "<i8").tobytes())
            self._count(removed=1)

    def close(self) -> dict[str, Seal]:
        """Bring everything to the disk; the seals of the files, by their names."""
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())
        out = {name: sealed(self._folder / name, file.tell()) for name, file in self._files.items()}
        for file in self._files.values():
            file.close()
        return out

    def _named(self, name: str) -> None:
        """Give a language or a source its number."""
        if name not in self._codes:
            line = json.dumps(name).encode() + b"\n"
            self._files[NAMES].write(line)
            self._codes[name] = len(self._codes)
            self._count(names=len(line))

    def _count(self, rows: int = 0, removed: int = 0, names: int = 0) -> None:
        was = self._counts
        self._counts = RowCounts(was.rows + rows, was.removed + removed, was.names + names)


def facts_of(documents: Sequence[TermDocument], codes: Mapping[str, int]) -> dict[str, list[int]]:
    """The columns of some documents; `codes` are the numbers that stand for languages and sources."""
    days = [NO_DAY if one.earliest is None or one.latest is None else (one.earliest, one.latest) for one in documents]
    return {
        "key": [one.key for one in documents],
        "article": [one.article for one in documents],
        "language": [codes.get(one.language, NOWHERE) for one in documents],
        "source": [NOWHERE if one.source is None else codes.get(one.source, NOWHERE) for one in documents],
        "earliest": [earliest for earliest, _ in days],
        "latest": [latest for _, latest in days],
    }


def _mapped(path: Path, kind: str, count: int) -> NDArray[Any]:
    """So many values of a file, mapped; raises ValueError or OSError where it has not as many."""
    return np.memmap(path, kind, "r", shape=(count,)) if count else np.zeros(0, kind)


def _at(path: Path, size: int) -> BinaryIO:
    """A file opened to go on at a place. It is never cut: a reader may have mapped what lies behind."""
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b")
    file.seek(size)
    return file


def _codes(folder: Path, size: int) -> dict[str, int]:
    with open(folder / NAMES, "rb") as names:
        return {json.loads(line): code for code, line in enumerate(names.read(size).splitlines())}


def _rows_between(keys: Keys, ranges: Keys) -> Keys:
    """The rows of ranges of keys, first to last, ascending."""
    firsts = np.searchsorted(keys, ranges[:, 0])
    ends = np.searchsorted(keys, ranges[:, 1], side="right")
    parts = [np.arange(first, end) for first, end in zip(firsts.tolist(), ends.tolist(), strict=True) if first < end]
    return np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)


def _any_of(column: NDArray[Any], values: Sequence[int]) -> Mask:
    """Where a column has one of some values; by comparing, which for few values is much faster than `np.isin`."""
    if len(values) > MANY:
        return np.isin(column, values)
    mask = np.zeros(len(column), bool)
    for value in values:
        mask |= column == value
    return mask

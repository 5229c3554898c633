"""The dense leg's index: FAISS, exact while it is small, inverted lists beyond.

A snapshot on disk is mapped read-only and shared between processes. What has changed since it was written lives in
memory: new vectors in a small exact index, removed ones in a mask. Scores are inner products of unit vectors.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
Vectors = NDArray[np.float32]

EXACT_UP_TO = 100_000  # chunks; scanning them all takes about 10 ms on one core
RECALL_TARGET = 0.97  # of the exact top 50, by inverted lists; how many lists are searched is set by it
RECALL_DEPTH, RECALL_SAMPLE = 50, 200
NARROW = 0.1  # a filter that leaves less than this share is searched exhaustively: it is cheap, and exact


@dataclass
class VectorIndex:
    """Vectors under the archive's chunk keys."""

    dimension: int
    base: faiss.Index | None = None
    fresh: faiss.Index | None = None
    gone: set[int] = field(default_factory=set)
    top_key: int = 0

    @classmethod
    def load(cls, path: Path, dimension: int, *, shared: bool = True) -> VectorIndex:
        """Open a snapshot, mapped and shared, or (to be changed and saved again) in this process's own memory."""
        base = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if shared else 0)
        if base.d != dimension:
            raise ValueError(f"{path} holds vectors of {base.d} components, wanted {dimension}")
        return cls(dimension, base, top_key=int(np.max(_ids(base), initial=0)))

    @property
    def size(self) -> int:
        """How many vectors are searched, removed ones that still lie in the snapshot included."""
        return sum(part.ntotal for part in (self.base, self.fresh) if part is not None)

    def add(self, keys: Keys, vectors: Vectors) -> None:
        """Add vectors, shape (n, d), under new keys."""
        if not len(keys):
            return
        if self.fresh is None:
            self.fresh = faiss.IndexIDMap(faiss.IndexFlatIP(self.dimension))
        self.fresh.add_with_ids(np.ascontiguousarray(vectors, np.float32), keys)
        self.top_key = max(self.top_key, int(keys.max()))

    def remove(self, first: int, last: int) -> None:
        """Never return the keys from first to last again."""
        self.gone.update(range(first, last + 1))

    def merged(self) -> VectorIndex:
        """One base index with every change applied, of the type that its size asks for; to be saved."""
        keys, vectors = self.everything()
        return VectorIndex(self.dimension, _build(keys, vectors, self.dimension), top_key=self.top_key)

    def save(self, path: Path) -> None:
        """Write the snapshot; only after `merged`."""
        faiss.write_index(self.base, str(path))

    def search(self, query: Vectors, count: int, allowed: Keys | None = None) -> tuple[Keys, Vectors]:
        """The keys and scores of the best `count`, best first, ties by key; `allowed` limits the keys."""
        parts = self._parts()
        share = 1.0 if allowed is None else len(allowed) / max(self.size, 1)
        selector = self._selector(allowed)
        found = [_search(part, query, min(count, part.ntotal), selector, share) for part in parts]
        keys = np.concatenate([keys for keys, _ in found]) if found else np.zeros(0, np.int64)
        scores = np.concatenate([scores for _, scores in found]) if found else np.zeros(0, np.float32)
        order = np.lexsort((keys, -scores))[:count]
        return keys[order], scores[order]

    def keys(self) -> Keys:
        """All keys that can be found, ascending."""
        return np.sort(self._left(np.concatenate([np.zeros(0, np.int64), *map(_ids, self._parts())])))

    def search_every_list(self) -> None:
        """Be exact from now on, and slower: what inverted lists miss is measured so."""
        inner = faiss.downcast_index(faiss.downcast_index(self.base).index) if self.base is not None else None
        if isinstance(inner, faiss.IndexIVF):
            inner.nprobe = inner.nlist

    def _selector(self, allowed: Keys | None) -> faiss.IDSelector | None:
        if allowed is None and not self.gone:
            return None
        mask = np.zeros(self.top_key + 1, bool)
        if allowed is None:
            mask[:] = True
        else:
            mask[allowed[allowed <= self.top_key]] = True
        if self.gone:
            gone = np.fromiter(self.gone, np.int64, len(self.gone))
            mask[gone[gone <= self.top_key]] = False
        return faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))

    def everything(self) -> tuple[Keys, Vectors]:
        """All keys that can be found, ascending, and their vectors as they are stored here."""
        return self.among(self.keys())

    def among(self, wanted: Keys) -> tuple[Keys, Vectors]:
        """Those of some keys, ascending, that can be found, and their vectors as they are stored here.

        Of keys that lie close together only a stretch of the index is read.
        """
        keys, vectors = [np.zeros(0, np.int64)], [np.zeros((0, self.dimension), np.float32)]
        for part in self._parts():
            ids = _ids(part)
            rows = _rows(ids, self._left(wanted))
            if len(rows):
                keys.append(ids[rows])
                vectors.append(_stored(part, int(rows[0]), int(rows[-1]) + 1)[rows - rows[0]])
        order = np.argsort(found := np.concatenate(keys))
        return found[order], np.concatenate(vectors)[order]

    def _parts(self) -> list[faiss.Index]:
        return [part for part in (self.base, self.fresh) if part is not None and part.ntotal]

    def _left(self, keys: Keys) -> Keys:
        """The keys but those that were removed."""
        return keys[~np.isin(keys, np.fromiter(self.gone, np.int64, len(self.gone)))]


def _ids(index: faiss.Index) -> Keys:
    return np.asarray(faiss.vector_to_array(faiss.downcast_index(index).id_map), np.int64)


def _rows(ids: Keys, wanted: Keys) -> Keys:
    """Where some keys, ascending, stand among the ids of an index."""
    if not len(wanted):
        return np.zeros(0, np.int64)
    near = np.flatnonzero((ids >= wanted[0]) & (ids <= wanted[-1]))
    return near[np.isin(ids[near], wanted)]


def _stored(index: faiss.Index, first: int, end: int) -> Vectors:
    """The vectors in the rows from `first` up to `end`."""
    inner = faiss.downcast_index(faiss.downcast_index(index).index)
    return np.asarray(inner.reconstruct_n(first, end - first), np.float32)


def _build(keys: Keys, vectors: Vectors, dimension: int) -> faiss.Index:
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    vectors = np.ascontiguousarray(vectors, np.float32)
    if len(keys) <= EXACT_UP_TO:
        inner = faiss.IndexFlatIP(dimension)
    else:
        lists = int(4 * np.sqrt(len(keys)))
        inner = faiss.index_factory(dimension, f"IVF{lists},SQfp16", faiss.METRIC_INNER_PRODUCT)
        sample = np.random.default_rng(0).permutation(len(keys))[: lists * 40]
        inner.train(vectors[sample])
    index = faiss.IndexIDMap(inner)
    index.add_with_ids(vectors, keys)
    if len(keys) > EXACT_UP_TO:
        inner.nprobe = _lists_to_search(inner, vectors)
    return index


def _lists_to_search(index: faiss.IndexIVF, vectors: Vectors) -> int:
    """The fewest lists that reach the recall target, on stored vectors blurred to resemble questions."""
    random = np.random.default_rng(1)
    sample = vectors[random.permutation(len(vectors))[:RECALL_SAMPLE]]
    noise = random.standard_normal(sample.shape).astype(np.float32)
    queries = sample + 0.5 * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    exact = faiss.knn(queries, vectors, RECALL_DEPTH, metric=faiss.METRIC_INNER_PRODUCT)[1]
    probes = 4
    while probes < index.nlist:
        _, found = index.search(queries, RECALL_DEPTH, params=faiss.SearchParametersIVF(nprobe=probes))
        recall = np.mean([len(np.intersect1d(a, b)) / RECALL_DEPTH for a, b in zip(exact, found, strict=True)])
        if recall >= RECALL_TARGET:
            break
        probes = int(probes * 1.5)
    return min(probes, int(index.nlist))


def _search(
    index: faiss.Index, query: Vectors, count: int, selector: faiss.IDSelector | None, share: float
) -> tuple[Keys, Vectors]:
    inner = faiss.downcast_index(faiss.downcast_index(index).index)
    # One question at a time is no work for several threads: they would spend longer waiting for each other.
    faiss.omp_set_num_threads(1)
    if isinstance(inner, faiss.IndexIVF):
        probes = inner.nlist if share < NARROW else inner.nprobe
        parameters = faiss.SearchParametersIVF(nprobe=probes, sel=selector)
    else:
        parameters = faiss.SearchParameters(sel=selector)
    scores, keys = index.search(np.ascontiguousarray(query[None], np.float32), count, params=parameters)
    real = keys[0] >= 0  # FAISS pads with -1 where a filter leaves fewer
    return keys[0][real], scores[0][real]

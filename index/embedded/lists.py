"""Inverted lists over the rows, one bit a dimension (RaBitQ, arXiv 2405.12497): made, added to, calibrated, searched.

64 bytes a chunk, mapped and shared between processes. Nothing here ever holds all vectors: the centres are means of a
sample, and rows are added in blocks.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from index.embedded.rows import Floats, Halves, Keys, Rows

QUERY_BITS = 4  # of each component of a question, when it is compared with codes: more find no more
BLOCK = 1 << 14  # rows whose vectors are in memory together
SCORED_TOGETHER = 1 << 10  # rows
TRAINED_ON, TRAINING_ROUNDS = 32, 8  # rows a list; rounds of k-means
GRAPH_FROM = 3_000  # lists from which the nearest is looked for in a graph of them, when rows are added
RECALL_TARGET, RECALL_DEPTH, RECALL_SAMPLE = 0.985, 10, 400  # how many lists are searched is set by it
RECALL_ROWS = 1_000_000  # among which it is measured
SCANNED_BY_A_THREAD = 100_000  # codes, 2 ms; fewer are not worth waking another thread for


def list_count(rows: int) -> int:
    """How many inverted lists so many rows are spread over: looking into one costs as much as some hundred codes."""
    return int(2 * math.sqrt(rows))


class Lists:
    """Inverted lists over the rows up to `count`; their ids are the rows."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._index.qb = QUERY_BITS
        self._index.parallel_mode = 1  # several threads share the lists of one question
        self._graph: Any = None

    @classmethod
    def load(cls, path: Path, dimension: int, *, shared: bool = True) -> Lists:
        """Open lists mapped and shared, or (to be added to and saved again) in this process's own memory."""
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC if shared else 0)
        if index.d != dimension:
            raise ValueError(f"{path} holds vectors of {index.d} components, wanted {dimension}")
        return cls(index)

    @classmethod
    def trained(cls, sample: Floats, count: int) -> Lists:
        """Empty lists around `count` centres of a sample."""
        faiss.omp_set_num_threads(os.cpu_count() or 1)
        dimension = sample.shape[1]
        means = faiss.Kmeans(
            dimension, count, niter=TRAINING_ROUNDS, seed=1, max_points_per_centroid=TRAINED_ON,
            min_points_per_centroid=1,
        )  # fmt: skip
        means.train(sample)
        # Means of what lies scattered are shorter, and by inner product would be looked into too late.
        faiss.normalize_L2(means.centroids)
        centres = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        centres.train(means.centroids)
        centres.add(means.centroids)
        index = faiss.IndexIVFRaBitQ(centres, dimension, count, faiss.METRIC_INNER_PRODUCT, True, 1)
        centres.this.disown()
        index.own_fields = True
        index.train(sample)
        return cls(index)

    @property
    def count(self) -> int:
        """How many rows there are in them."""
        return int(self._index.ntotal)

    @property
    def probes(self) -> int:
        """How many lists are searched where nothing is filtered."""
        return int(self._index.nprobe)

    @probes.setter
    def probes(self, probes: int) -> None:
        self._index.nprobe = probes

    @property
    def lists(self) -> int:
        """How many there are."""
        return int(self._index.nlist)

    def add(self, vectors: Floats) -> None:
        """Add the rows that come next."""
        faiss.omp_set_num_threads(os.cpu_count() or 1)
        ids = np.arange(self.count, self.count + len(vectors))
        nearest = np.ascontiguousarray(self._nearest(vectors), np.int64)
        pointers = [faiss.swig_ptr(values) for values in (vectors, ids, nearest)]
        self._index.add_core(len(vectors), *pointers)

    def save(self, path: Path) -> None:
        """Write them, and bring them to the disk."""
        faiss.write_index(self._index, str(path))
        with open(path, "rb") as written:
            os.fsync(written.fileno())

    def search(self, questions: Floats, count: int, probes: int | None = None, selector: Any = None) -> Keys:
        """The rows that codes say are best for each question, shape (questions, count); -1 where there are fewer."""
        probes = min(probes or self.probes, self.lists)
        scanned = self.count * probes // self.lists
        faiss.omp_set_num_threads(min(os.cpu_count() or 1, 1 + scanned // SCANNED_BY_A_THREAD))
        parameters = faiss.IVFRaBitQSearchParameters(nprobe=probes, sel=selector, qb=QUERY_BITS, centered=True)
        found = self._index.search(questions, count, params=parameters)[1]
        faiss.omp_set_num_threads(1)  # what comes after it is small
        return np.asarray(found, np.int64)

    def places(self, question: Floats, vectors: Floats) -> NDArray[np.int64]:
        """How many lists are searched before that of each vector, for one question, shape (d,)."""
        order = self._index.quantizer.search(question[None], self.lists)[1][0]
        place = np.empty(self.lists, np.int64)
        place[order] = np.arange(self.lists)
        return np.asarray(place[self._nearest(vectors)[:, 0]])

    def _nearest(self, vectors: Floats) -> NDArray[np.int64]:
        """Which list each vector goes to. In many, a graph finds it in a tenth of the time, and hardly ever errs."""
        if self.lists < GRAPH_FROM:
            return np.asarray(self._index.quantizer.search(vectors, 1)[1])
        if self._graph is None:
            self._graph = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
            self._graph.hnsw.efSearch = 48
            self._graph.add(self._index.quantizer.reconstruct_n(0, self.lists))
        return np.asarray(self._graph.search(vectors, 1)[1])


def built(rows: Rows) -> Lists:
    """Lists over all rows; how many of them are searched is measured."""
    count = list_count(rows.count)
    lists = Lists.trained(Decoder(rows.dimension)(rows.halves(_some(rows.count, TRAINED_ON * count))), count)
    extended(lists, rows)
    lists.probes = _probes_for(lists, rows)
    return lists


def extended(lists: Lists, rows: Rows) -> None:
    """Add the rows that the lists do not have yet."""
    decoded = Decoder(rows.dimension)
    for block in blocks(rows, lists.count, rows.count):
        lists.add(decoded(block))


def scored(halves: Halves, question: Floats) -> Floats:
    """The inner product of each row with a question: the same for equal rows, as a product of matrices is not.

    FAISS takes a third of the time that it takes to make single precision of the rows first.
    """
    out = np.empty(len(halves), np.float32)
    for at in range(0, len(halves), SCORED_TOGETHER):
        part = halves[at : at + SCORED_TOGETHER]
        index = flat(len(question))
        index.add_sa_codes(np.ascontiguousarray(part).view(np.uint8))
        scores, order = index.search(question[None], len(part))
        out[at + order[0]] = scores[0]
    return out


class Decoder:
    """Half precision as single precision; FAISS is thirty times faster at it than NumPy."""

    def __init__(self, dimension: int) -> None:
        self._codec = flat(dimension)

    def __call__(self, halves: Halves) -> Floats:
        """Shape (n, d), as the halves have."""
        if not len(halves):
            return np.zeros(halves.shape, np.float32)
        return np.asarray(self._codec.sa_decode(np.ascontiguousarray(halves).view(np.uint8)), np.float32)


def flat(dimension: int) -> Any:
    """An empty index in half precision that compares everything."""
    index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index.is_trained = True  # there is nothing to train
    return index


def blocks(rows: Rows, first: int, end: int) -> Iterator[Halves]:
    """The vectors of the rows from `first` up to `end`, a part at a time."""
    for at in range(first, end, BLOCK):
        yield rows.block(at, min(at + BLOCK, end))


def best_of_all(rows: Rows, questions: Floats, count: int, among: NDArray[np.bool_] | None = None) -> Keys:
    """The best rows for each question by comparing them all, or those of a mask; -1 where there are fewer."""
    decoded, best = Decoder(rows.dimension), faiss.ResultHeap(len(questions), count, keep_max=True)
    for at in range(0, rows.count, BLOCK):
        end = min(at + BLOCK, rows.count)
        chosen = np.arange(at, end) if among is None else at + np.flatnonzero(among[at:end])
        if len(chosen):
            scores = questions @ decoded(rows.block(at, end)[chosen - at]).T
            best.add_result(np.ascontiguousarray(scores), np.broadcast_to(chosen, scores.shape).astype(np.int64))
    best.finalize()
    return np.asarray(best.I, np.int64)


def _probes_for(lists: Lists, rows: Rows) -> int:
    """The fewest lists that reach the recall target, for stored vectors changed so that they resemble questions.

    A question lies beside its answers in the directions in which texts differ, not in any: a stored vector is moved by
    the difference of two others, as far as it is long. In a large archive the target is that for some of the rows, at a
    depth less by as much.
    """
    random = np.random.default_rng(1)
    size = min(RECALL_SAMPLE, rows.count)
    decoded = Decoder(rows.dimension)
    own, one, other = (
        decoded(rows.halves(np.sort(random.choice(rows.count, size, replace=False))))[random.permutation(size)]
        for _ in range(3)
    )
    apart = one - other
    questions = own + apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-9)
    share = min(1.0, RECALL_ROWS / rows.count)
    mask = None if share == 1.0 else random.random(rows.count) < share
    depth = max(1, round(RECALL_DEPTH * share))
    wanted = best_of_all(rows, questions, depth, mask)
    places = np.concatenate([
        lists.places(question, decoded(rows.halves(np.sort(found[found >= 0]))))
        for question, found in zip(questions, wanted, strict=True)
    ])  # fmt: skip
    return int(np.quantile(places, RECALL_TARGET, method="higher")) + 1


def _some(count: int, wanted: int) -> Keys:
    """So many rows at random, ascending."""
    return np.sort(np.random.default_rng(0).choice(count, min(wanted, count), replace=False))

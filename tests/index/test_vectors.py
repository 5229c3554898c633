"""The dense leg: exact while small, near exact beyond, and never a row that is not there."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import faiss
import numpy as np
import pytest

from index import vectors as module
from index.codes import normalise
from index.vectors import VectorIndex

D = 16


def made(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return np.arange(1, count + 1), normalise(random.standard_normal((count, D)).astype(np.float32))


def index_of(count: int) -> tuple[VectorIndex, np.ndarray]:
    keys, vectors = made(count)
    index = VectorIndex(D)
    index.add(keys, vectors)
    return index, vectors


def exact(vectors: np.ndarray, query: np.ndarray, allowed: np.ndarray, count: int) -> list[int]:
    scores = vectors[allowed - 1] @ query
    return allowed[np.lexsort((allowed, -scores))][:count].tolist()


def test_the_best_come_first_and_no_more_than_there_are() -> None:
    index, vectors = index_of(30)
    keys, scores = index.search(vectors[4], 100)
    assert keys.tolist() == exact(vectors, vectors[4], np.arange(1, 31), 30)
    assert keys[0] == 5
    assert scores[0] == pytest.approx(1, abs=1e-5)


def test_an_empty_index_finds_nothing() -> None:
    index = VectorIndex(D)
    assert index.search(made(1)[1][0], 5)[0].tolist() == []
    assert index.keys().tolist() == []
    index.add(np.zeros(0, np.int64), np.zeros((0, 0), np.float32))
    assert index.merged().search(made(1)[1][0], 5)[0].tolist() == []


def test_ties_are_in_the_order_of_their_keys_across_snapshot_and_additions() -> None:
    one = normalise(np.ones((1, D), np.float32))
    index = VectorIndex(D)
    index.add(np.array([7, 3]), np.repeat(one, 2, 0))
    index = index.merged()
    index.add(np.array([9, 5]), np.repeat(one, 2, 0))
    assert index.search(one[0], 10)[0].tolist() == [3, 5, 7, 9]


def test_padding_is_dropped_where_a_filter_leaves_fewer() -> None:
    index, vectors = index_of(30)
    keys, scores = index.search(vectors[0], 10, np.array([2, 4, 500]))
    assert sorted(keys.tolist()) == [2, 4]
    assert np.isfinite(scores).all()
    assert index.search(vectors[0], 10, np.zeros(0, np.int64))[0].tolist() == []


def test_a_filter_gives_the_best_of_what_it_allows() -> None:
    index, vectors = index_of(200)
    allowed = np.arange(3, 200, 7)
    assert index.search(vectors[1], 5, allowed)[0].tolist() == exact(vectors, vectors[1], allowed, 5)


@pytest.mark.parametrize("snapshot", [False, True])
def test_what_is_removed_is_never_found(snapshot: bool) -> None:
    index, vectors = index_of(50)
    index = index.merged() if snapshot else index
    index.remove(10, 19)
    index.remove(60, 70)  # never there
    left = np.setdiff1d(np.arange(1, 51), np.arange(10, 20))
    assert index.keys().tolist() == left.tolist()
    assert index.search(vectors[11], 50)[0].tolist() == exact(vectors, vectors[11], left, 50)
    assert index.search(vectors[11], 50, np.array([11, 20]))[0].tolist() == [20]
    assert index.merged().keys().tolist() == left.tolist()
    assert index.merged().size == 40


def test_a_mapped_snapshot_equals_the_original(tmp_path: Path) -> None:
    index, vectors = index_of(100)
    index.merged().save(tmp_path / "v.faiss")
    for shared in (True, False):
        loaded = VectorIndex.load(tmp_path / "v.faiss", D, shared=shared)
        assert loaded.keys().tolist() == list(range(1, 101))
        assert loaded.top_key == 100
        for query in vectors[:5]:
            assert loaded.search(query, 10)[0].tolist() == index.search(query, 10)[0].tolist()
        assert np.array_equal(loaded.everything()[1], vectors)
    loaded = VectorIndex.load(tmp_path / "v.faiss", D)
    loaded.add(np.array([101]), vectors[:1])
    loaded.remove(1, 1)
    assert loaded.search(vectors[0], 1)[0].tolist() == [101]


@pytest.mark.parametrize("exact_up_to", [2_000, 100_000])
def test_some_vectors_are_read_without_the_others(monkeypatch: pytest.MonkeyPatch, exact_up_to: int) -> None:
    monkeypatch.setattr(module, "EXACT_UP_TO", exact_up_to)
    keys, vectors = made(6_000)
    index = VectorIndex(D)
    index.add(keys[:5_900], vectors[:5_900])
    index = index.merged()
    index.add(keys[5_900:], vectors[5_900:])
    index.remove(5_850, 5_859)
    tracemalloc.start()
    found, stored = index.among(np.array([10, 5_849, 5_850, 5_990, 7_000]))
    assert (found.tolist(), stored.shape) == ([10, 5_849, 5_990], (3, D))
    assert np.allclose(stored, vectors[found - 1], atol=1e-3)
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    assert len(index.among(np.arange(1_001, 1_101))[0]) == 100
    assert tracemalloc.get_traced_memory()[1] - before < vectors.nbytes / 2
    tracemalloc.stop()
    assert index.among(np.zeros(0, np.int64))[0].tolist() == []


def test_another_dimension_is_refused(tmp_path: Path) -> None:
    index_of(3)[0].merged().save(tmp_path / "v.faiss")
    with pytest.raises(ValueError, match="16 components, wanted 32"):
        VectorIndex.load(tmp_path / "v.faiss", 32)


def test_inverted_lists_reach_the_recall_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXACT_UP_TO", 2_000)
    keys, vectors = made(6_000)
    index = VectorIndex(D)
    index.add(keys, vectors)
    index.merged().save(tmp_path / "v.faiss")
    loaded = VectorIndex.load(tmp_path / "v.faiss", D)
    inner = faiss.downcast_index(faiss.downcast_index(loaded.base).index)
    assert isinstance(inner, faiss.IndexIVF)
    assert 1 < inner.nprobe < inner.nlist
    queries = normalise(vectors[:100] + 0.1 * made(100, seed=5)[1])
    depth = module.RECALL_DEPTH
    hits = [len(set(loaded.search(q, depth)[0]) & set(exact(vectors, q, keys, depth))) for q in queries]
    assert sum(hits) / (len(queries) * depth) >= module.RECALL_TARGET - 0.01
    narrow = np.arange(1, 6_001, 50)
    assert loaded.search(queries[0], 10, narrow)[0].tolist() == exact(vectors, queries[0], narrow, 10)
    assert np.allclose(loaded.everything()[1][4:9], vectors[4:9], atol=1e-3)
    loaded.remove(1, 3_000)
    assert (loaded.search(queries[0], depth)[0] > 3_000).all()
    assert loaded.merged().size == 3_000

"""The dense leg: exact while small, near exact beyond, and never a row that is not there."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path

import faiss
import numpy as np
import pytest

from index.documents import TermDocument
from index.embedded import lists as inverted
from index.embedded import vectors as module
from index.embedded.lists import Lists, built, extended
from index.embedded.rows import RowCounts, Rows, RowWriter
from index.embedded.vectors import VectorIndex
from index.encoders.codes import normalise
from index.scope import Scope
from index.truth.store import Store

D = 16
DAY = date(2024, 1, 1).toordinal()
NO_STORE: Store = None  # type: ignore[assignment]  # rows that hold the vectors never ask for it

Make = Callable[..., tuple[Rows, np.ndarray]]


def made(count: int, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return normalise(random.standard_normal((count, D)).astype(np.float32)).astype(np.float16).astype(np.float32)


def document(key: int) -> TermDocument:
    """Three chunks an article; every seventh day, and languages and sources in turn."""
    article = (key + 2) // 3
    language, day = ("en", "fr")[article % 2], DAY + article % 7
    return TermDocument(key, (), (), (), article, language, f"source {article % 50}", day, day)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Rows with the keys from 1, and their vectors."""

    def rows(count: int, removed: tuple[tuple[int, int], ...] = (), vectors: np.ndarray | None = None) -> tuple:
        found = made(count) if vectors is None else vectors
        writer = RowWriter(tmp_path, RowCounts(), D, compact=False)
        keys = np.arange(1, count + 1)
        writer.add([document(key) for key in keys.tolist()], keys, found)
        for first, last in removed:
            writer.remove(first, last)
        writer.close()
        return Rows(tmp_path, writer.counts, D, NO_STORE, compact=False), found

    return rows


def exact(vectors: np.ndarray, query: np.ndarray, allowed: np.ndarray, count: int) -> list[int]:
    scores = vectors[allowed - 1] @ query
    return allowed[np.lexsort((allowed, -scores))][:count].tolist()


def test_the_best_come_first_and_no_more_than_there_are(make: Make) -> None:
    rows, vectors = make(30)
    keys, scores = VectorIndex(rows).search(vectors[4], 100)
    assert keys.tolist() == exact(vectors, vectors[4], np.arange(1, 31), 30)
    assert keys[0] == 5
    assert scores[0] == pytest.approx(1, abs=1e-3)


def test_an_empty_index_finds_nothing(make: Make) -> None:
    index = VectorIndex(make(0)[0])
    assert index.search(made(1)[0], 5)[0].tolist() == []
    assert index.search(made(1)[0], 5, Scope(languages=("en",)))[0].tolist() == []
    assert index.keys().tolist() == []
    assert index.among(np.array([1, 2]))[0].tolist() == []


def test_ties_are_in_the_order_of_their_keys_across_lists_and_tail(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RESCORED_AT_LEAST", 600)
    rows, _ = make(600, vectors=np.repeat(made(1), 600, 0))
    lists = Lists.trained(made(200), 4)
    lists.add(np.repeat(made(1), 500, 0))
    lists.probes = 4
    assert VectorIndex(rows, lists).search(made(1)[0], 510)[0].tolist() == list(range(1, 511))


def test_a_filter_gives_the_best_of_what_it_allows_and_nothing_else(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, vectors = make(300)
    keys = np.arange(1, 301)
    article = (keys + 2) // 3
    cases = {
        Scope(languages=("fr",)): article % 2 == 1,
        Scope(languages=("fr", "en", "xx")): article > 0,
        Scope(languages=("xx",)): article < 0,
        Scope(sources=("source 7", "source 9")): np.isin(article % 50, (7, 9)),
        Scope(sources=tuple(f"source {n}" for n in range(20))): article % 50 < 20,
        Scope(articles=(3, 5, 9_000)): np.isin(article, (3, 5)),
        Scope(after=date(2024, 1, 3)): article % 7 >= 2,
        Scope(languages=("en",), after=date(2024, 1, 3), before=date(2024, 1, 4)): (article % 2 == 0)
        & np.isin(article % 7, (2, 3)),
    }
    for scope, allowed in cases.items():
        for narrow in (0, 1_000):
            monkeypatch.setattr(module, "NARROW", narrow)
            found = VectorIndex(rows).search(vectors[1], 20, scope)[0]
            assert found.tolist() == exact(vectors, vectors[1], keys[allowed], 20), scope


@pytest.mark.parametrize("narrow", [0, 1_000])
def test_a_filter_reaches_what_is_in_the_lists_and_what_came_since(
    make: Make, monkeypatch: pytest.MonkeyPatch, narrow: int
) -> None:
    monkeypatch.setattr(module, "NARROW", narrow)
    rows, vectors = make(600, removed=((30, 40), (580, 585)))
    lists = Lists.trained(vectors[:500], 4)
    lists.add(vectors[:500])
    lists.probes = 4
    keys = np.setdiff1d(np.arange(1, 601), [*range(30, 41), *range(580, 586)])
    article = (keys + 2) // 3
    cases = {
        Scope(languages=("en",)): article % 2 == 0,
        Scope(articles=tuple(range(160, 180))): (article >= 160) & (article < 180),
        Scope(articles=(2, 3)): np.isin(article, (2, 3)),
        Scope(articles=(190, 196)): np.isin(article, (190, 196)),
    }
    index = VectorIndex(rows, lists)
    for _ in ("with lists", "every one"):
        for scope, allowed in cases.items():
            found = index.search(vectors[490], 20, scope)[0].tolist()
            assert found == exact(vectors, vectors[490], keys[allowed], 20), scope
        index.search_every_list()


def test_what_is_removed_is_never_found(make: Make) -> None:
    rows, vectors = make(50, removed=((10, 19), (15, 16), (60, 70)))
    index = VectorIndex(rows)
    left = np.setdiff1d(np.arange(1, 51), np.arange(10, 20))
    assert index.keys().tolist() == left.tolist()
    assert index.search(vectors[11], 50)[0].tolist() == exact(vectors, vectors[11], left, 50)
    # Chunks 10 to 12 of article 4 are gone, and the first of 19 to 21 of article 7.
    assert set(index.search(vectors[11], 50, Scope(articles=(4, 7)))[0].tolist()) == {20, 21}
    assert index.among(np.arange(9, 22))[0].tolist() == [9, 20, 21]


def test_some_vectors_are_read_without_the_others(make: Make) -> None:
    rows, vectors = make(6_000, removed=((5_850, 5_859),))
    index = VectorIndex(rows)
    tracemalloc.start()
    found, stored = index.among(np.array([10, 5_849, 5_850, 5_990, 7_000]))
    assert (found.tolist(), stored.shape) == ([10, 5_849, 5_990], (3, D))
    assert np.array_equal(stored, vectors[found - 1])
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    assert len(index.among(np.arange(1_001, 1_101))[0]) == 100
    assert tracemalloc.get_traced_memory()[1] - before < vectors.nbytes / 2
    tracemalloc.stop()
    assert index.among(np.zeros(0, np.int64))[0].tolist() == []


def test_lists_of_another_dimension_are_refused(tmp_path: Path) -> None:
    Lists.trained(made(100), 2).save(tmp_path / "lists")
    with pytest.raises(ValueError, match="16 components, wanted 32"):
        Lists.load(tmp_path / "lists", 32)


def test_inverted_lists_reach_the_recall_target(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "NARROW", 100)
    rows, vectors = make(6_000)
    built(rows).save(tmp_path / "lists")
    lists = Lists.load(tmp_path / "lists", D)
    assert lists.count == 6_000
    assert 1 < lists.probes < lists.lists
    index = VectorIndex(rows, lists)
    keys = np.arange(1, 6_001)
    queries = normalise(vectors[:100] + 0.3 * made(100, seed=5))

    def recall(scope: Scope, allowed: np.ndarray) -> float:
        hits = [len(set(index.search(q, 10, scope)[0]) & set(exact(vectors, q, allowed, 10))) for q in queries]
        return sum(hits) / (len(queries) * 10)

    assert recall(Scope(), keys) >= inverted.RECALL_TARGET - 0.01
    french = keys[(keys + 2) // 3 % 2 == 1]
    assert recall(Scope(languages=("fr",)), french) >= inverted.RECALL_TARGET - 0.01
    assert set(index.search(queries[0], 500, Scope(languages=("fr",)))[0].tolist()) <= set(french.tolist())
    few = keys[np.isin((keys + 2) // 3, np.arange(1, 2_000, 100))]
    assert recall(Scope(articles=tuple(range(1, 2_000, 100))), few) == 1.0
    index.search_every_list()
    assert recall(Scope(), keys) == 1.0


def test_lists_that_are_added_to_find_what_is_new(make: Make, tmp_path: Path) -> None:
    rows, vectors = make(3_000)
    lists = Lists.trained(vectors[:2_000], 40)
    lists.add(vectors[:2_000])
    lists.probes = 40
    lists.save(tmp_path / "lists")
    both = Lists.load(tmp_path / "lists", D, shared=False)
    extended(both, rows)
    assert both.count == 3_000
    for index in (VectorIndex(rows, both), VectorIndex(rows, Lists.load(tmp_path / "lists", D))):
        assert index.search(vectors[2_500], 1)[0].tolist() == [2_501]
        assert index.search(vectors[100], 1)[0].tolist() == [101]


def test_a_graph_of_many_lists_errs_hardly_ever(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = make(4_000)[1]
    lists = Lists.trained(vectors, 200)
    nearest = lists._nearest(vectors)
    monkeypatch.setattr(inverted, "GRAPH_FROM", 100)
    assert (lists._nearest(vectors) == nearest).mean() > 0.97


def test_several_threads_find_what_one_does(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, vectors = make(6_000)
    lists, threads = built(rows), list[int]()
    queries = normalise(vectors[:20] + 0.3 * made(20, seed=5))
    alone = [lists.search(query[None], 400) for query in queries]
    assert faiss.omp_get_max_threads() == 1
    monkeypatch.setattr(inverted, "SCANNED_BY_A_THREAD", 100)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    set_threads = faiss.omp_set_num_threads
    monkeypatch.setattr(faiss, "omp_set_num_threads", lambda count: (threads.append(count), set_threads(count)))
    for query, one in zip(queries, alone, strict=True):
        assert set(lists.search(query[None], 400)[0].tolist()) == set(one[0].tolist())
    assert threads == [3, 1] * len(queries)


def test_a_chunks_neighbours_are_looked_for_in_fewer_lists(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, vectors = make(6_000)
    index, looked_into, search = VectorIndex(rows, built(rows)), list[int](), Lists.search

    def noted(lists: Lists, questions: np.ndarray, count: int, probes: int, selector: object) -> np.ndarray:
        looked_into.append(probes)
        return search(lists, questions, count, probes, selector)

    monkeypatch.setattr(Lists, "search", noted)
    usual = index.search(vectors[0], 10)
    fewer = index.search(vectors[0], 10, lists=module.LISTS_FOR_CHUNKS)
    assert looked_into[1] == -(-looked_into[0] // 2)
    assert fewer[0][0] == usual[0][0] == 1

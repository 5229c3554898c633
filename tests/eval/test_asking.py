"""Every query is asked; one that fails is counted, not fatal; time is that of a page, not of a deep ranking."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from eval.asking import GIVE_UP, ask_all, ask_by_pool
from eval.rankers import RankingFailed
from eval.runs import Ranking
from eval.sets import Query, TestSet
from index.errors import BadInput
from tests.eval.made import made_set, parallel_set

Capture = pytest.CaptureFixture[str]


def asked(count: int, **more: dict[str, frozenset[str]]) -> TestSet:
    queries = tuple(Query(f"q{n}", f"question {n}", "en") for n in range(count))
    return TestSet("made", "all", queries, {query.id: {"a": 1} for query in queries}, **more)  # type: ignore[arg-type]


class Ranker:
    """Ranks as it is told to; remembers what it was asked, and how many threads asked at once."""

    name = "told"

    def __init__(self, rank: Callable[[Query], Ranking] = lambda query: {"a": 1.0}, pause: float = 0.0) -> None:
        self.ranked: list[tuple[str, tuple[str, ...], int]] = []
        self.shown: list[str] = []
        self.most = self._now = 0
        self._rank, self._pause, self._lock = rank, pause, threading.Lock()

    def rank(self, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
        self.ranked.append((query.id, languages, depth))
        return self._rank(query)

    def show(self, query: Query, languages: tuple[str, ...]) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        time.sleep(self._pause)
        self._rank(query)
        with self._lock:
            self._now -= 1
            self.shown.append(query.id)

    def close(self) -> None:
        raise AssertionError("who made it closes it")


def failing(*names: str) -> Callable[[Query], Ranking]:
    def rank(query: Query) -> Ranking:
        if query.id in names or not names:
            time.sleep(0.002)  # as a service that refuses takes a moment
            raise RankingFailed(f"{query.id} is too hard")
        return {"a": 1.0}

    return rank


def test_each_query_is_ranked_once_and_to_the_depth_that_is_wanted() -> None:
    ranker = Ranker()
    run = ask_all(ranker, asked(4), depth=7, timed=0)
    assert ranker.ranked == [(f"q{n}", (), 7) for n in range(4)]
    assert run.rankings == {f"q{n}": {"a": 1.0} for n in range(4)}
    assert (run.name, run.pool, run.seconds, run.per_second, run.failed) == ("told", None, {}, None, {})


def test_a_ranking_is_so_much_deeper_as_is_left_out_of_it() -> None:
    ranker = Ranker()
    ask_all(ranker, asked(2, left_out={"q1": frozenset({"b", "c"})}), depth=7, timed=0)
    assert [depth for _, _, depth in ranker.ranked] == [7, 9]


def test_queries_that_fail_have_no_ranking_and_are_told(capsys: Capture) -> None:
    run = ask_all(Ranker(failing("q1", "q2")), asked(4), timed=4)
    assert run.rankings == {"q0": {"a": 1.0}, "q1": {}, "q2": {}, "q3": {"a": 1.0}}
    assert run.failed == {"q1": "q1 is too hard", "q2": "q2 is too hard"}
    assert run.seconds.keys() == {"q0", "q3"}
    assert "told: 2 of 4 queries failed and count 0; q1: q1 is too hard" in capsys.readouterr().err


def test_where_all_fail_the_first_reason_is_the_error() -> None:
    with pytest.raises(BadInput, match="told failed for the first 3 queries: q0 is too hard"):
        ask_all(Ranker(failing()), asked(3))
    ranker = Ranker(failing())
    with pytest.raises(BadInput, match=f"the first {GIVE_UP} queries"):
        ask_all(ranker, asked(500))
    assert len(ranker.ranked) < 100


def test_many_failures_after_a_first_success_are_not_fatal() -> None:
    run = ask_all(Ranker(failing(*(f"q{n}" for n in range(GIVE_UP - 1)))), asked(GIVE_UP + 2), timed=0)
    assert len(run.failed) == GIVE_UP - 1


def test_other_errors_are_not_taken_for_a_query_that_failed() -> None:
    def broken(query: Query) -> Ranking:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask_all(Ranker(broken), asked(2))


def test_time_is_taken_of_pages_for_queries_spread_over_the_set_one_at_a_time() -> None:
    ranker = Ranker(pause=0.02)
    run = ask_all(ranker, asked(10), timed=5)
    assert list(run.seconds) == ["q0", "q2", "q4", "q6", "q8"]
    assert ranker.shown == ["q0", "q2", "q4", "q0", "q2", "q4", "q6", "q8"]  # three to warm up
    assert all(seconds >= 0.02 for seconds in run.seconds.values())
    assert ranker.most == 1
    assert run.per_second == pytest.approx(5 / sum(run.seconds.values()))


def test_threads_raise_the_throughput_and_leave_the_latency_as_it_is() -> None:
    ranker = Ranker(pause=0.05)
    run = ask_all(ranker, asked(12), threads=4, timed=12)
    assert ranker.most == 4
    assert max(run.seconds.values()) < 0.15
    assert run.per_second is not None
    assert run.per_second > 1.5 * len(run.seconds) / sum(run.seconds.values())


def test_each_language_of_articles_is_a_run_and_they_share_the_searches_that_are_timed() -> None:
    ranker = Ranker()
    runs = ask_by_pool(ranker, parallel_set(3), ["de", "en"], depth=3, timed=5)
    assert [run.pool for run in runs] == ["de", "en"]
    assert {languages for _, languages, _ in ranker.ranked} == {("de",), ("en",)}
    assert [len(run.seconds) for run in runs] == [3, 3]


def test_nothing_is_asked_of_a_language_in_which_nothing_was_judged() -> None:
    mono = made_set([("d", "de"), ("e", "en")], {"d": {"D": 1}, "e": {"E": 0}}, [("D", "de"), ("E", "en")])
    ranker = Ranker()
    ask_by_pool(ranker, mono, ["de", "en"], depth=3, timed=0)
    assert [(query, languages) for query, languages, _ in ranker.ranked] == [("d", ("de",)), ("e", ("en",))]

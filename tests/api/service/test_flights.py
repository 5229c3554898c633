"""Identical requests computed once, kept while the archive stays as it is, stopped when nobody wants them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from api.service.cache import Cache
from api.service.flights import Flights, Wanted
from api.service.problems import Overloaded, TooSlow
from api.service.work import Work


class Bench:
    """Flights over one pool, and a source of items that the test opens gate by gate."""

    def __init__(self, threads: int = 2, waiting: int = 10, patience: float = 5) -> None:
        self.seen: list[str] = []
        self.made = self.closed = 0
        self.gates = [threading.Event() for _ in range(3)]
        self.work = Work("test", threads, waiting, patience)
        self.flights = Flights(self.work, Cache(10_000), self.seen.append)

    def source(self) -> Iterator[int]:
        self.made += 1
        try:
            for number, gate in enumerate(self.gates):
                assert gate.wait(10)
                yield number
        finally:
            self.closed += 1

    def open(self) -> None:
        for gate in self.gates:
            gate.set()

    async def items(self, key: str = "k", version: int = 1, first: float = 5, rest: float = 5) -> list[int]:
        request = Wanted(version, key, self.source, first, rest)
        return [item async for item in self.flights.follow(request)]


def run(test: Callable[[Bench], Coroutine[Any, Any, None]], **chosen: Any) -> None:
    async def whole() -> None:
        bench = Bench(**chosen)
        try:
            await test(bench)
        finally:
            bench.open()
            await bench.work.close()

    asyncio.run(whole())


def test_identical_requests_at_the_same_time_are_computed_once() -> None:
    async def test(bench: Bench) -> None:
        asked = [asyncio.create_task(bench.items()) for _ in range(5)]
        await asyncio.sleep(0.05)
        bench.open()
        assert await asyncio.gather(*asked) == [[0, 1, 2]] * 5
        assert (bench.made, bench.seen) == (1, ["miss", *["shared"] * 4])

    run(test)


def test_a_repeated_request_is_kept_until_the_archive_changes() -> None:
    async def test(bench: Bench) -> None:
        bench.open()
        for version in (1, 1, 2, 2):
            assert await bench.items(version=version) == [0, 1, 2]
        assert bench.seen == ["miss", "hit", "miss", "hit"]

    run(test)


def test_an_item_is_told_before_the_next_one_is_made() -> None:
    async def test(bench: Bench) -> None:
        request = Wanted(1, "k", bench.source, 5, 5)
        following = bench.flights.follow(request)
        for number, gate in enumerate(bench.gates):
            gate.set()
            assert await anext(following) == number
        with pytest.raises(StopAsyncIteration):
            await anext(following)

    run(test)


def test_work_that_nobody_wants_any_more_stops_and_is_not_kept() -> None:
    async def test(bench: Bench) -> None:
        bench.gates[0].set()
        following = [bench.flights.follow(Wanted(1, "k", bench.source, 5, 5)) for _ in range(2)]
        assert [await anext(one) for one in following] == [0, 0]
        await following[0].aclose()
        bench.gates[1].set()
        assert await anext(following[1]) == 1  # one of two has gone: it goes on for the other
        await following[1].aclose()
        bench.gates[2].set()
        while not bench.closed:
            await asyncio.sleep(0.01)
        assert await bench.items() == [0, 1, 2]
        assert bench.seen == ["miss", "shared", "miss"]

    run(test)


def test_who_waits_in_the_queue_and_leaves_is_never_begun() -> None:
    async def test(bench: Bench) -> None:
        busy = [asyncio.create_task(bench.items(key)) for key in "ab"]
        await asyncio.sleep(0.05)
        left = asyncio.create_task(bench.items("c"))
        await asyncio.sleep(0.05)
        left.cancel()
        bench.open()
        await asyncio.gather(*busy)
        assert bench.made == 2

    run(test)


@pytest.mark.parametrize(("opened", "stage"), [(0, "search"), (1, "answer")])
def test_a_stage_that_does_not_end_in_time_is_given_up(opened: int, stage: str) -> None:
    async def test(bench: Bench) -> None:
        for gate in bench.gates[:opened]:
            gate.set()
        with pytest.raises(TooSlow, match=stage):
            await bench.items(first=0.2, rest=0.2)

    run(test)


def test_an_error_reaches_everyone_and_is_not_kept() -> None:
    async def test(bench: Bench) -> None:
        def broken() -> Iterator[int]:
            bench.made += 1
            yield 1
            raise ValueError("broken")

        async def asked() -> None:
            async for _ in bench.flights.follow(Wanted(1, "k", broken, 5, 5)):
                pass

        found = await asyncio.gather(asked(), asked(), return_exceptions=True)
        assert [str(error) for error in found] == ["broken"] * 2
        with pytest.raises(ValueError, match="broken"):
            await asked()
        assert bench.made == 2

    run(test)


def test_more_than_may_wait_is_refused_at_once() -> None:
    async def test(bench: Bench) -> None:
        asked = [asyncio.create_task(bench.items(key)) for key in "abcde"]
        await asyncio.sleep(0.05)
        with pytest.raises(Overloaded, match="2 requests wait already"):
            await bench.items("f")
        bench.open()
        with pytest.raises(Overloaded):
            await asyncio.gather(*asked)

    run(test, waiting=2)


def test_who_waits_too_long_for_a_thread_is_told_so() -> None:
    async def test(bench: Bench) -> None:
        busy = [asyncio.create_task(bench.items(key)) for key in "ab"]
        await asyncio.sleep(0.05)
        with pytest.raises(Overloaded, match="no thread became free"):
            await bench.items("c")
        bench.open()
        assert await asyncio.gather(*busy) == [[0, 1, 2]] * 2

    run(test, patience=0.2)


def test_the_cache_gives_up_what_was_not_used_for_longest() -> None:
    cache = Cache(100)
    for key in "abc":
        cache.put(1, key, key.encode() * 30)
    assert cache.get(1, "a") == b"a" * 30
    cache.put(1, "d", b"d" * 30)
    assert [key for key in "abcd" if cache.get(1, key)] == ["a", "c", "d"]
    cache.put(1, "huge", b"h" * 101)
    assert cache.get(1, "huge") is None
    cache.put(1, "a", b"again" * 10)
    assert (cache.size, len(cache)) == (80, 2)
    assert cache.get(2, "a") is None
    cache.put(2, "z", b"z")
    assert (cache.size, len(cache)) == (1, 1)

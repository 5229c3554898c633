"""How much one caller may ask: told when it is too much, and when to come again; others are not touched by it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE, Popen

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from limits import RateLimitItemPerSecond
from limits.strategies import MovingWindowRateLimiter

from api.service.key_file import KeyFile
from api.service.keys import Caller, Gate
from api.service.limits import Reading, Slots, Throttle
from api.service.problems import Problem
from api.service.settings import Limits, Settings
from api.service.shared_windows import SharedWindows
from tests.api.service.served import words_served

CALLER, OTHER = Caller("127.0.0.1"), Caller("192.0.2.7")


def throttle(folder: Path, requests: int = 0, writes: int = 0, workers: int = 1) -> Throttle:
    limits = Limits(requests_per_minute=requests, writes_per_minute=writes)
    return Throttle(Settings(folder, limits=limits, workers=workers, metrics=folder))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_rate_is_refused_with_the_time_to_come_again_and_others_go_on(tmp_path: Path, workers: int) -> None:
    limit = throttle(tmp_path, requests=3, workers=workers)
    for _ in range(3):
        limit.count_request(CALLER)
    with pytest.raises(Problem) as refused:
        limit.count_request(CALLER)
    assert refused.value.status == 429
    assert 58 <= int(refused.value.headers["Retry-After"]) <= 60
    limit.count_request(OTHER)


def test_workers_share_a_rate(tmp_path: Path) -> None:
    first, second = throttle(tmp_path, requests=4, workers=2), throttle(tmp_path, requests=4, workers=2)
    for limit in (first, second, first, second):
        limit.count_request(CALLER)
    for limit in (first, second):
        with pytest.raises(Problem):
            limit.count_request(CALLER)


def test_writes_have_a_rate_of_their_own_within_that_of_all_requests(tmp_path: Path) -> None:
    limit = throttle(tmp_path, requests=4, writes=2)
    limit.count_write(CALLER)
    limit.count_write(CALLER)
    with pytest.raises(Problem, match="more than 2 writes"):
        limit.count_write(CALLER)
    limit.count_request(CALLER)
    with pytest.raises(Problem, match="more than 4 requests"):
        limit.count_request(CALLER)


def test_a_rate_of_none_refuses_nothing(tmp_path: Path) -> None:
    limit = throttle(tmp_path)
    for _ in range(100):
        limit.count_write(CALLER)


def test_a_file_that_cannot_be_counted_in_stops_nobody(tmp_path: Path) -> None:
    limit = throttle(tmp_path, requests=1, workers=2)
    with sqlite3.connect(tmp_path / "rates.sqlite") as db:
        db.execute("DROP TABLE hits")
    db.close()
    limit.count_request(CALLER)
    limit.count_request(CALLER)


HITS = """
import sys
from pathlib import Path
from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter
from api.service.shared_windows import SharedWindows

limiter = MovingWindowRateLimiter(SharedWindows(Path(sys.argv[1])))
print(sum(limiter.hit(RateLimitItemPerMinute(30), "one") for _ in range(40)))
"""


def test_processes_that_count_at_once_let_through_exactly_the_rate(tmp_path: Path, python: list[str]) -> None:
    command = [*python, "-c", HITS, str(tmp_path / "rates.sqlite")]
    with ExitStack() as stack:
        running = [stack.enter_context(Popen(command, stdout=PIPE, text=True)) for _ in range(3)]
        assert sum(int(one.communicate(timeout=60)[0]) for one in running) == 30


def test_a_shared_window_moves_on(tmp_path: Path) -> None:
    windows = SharedWindows(tmp_path / "rates.sqlite")
    limiter, limit = MovingWindowRateLimiter(windows), RateLimitItemPerSecond(2)
    assert [limiter.hit(limit, "one") for _ in range(3)] == [True, True, False]
    assert limiter.get_window_stats(limit, "one").remaining == 0
    asyncio.run(asyncio.sleep(1.05))
    assert limiter.hit(limit, "one")
    assert windows.get(limit.key_for("one")) == 1
    assert windows.reset() == 1


def test_who_finds_no_place_waits_for_one_and_is_refused_in_the_end() -> None:
    async def scene() -> list[str]:
        slots, seen, release = Slots(places=1, wait=0.2), [], asyncio.Event()

        async def one(name: str, caller: str = "a") -> None:
            try:
                async with slots.held(caller):
                    seen.append(f"{name} in")
                    await release.wait()
            except Problem as refused:
                seen.append(f"{name} {refused.status} {refused.headers['Retry-After']}")

        tasks = [asyncio.create_task(one("first"))]
        await asyncio.sleep(0.01)
        tasks += [asyncio.create_task(one("late")), asyncio.create_task(one("other", "b"))]
        await asyncio.sleep(0.4)
        tasks.append(asyncio.create_task(one("patient")))
        await asyncio.sleep(0.01)
        release.set()
        await asyncio.gather(*tasks)
        assert slots._callers == {}
        return seen

    assert asyncio.run(scene()) == ["first in", "other in", "late 429 1", "patient in"]


def test_only_so_many_wait() -> None:
    async def scene() -> list[int]:
        slots, refused = Slots(places=1, wait=5, waiting=2), []

        async def one() -> None:
            try:
                async with slots.held("a"):
                    await asyncio.sleep(0.05)
            except Problem as problem:
                refused.append(problem.status)

        await asyncio.gather(*(one() for _ in range(5)))
        return refused

    assert asyncio.run(scene()) == [429, 429]


def test_a_request_that_is_given_up_leaves_its_place_free() -> None:
    async def scene() -> None:
        slots = Slots(places=1, wait=0.5)

        async def hold() -> None:
            async with slots.held("a"):
                await asyncio.sleep(60)

        holding, waiting = asyncio.create_task(hold()), asyncio.create_task(hold())
        await asyncio.sleep(0.02)
        waiting.cancel()
        holding.cancel()
        await asyncio.gather(holding, waiting, return_exceptions=True)
        async with slots.held("a"):
            pass
        assert slots._callers == {}

    asyncio.run(scene())


def test_over_http_a_caller_is_told_to_wait_and_another_key_is_not_touched(folder: Path) -> None:
    with words_served(folder, Limits(requests_per_minute=2)) as address:
        keys = KeyFile(folder / "keys.json")
        tokens = [keys.add("read")[0] for _ in range(2)]

        def ask(token: str, path: str = "/v1/stats") -> httpx.Response:
            return httpx.get(address + path, headers={"X-API-Key": token, "X-Forwarded-For": "192.0.2.9"})

        assert [ask(tokens[0]).status_code for _ in range(3)] == [200, 200, 429]
        refused = ask(tokens[0], "/v1/articles")
        assert refused.headers["Content-Type"] == "application/problem+json"
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert refused.json()["cure"]
        assert ask(tokens[1]).is_success
        assert httpx.get(f"{address}/healthz").is_success  # who only looks after the service is not counted


def test_a_stream_holds_its_place_until_its_end(tmp_path: Path) -> None:
    settings = Settings(tmp_path, limits=Limits(at_once=1))
    app, held = FastAPI(), []
    app.state.gate, app.state.throttle = Gate(settings), Throttle(settings)

    @app.get("/stream")
    async def stream(caller: Reading) -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            held.append(set(app.state.throttle._slots._callers))
            yield b"part"

        return StreamingResponse(parts())

    with TestClient(app, base_url="http://localhost") as client:
        assert client.get("/stream").text == "part"
    assert held == [{"testclient"}]
    assert app.state.throttle._slots._callers == {}

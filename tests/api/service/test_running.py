"""How a service lives: it follows its archive, keeps to its times and limits, and says nothing it should not."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from api.service import state
from api.service.problems import Problem
from api.service.settings import Settings, Timeouts
from api.service.state import Service
from index.archive import Archive
from index.encoders.encoder import EncodedQuery
from retrieval import Answerer, Searcher, SearchOptions
from tests.api.service.served import FREE, served
from tests.api.service.test_asking import EVENTS, events_of
from tests.fakes import WordEncoder, stored, story


class Gated(WordEncoder):
    """Encodes questions that say "slow" when its gate is open, and fails at those that say "broken"."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.waits = threading.Event(), threading.Event()

    def encode_query(self, question: str, language: str) -> EncodedQuery:
        if "broken" in question:
            raise RuntimeError("a secret of the inside")
        if "slow" in question:
            self.waits.set()
            assert self.gate.wait(20)
        return super().encode_query(question, language)


Serve = Callable[..., httpx.Client]


@pytest.fixture
def gated() -> Gated:
    return Gated()


@pytest.fixture
def serve(folder: Path, gated: Gated) -> Iterator[Serve]:
    """Start a service over two stories, with these settings."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        stored(folder, [story(1, "alpha"), story(2, "beta")])
        searcher = stack.enter_context(Searcher(folder, gated))

        def start(**chosen: Any) -> httpx.Client:
            given = Settings(archive=folder, limits=FREE, **chosen)
            address = stack.enter_context(served(given, Answerer(searcher)))
            stack.callback(gated.gate.set)
            return stack.enter_context(httpx.Client(base_url=address, timeout=30))

        yield start


def counted(client: httpx.Client, name: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(name + " ")), 0.0)


def found(client: httpx.Client, question: str) -> set[str]:
    body = {"question": question, "count": 50}
    passages = client.post("/v1/search", json=body).raise_for_status().json()["passages"]
    return {passage["article"]["title"] for passage in passages}


def logged(caplog: pytest.LogCaptureFixture, wanted: Callable[[Any], bool], count: int) -> list[Any]:
    """The lines about requests that are wanted, once there are so many: a line comes after its answer."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        lines = [record.__dict__["fields"] for record in caplog.records if "fields" in record.__dict__]
        if len(found := list(filter(wanted, lines))) >= count:
            return found
        time.sleep(0.02)
    raise AssertionError(f"fewer than {count} lines")


def test_a_question_asked_before_finds_what_is_new_and_not_what_was_deleted(serve: Serve, folder: Path) -> None:
    client = serve()
    assert found(client, "alpha") == found(client, "alpha") == {"About story-1", "About story-2"}
    assert counted(client, 'zitat_cache_total{result="hit"}') == 1
    stored(folder, [story(3, "alpha")])
    assert found(client, "alpha") == {"About story-1", "About story-2", "About story-3"}
    with Archive(folder) as archive, archive.writing():
        (gone,) = [told[0] for told in archive.store.listing() if told[4] == "About story-1"]
        archive.store.delete([gone])
        assert "About story-1" not in found(client, "alpha")  # before the indexes know of it
    assert found(client, "alpha") == {"About story-2", "About story-3"}


def test_identical_questions_at_the_same_time_are_answered_by_one_computation(serve: Serve, gated: Gated) -> None:
    client = serve(threads=4)
    with ThreadPoolExecutor(5) as threads:
        asked = [threads.submit(found, client, "slow alpha") for _ in range(5)]
        assert gated.waits.wait(10)
        while counted(client, 'zitat_cache_total{result="shared"}') < 4:
            time.sleep(0.02)
        gated.gate.set()
        assert len({tuple(sorted(one.result())) for one in asked}) == 1
    assert counted(client, 'zitat_cache_total{result="miss"}') == 1


def test_a_slow_stage_is_told_as_a_problem_and_the_service_goes_on(serve: Serve, gated: Gated) -> None:
    client = serve(timeouts=Timeouts(encode=0.2))
    response = client.post("/v1/search", json={"question": "slow"})
    assert response.status_code == 504
    assert int(response.headers["retry-after"]) > 0
    assert "'encode'" in response.json()["detail"]
    assert found(client, "beta")


def test_silence_in_a_stream_is_filled_and_an_error_is_an_event(serve: Serve, gated: Gated) -> None:
    client = serve(timeouts=Timeouts(encode=0.7, heartbeat=0.1))
    response = client.post("/v1/ask", json={"question": "slow"}, headers={**EVENTS, "X-Request-ID": "mine"})
    assert response.status_code == 200
    assert response.text.startswith(": still at work\n\n")
    ((name, problem),) = events_of(response.text)
    assert (name, problem["status"], problem["request_id"]) == ("error", 504, "mine")


def test_what_breaks_inside_is_not_told_outside(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    response = serve().post("/v1/ask", json={"question": "broken"})
    assert (response.status_code, response.json()["title"]) == (500, "Internal error")
    assert "secret" not in response.text
    assert "a secret of the inside" in caplog.text


def test_a_client_that_leaves_ends_its_request(serve: Serve, gated: Gated, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "zitat.access")
    client = serve()
    for headers in ({}, EVENTS):
        gated.waits.clear()
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v1/ask", json={"question": f"slow {headers}"}, headers=headers, timeout=0.5)
        assert gated.waits.wait(10)
    assert logged(caplog, lambda fields: fields["status"] == 499, 2)
    assert not gated.gate.is_set()  # both ended while their work could not


def test_more_questions_than_may_wait_are_sent_away_for_later(serve: Serve, gated: Gated) -> None:
    client = serve(threads=1, waiting=1)
    with ThreadPoolExecutor(6) as threads:
        bodies = [{"question": f"slow {number}"} for number in range(6)]
        asked = [threads.submit(client.post, "/v1/search", json=body) for body in bodies]
        while sum(one.done() for one in asked) < 4:
            time.sleep(0.02)
        gated.gate.set()
        answers = [one.result() for one in asked]
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503, 503, 503]
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 503)


def test_a_body_that_does_not_arrive_is_not_waited_for(serve: Serve) -> None:
    address = urlsplit(str(serve(timeouts=Timeouts(body=0.3)).base_url))
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        assert connection.recv(1_000).startswith(b"HTTP/1.1 408 ")


def test_a_body_of_unknown_length_is_read_up_to_the_limit(serve: Serve) -> None:
    parts = (b"x" * 100_000 for _ in range(100))
    assert serve().post("/v1/ask", content=parts).status_code == 413


@pytest.mark.parametrize("log_questions", [False, True])
def test_questions_are_logged_only_where_that_was_asked_for(
    serve: Serve, caplog: pytest.LogCaptureFixture, log_questions: bool
) -> None:
    caplog.set_level(logging.INFO, "zitat")
    client = serve(log_questions=log_questions)
    found(client, "whisper alpha")
    (line,) = logged(caplog, lambda fields: fields["route"] == "/v1/search", 1)
    assert (line["method"], line["status"], line["cache"]) == ("POST", 200, "miss")
    assert line["stages"]["total"] > 0
    said = json.dumps([record.__dict__ for record in caplog.records], default=str)
    assert ("whisper" in said) is log_questions


def test_a_service_says_why_it_is_not_ready_and_becomes_ready_when_it_can(
    seeds: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(state, "OPEN_AGAIN_AFTER", 0.1)

    async def whole() -> None:
        service = Service(Settings(archive=folder))
        await service.start()
        while service._failure is None:
            await asyncio.sleep(0.02)
        with pytest.raises(Problem, match="there is no archive at"):
            _ = service.opened
        shutil.copytree(seeds, folder)
        end = time.monotonic() + 60
        while service._failure and time.monotonic() < end:
            await asyncio.sleep(0.05)
        assert (await service.search("trade", SearchOptions())).passages
        await service.stop()

    asyncio.run(whole())

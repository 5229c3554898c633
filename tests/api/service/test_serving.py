"""`zitat serve` as a user runs it: several workers, one of them killed, an archive that grows, and an orderly end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from uvicorn import Config

from api.serving import WORKER_SILENCE, listening_socket
from tests.api.conftest import Zitat
from tests.api.service.processes import Serving, serving
from tests.api.service.served import until_ready

QUESTION = {"question": "How large was the trade turnover?", "count": 3}


def passages(client: httpx.Client | None, address: str, body: object = QUESTION) -> list[Any]:
    """What a search finds; without a client over a new connection, which any worker may take."""
    post = client.post if client else httpx.post
    found: list[Any] = post(f"{address}/v1/search", json=body, timeout=60).raise_for_status().json()["passages"]
    return found


@pytest.mark.slow
def test_every_worker_follows_the_archive_and_their_counts_are_added(
    python: list[str], seeds: Path, tmp_path: Path, outside: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    new = tmp_path / "new.txt"
    new.write_text("The lighthouse keeper of Zanderhaven counted seventeen seals on the sandbank on Tuesday morning.")
    about = {"question": "How many seals did the lighthouse keeper of Zanderhaven count?", "count": 1}
    with serving(python, seeds, "--workers", "2") as service:
        workers, sent = service.workers(2), 0

        def ask_until_both_have_answered(expected: bool) -> None:
            nonlocal sent
            before = len(service.lines)
            end = time.monotonic() + 60
            while service.answered_by("/v1/search", before) != workers:
                assert time.monotonic() < end
                (best,) = passages(None, service.address, about)
                assert ("seventeen seals" in best["text"]) is expected
                sent += 1

        ask_until_both_have_answered(expected=False)
        outside("-m", "api.cli", "ingest", new, "--archive", seeds).check_returncode()
        ask_until_both_have_answered(expected=True)
        text = httpx.get(f"{service.address}/metrics").text
        line = f'zitat_requests_total{{method="POST",route="/v1/search",status="200"}} {sent:.1f}'
        assert line in text
        assert "zitat_ready_workers 2.0" in text
        assert service.end() == 0


def test_an_answer_is_sent_at_once_to_a_client_that_keeps_its_connection() -> None:
    config = Config(lambda: None, host="127.0.0.1", port=0)
    with closing(listening_socket(config)) as listening:
        listening.listen()
        with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_no_request_is_answered_wrongly(python: list[str], seeds: Path) -> None:
    with serving(python, seeds, "--workers", "2", "--requests-per-minute", "0") as service:
        first = service.workers(2)
        right = passages(None, service.address)
        stop, answered, broken = threading.Event(), list[bool](), list[str]()

        def ask() -> None:
            while not stop.is_set():
                try:
                    answered.append(passages(None, service.address) == right)
                except httpx.TransportError as error:  # what the worker held when it was killed
                    broken.append(type(error).__name__)

        with ThreadPoolExecutor(4) as clients:
            asking = [clients.submit(ask) for _ in range(4)]
            try:
                time.sleep(0.5)
                os.kill(min(first), signal.SIGKILL)
                (new,) = service.workers(3) - first
                service.wait_for(lambda line: line.get("route") == "/v1/search" and line["pid"] == new)
            finally:
                stop.set()
            for one in asking:
                one.result()
        assert all(answered)
        assert len(broken) <= 4 * 2  # a connection each of those that the worker held, and perhaps one that waited
        assert "zitat_ready_workers 2.0" in httpx.get(f"{service.address}/metrics").text


@pytest.mark.slow
def test_a_worker_killed_before_it_answered_its_supervisor_is_replaced_at_once(python: list[str], seeds: Path) -> None:
    with serving(python, seeds, "--workers", "2") as service:
        killed = min(service.workers(2))
        os.kill(killed, signal.SIGSTOP)
        time.sleep(1)  # twice the time between two pings: one is waiting for its answer
        os.kill(killed, signal.SIGKILL)
        begin = time.monotonic()
        service.workers(3)
        assert time.monotonic() - begin < WORKER_SILENCE / 2  # a start takes two or three seconds


@pytest.mark.slow
def test_workers_end_when_their_supervisor_is_killed(python: list[str], seeds: Path) -> None:
    with serving(python, seeds, "--workers", "2") as service:
        workers = service.workers(2)
        service.process.kill()
        ended = service.wait_for(lambda line: line["message"].startswith("Finished server process"), 2)
        assert {line["pid"] for line in ended} == workers


@pytest.mark.slow
def test_what_runs_is_finished_before_a_service_ends(python: list[str], seeds: Path) -> None:
    with serving(python, seeds) as service:
        until_ready(service.address)
        questions = {"questions": [f"How large was trade {number}?" for number in range(100)]}
        with ThreadPoolExecutor(1) as client:
            asked = client.submit(httpx.post, f"{service.address}/v1/search/batch", json=questions, timeout=60)
            service_is_busy(service)
            assert service.end() in (0, -signal.SIGTERM)  # one worker ends, in order, by the signal that it was sent
            assert len(asked.result().raise_for_status().json()["results"]) == 100
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{service.address}/healthz")


def service_is_busy(service: Serving) -> None:
    end = time.monotonic() + 30
    while "zitat_requests_in_flight 2.0" not in httpx.get(f"{service.address}/metrics").text:  # it counts itself
        assert time.monotonic() < end


def test_a_service_that_others_can_reach_needs_keys(zitat: Zitat, seeds: Path) -> None:
    said = zitat("serve", "--archive", seeds, "--host", "0.0.0.0")
    assert said.status == 2
    assert "zitat keys add" in said.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--port", "70000"], "port"),
        (["--workers", "0"], "workers"),
        (["--cors", "news.example.org"], "https://"),
        (["--llm-model", "x"], "--llm-base-url"),
        (["--llm-model", "x", "--llm-base-url", "127.0.0.1:8080"], "http://127.0.0.1:8080/v1"),
        (["--llm-model", "x", "--llm-base-url", "http://127.0.0.1:1/v1", "--llm-timeout", "0"], "seconds"),
    ],
)
def test_what_cannot_be_served_is_refused_at_once(zitat: Zitat, seeds: Path, arguments: list[str], told: str) -> None:
    said = zitat("serve", "--archive", seeds, *arguments)
    assert (said.status, told in said.err) == (2, True)


def test_a_service_without_an_archive_is_refused(zitat: Zitat, tmp_path: Path) -> None:
    said = zitat("serve", "--archive", tmp_path / "none")
    assert (said.status, "zitat ingest" in said.err) == (2, True)


def test_searching_from_the_shell_loads_nothing_of_the_service(
    outside: Callable[..., subprocess.CompletedProcess[str]], seeds: Path
) -> None:
    code = (
        "import sys; from api.cli import main; main(['search', 'trade', '--archive', sys.argv[1]]); "
        "sys.exit(bool({'fastapi', 'starlette', 'uvicorn', 'pydantic'} & set(sys.modules)))"
    )
    assert outside("-c", code, seeds).returncode == 0

"""The client against servers that are busy, break off, or are not ours: errors that say why."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from api.client import Busy, Client, ClientError, Job, JobFailed, Misunderstood, Refused, Unreachable
from api.exchange import pause
from api.records import Health, Unreadable, rebuilt

Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def scripted(*answers: Answer) -> Iterator[tuple[str, list[str]]]:
    """A server that is not ours: it gives these answers in turn, an empty one by hanging up; and what it was asked."""
    left, asked = list(answers), []

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, headers, body = left.pop(0)
            if not status:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(body))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


OK: Answer = (200, {}, b'{"status": "ok"}')
HUNG_UP: Answer = (0, {}, b"")


def test_a_service_that_recovers_is_answered_for_without_an_error() -> None:
    answers = [(503, {"Retry-After": "0"}, b""), (429, {"Retry-After": "0"}, b"no json"), OK]
    with scripted(*answers) as (address, asked), Client(address) as client:
        assert client.health().status == "ok"
    assert len(asked) == 3


def test_a_service_that_wants_to_be_left_alone_for_long_is_not_waited_for() -> None:
    answer = (503, {"Retry-After": "86400"}, b"")
    with scripted(answer) as (address, asked), Client(address) as client, pytest.raises(Busy, match="Unavailable"):
        client.health()
    assert len(asked) == 1


def test_a_connection_that_breaks_is_made_anew_for_questions_and_never_for_changes() -> None:
    with scripted(HUNG_UP, OK, HUNG_UP, HUNG_UP) as (address, asked), Client(address) as client:
        assert client.health().status == "ok"
        for change in (lambda: client.add_articles([{"text": "a"}]), lambda: client.delete_article("a")):
            with pytest.raises(Unreachable):
                change()
    assert len(asked) == 4


def test_what_is_not_our_service_is_said_to_be_so() -> None:
    answers = [(200, {}, b"<html>"), (200, {}, b'{"status": 5}'), (200, {}, b"{}"), (500, {}, b"<html>")]
    with scripted(*answers) as (address, _), Client(address) as client:
        for _ in range(3):
            with pytest.raises(Misunderstood):
                client.health()
        with pytest.raises(Refused, match="500 Internal Server Error"):
            client.health()


def test_a_stream_that_breaks_off_or_fails_ends_in_an_error() -> None:
    problem = json.dumps({"status": 504, "title": "Timed out", "detail": "slow", "cure": "again", "request_id": "r1"})
    heard = [f": at work\n\nevent: newer\ndata: 1\n\nevent: error\ndata: {problem}\n\n", "event: done\ndata: {", ""]
    with scripted(*((200, {}, one.encode()) for one in heard)) as (address, _), Client(address) as client:
        with pytest.raises(Refused, match="504 Timed out: slow: again"):
            list(client.stream("q"))
        for _ in range(2):
            with pytest.raises(Unreachable, match="broke off"):
                list(client.stream("q"))


def test_nobody_there_is_said_with_the_address() -> None:
    with Client("http://127.0.0.1:9", timeout=2) as client, pytest.raises(Unreachable, match=r"127\.0\.0\.1:9"):
        client.stats()
    with Client("no address") as client, pytest.raises(ClientError):
        client.stats()


def told(**fields: object) -> Answer:
    job = {"id": "j", "state": "queued", "created": "now", "articles": 1} | fields
    return (200, {}, json.dumps(job).encode())


def test_waiting_for_a_job_ends_with_it_or_in_time() -> None:
    answers = [told(), told(state="done", added=1), told(state="failed", message="broken: mend it"), told(), told()]
    with scripted(*answers) as (address, _), Client(address) as client:
        job = rebuilt(Job, json.loads(told()[2]))
        assert client.wait(job).added == 1
        with pytest.raises(JobFailed, match="mend it") as failed:
            client.wait(job)
        assert failed.value.job.state == "failed"
        with pytest.raises(TimeoutError, match="queued"):
            client.wait(job, timeout=0.15)


@pytest.mark.parametrize(
    ("retry_after", "least", "most"), [("7", 7, 8), ("0", 0, 1), (None, 2, 3), ("soon", 2, 3), ("-5", 2, 3)]
)
def test_the_pause_before_the_next_try_is_what_was_asked_for(
    retry_after: str | None, least: float, most: float
) -> None:
    assert least <= pause(retry_after, 2) <= most


@pytest.mark.parametrize("value", [{"status": None}, {"status": True}, [], None])
def test_a_record_is_never_made_of_what_does_not_fit(value: object) -> None:
    with pytest.raises(Unreadable, match="answer"):
        rebuilt(Health, value)
    assert rebuilt(Health, {"status": "ok", "newer": 1}) == Health("ok")

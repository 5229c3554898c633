"""Nothing is waited for without end: each route that does work says so when a stage of it does not end in time."""

from __future__ import annotations

import importlib
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.service.settings import Settings, Timeouts
from index.archive import Archive
from index.truth.store import Store
from retrieval import Answerer, Searcher
from retrieval.answering.confidence import Calibration
from retrieval.answering.evidence import Sentence
from retrieval.answering.generative import LanguageModel, Writer
from retrieval.found import Found
from tests.api.service.served import FREE, record, served
from tests.api.service.test_asking import EVENTS, events_of
from tests.fakes import WordEncoder, stored, story
from tests.retrieval.answering.generative.conftest import Certain
from tests.retrieval.answering.generative.scripted import Line, serving

SHORT, LONG = 0.3, 20.0
Serve = Callable[..., httpx.Client]


class Undecided(Calibration):
    """Does not make up its mind before it may."""

    decided = threading.Event()

    def confidence(self, found: Found, sentences: Sequence[Sentence]) -> float:
        self.decided.wait(LONG)
        return 1.0


@pytest.fixture
def serve(folder: Path) -> Iterator[Serve]:
    """A service over two stories, with these times for its stages."""
    with ExitStack() as stack:
        stored(folder, [story(1, "alpha"), story(2, "beta")])
        searcher = stack.enter_context(Searcher(folder, WordEncoder()))

        def start(calibration: Calibration | None = None, llm: LanguageModel | None = None, **times: float) -> Any:
            settings = Settings(archive=folder, limits=FREE, timeouts=Timeouts(**times), llm=llm)  # type: ignore[arg-type]
            answerer = Answerer(searcher, calibration, Writer(llm) if llm else None)
            address = stack.enter_context(served(settings, answerer))
            return stack.enter_context(httpx.Client(base_url=address, timeout=2 * LONG))

        yield start


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """While this is cleared, the disk of the archive does not answer."""
    answers, snapshot = threading.Event(), Store.snapshot
    answers.set()

    @contextmanager
    def slow(store: Store) -> Iterator[None]:
        answers.wait(LONG)
        with snapshot(store):
            yield

    monkeypatch.setattr(Store, "snapshot", slow)
    yield answers
    answers.set()


def too_slow(response: httpx.Response) -> str:
    """The stage that a problem says did not end."""
    assert response.status_code == 504
    assert int(response.headers["retry-after"]) > 0
    return str(response.json()["detail"]).split("'")[1]


@pytest.mark.parametrize(
    ("method", "path", "body", "stage", "times"),
    [
        ("POST", "/v1/search", {"question": "alpha"}, "search", {"search": SHORT, "encode": 0.1}),
        ("POST", "/v1/ask", {"question": "alpha"}, "search", {"search": SHORT, "encode": 0.1}),
        ("POST", "/v1/search/batch", {"questions": ["alpha", "beta"]}, "batch", {"batch": SHORT}),
        ("GET", "/v1/articles", None, "read", {"read": SHORT}),
        ("GET", "/v1/articles/story-1", None, "read", {"read": SHORT}),
    ],
)
def test_a_disk_that_does_not_answer_is_not_waited_for(
    serve: Serve, disk: threading.Event, method: str, path: str, body: Any, stage: str, times: dict[str, float]
) -> None:
    client = serve(**times)
    disk.clear()
    assert too_slow(client.request(method, path, json=body)) == stage
    disk.set()
    end = time.monotonic() + LONG
    while client.request(method, path, json=body).status_code not in (200, 404):  # on a busy machine not at once
        assert time.monotonic() < end


def test_an_answer_that_is_not_made_in_time_is_a_problem_or_the_last_event(serve: Serve) -> None:
    Undecided.decided.clear()
    client = serve(Undecided(models={}), answer=SHORT)
    assert too_slow(client.post("/v1/ask", json={"question": "alpha"})) == "answer"
    events = events_of(client.post("/v1/ask", json={"question": "beta"}, headers=EVENTS).text)
    Undecided.decided.set()
    assert [name for name, _ in events] == ["passages", "error"]
    assert events[-1][1]["status"] == 504


def test_a_language_model_has_its_own_time_and_then_the_articles_are_quoted(serve: Serve) -> None:
    def stalls(line: Line) -> None:
        line.begin()
        threading.Event().wait(8)

    importlib.import_module("openai")  # which takes longer than these times on a busy machine
    with serving(stalls) as endpoint:
        llm = LanguageModel.patient(endpoint.url, "scripted", seconds=4.0)
        client = serve(Certain(models={}), llm, answer=3.0)
        response = client.post("/v1/ask", json={"question": "alpha"})
    assert response.status_code == 200
    answer = response.json()
    assert (answer["mode"], bool(answer["sentences"])) == ("extractive", True)
    assert [notice["kind"] for notice in answer["notices"] if notice["kind"] == "fallback"]


def test_a_deletion_does_not_wait_for_ever_for_another_writer(serve: Serve, folder: Path) -> None:
    client = serve(write=SHORT)
    listed = client.get("/v1/articles").json()["articles"][0]["id"]
    with Archive(folder) as archive, archive.writing():
        assert too_slow(client.delete(f"/v1/articles/{listed}")) == "write"


def test_jobs_that_cannot_be_kept_or_looked_up_in_time_are_problems(serve: Serve, folder: Path) -> None:
    job = serve().post("/v1/articles", json=record(7, "gamma")).raise_for_status().json()["id"]
    client = serve(write=SHORT, read=SHORT)
    with closing(sqlite3.connect(folder / "jobs" / "jobs.sqlite", timeout=LONG, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        assert too_slow(client.post("/v1/articles", json=record(8, "gamma"))) == "write"
        assert too_slow(client.get(f"/v1/jobs/{job}")) == "read"

"""A service whose archive is on a server that does not answer for a while, or that hangs up."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from api.service import jobs, state
from api.service.job import Job
from api.service.jobs import MOST_ATTEMPTS, Jobs
from api.service.settings import Settings
from index.archive import Archive
from index.encoders.encoder import EncodedPassage, Passage
from index.errors import ArchiveUnreachable
from index.verify import verify
from retrieval import Answerer, Searcher
from tests.api.service.served import FREE, record, served, until
from tests.fakes import WordEncoder, stored, story
from tests.postgres import Server


class HungUp(WordEncoder):
    """The server ends all connections while it encodes, so many times."""

    def __init__(self, server: Server, database: str, times: int) -> None:
        super().__init__()
        self.server, self.database, self.left = server, database, times

    def encode_passages(self, passages: Sequence[Passage]) -> list[EncodedPassage]:
        if self.left:
            self.left -= 1
            others = "pid <> pg_backend_pid() AND datname = current_database()"
            self.server.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}", self.database)
        return super().encode_passages(passages)


@pytest.fixture
def url(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "cache"))
    url = postgres.new_database()
    stored(url, [story(1, "alpha")])
    return url


@pytest.fixture
def client(url: str) -> Iterator[httpx.Client]:
    with ExitStack() as stack:
        searcher = stack.enter_context(Searcher(url, WordEncoder()))
        address = stack.enter_context(served(Settings(url, limits=FREE), Answerer(searcher)))
        yield stack.enter_context(httpx.Client(base_url=address, timeout=30))


def status(client: httpx.Client, wanted: int) -> httpx.Response:
    """What /readyz says, once it is as wanted."""
    end = time.monotonic() + 20
    while (told := client.get("/readyz")).status_code != wanted:
        assert time.monotonic() < end, told.text
        time.sleep(0.05)
    return told


def test_while_the_server_is_silent_requests_are_refused_at_once_and_served_again_when_it_speaks(
    url: str, monkeypatch: pytest.MonkeyPatch, client: httpx.Client
) -> None:
    monkeypatch.setattr(state, "SILENCE", 0.5)
    asked = {"question": "alpha"}
    assert client.post("/v1/search", json=asked).status_code == 200
    with psycopg.connect(url) as other:
        other.execute("LOCK TABLE zitat.settings IN ACCESS EXCLUSIVE MODE")
        told = status(client, 503)
        assert told.json()["title"] == "The archive does not answer"
        assert told.headers["Retry-After"]
        began = time.monotonic()
        refused = client.post("/v1/search", json=asked)
        assert (refused.status_code, refused.json()["title"]) == (503, "The archive does not answer")
        assert client.get("/healthz").status_code == 200
        assert time.monotonic() - began < 5
    status(client, 200)
    assert client.post("/v1/search", json=asked).json()["passages"]


def test_a_job_goes_on_however_often_the_server_hangs_up(
    url: str, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "LOOK_EVERY", 0.1)
    encoder = HungUp(postgres, url.rsplit("/", 1)[1], MOST_ATTEMPTS + 2)
    here = Jobs(url, lambda: encoder)
    here.start()
    made = here.add([record(2)])

    def told() -> Job | None:
        with suppress(ArchiveUnreachable):  # this look was hung up on, too
            return here.job(made.id)
        return made

    job = until(told)
    here.stop()
    assert (job.state, job.added, encoder.left) == ("done", 1, 0)
    with Archive(url) as archive:
        archive.view()
        assert verify(archive) == []

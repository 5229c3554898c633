"""Hosts: `zitat serve` in processes of its own, each with a cache, and so with indexes, of its own over one archive."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx

from index.archive import Archive
from index.encoders.bundled import cache_folder, unpacked
from index.encoders.encoder import BUNDLED, load_encoder
from index.ingesting.ingest import ingest
from index.truth.postgres import JOBS
from tests.api.service.processes import Serving, serving
from tests.api.service.served import record, until_ready
from tests.fakes import story
from tests.postgres import Server

MODELS = "e5-small-*"


class Host:
    """One host, and a client of it."""

    def __init__(self, name: str, service: Serving, token: str = "") -> None:
        self.name, self.service = name, service
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.client = httpx.Client(base_url=service.address, headers=headers, timeout=30)

    def send(self, *numbers: int) -> str:
        """Have articles acknowledged; returns where their job is told about."""
        sent = self.client.post("/v1/articles", json={"articles": [record(n, word(n)) for n in numbers]})
        assert sent.status_code == 202, sent.text
        return str(sent.headers["Location"])

    def job(self, location: str) -> dict[str, Any]:
        """What a job has come to."""
        told: dict[str, Any] = self.client.get(location).raise_for_status().json()
        return told

    def ended(self, location: str, seconds: float = 60) -> dict[str, Any]:
        """A job at its end."""
        return until(lambda: self.job(location), lambda told: told["state"] in ("done", "failed"), seconds)

    def finds(self, number: int) -> bool:
        """Whether a search finds an article by its own word."""
        found = self.client.post("/v1/search", json={"question": word(number), "count": 5}).raise_for_status().json()
        return any(passage["article"]["id"] == f"story-{number}" for passage in found["passages"])

    def articles(self) -> int:
        """How many articles there are."""
        return int(self.client.get("/v1/stats").raise_for_status().json()["articles"])

    def kill(self) -> None:
        """As a power cut does."""
        os.killpg(self.service.process.pid, signal.SIGKILL)
        self.service.process.wait()


def word(number: int) -> str:
    """A word that only this article has."""
    return f"qx{number:05}zv"


def until(told: Callable[[], Any], wanted: Callable[[Any], object] = bool, seconds: float = 30) -> Any:
    """What is told, once it is as wanted."""
    end = time.monotonic() + seconds
    while not wanted(found := told()):
        assert time.monotonic() < end, found
        time.sleep(0.05)
    return found


def runner(postgres: Server, url: str) -> str:
    """The name of the host that runs jobs."""
    lock = f"locktype = 'advisory' AND objid = {JOBS & 0xFFFFFFFF} AND granted"
    query = f"SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE {lock}"
    [(name,)] = postgres.run(f"{query} AND datname = current_database()", url.rsplit("/", 1)[1])
    return str(name)


def made(url: str | Path, index: str = "") -> None:
    """Make an archive of one article, with the encoder that comes with Zitat."""
    encoder = load_encoder(BUNDLED)
    with Archive.create(url, encoder, index=index) as archive, archive.writing():
        ingest(archive, encoder, [story(0, word(0))])


@contextmanager
def host(python: list[str], url: str, cache: Path, *more: str, token: str = "") -> Iterator[Host]:
    """A host that is ready; the server knows its connections by its name, which is that of its cache."""
    given = f"{url}?application_name={cache.name}"
    with serving(on(python, cache), given, *more) as service:
        until_ready(service.address, 90)
        started = Host(cache.name, service, token)
        with started.client:
            yield started


@contextmanager
def hosts(python: list[str], url: str, caches: Sequence[Path]) -> Iterator[list[Host]]:
    """Hosts, started together."""
    with ExitStack() as stack, ThreadPoolExecutor(len(caches)) as pool:
        yield list(pool.map(lambda cache: stack.enter_context(host(python, url, cache)), caches))


def on(python: list[str], cache: Path) -> list[str]:
    """A command that starts Python with a cache of its own, in which the model lies unpacked already."""
    unpacked()
    cache.mkdir()
    for model in cache_folder().glob(MODELS):
        if model.is_dir():
            (cache / model.name).symlink_to(model)
    return ["env", f"ZITAT_CACHE={cache}", *python]

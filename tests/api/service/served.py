"""The real application on a real socket, in a thread of this process; articles to send to it, and jobs to wait for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from api.service.app import create_app
from api.service.job import Job
from api.service.settings import Limits, Settings
from retrieval import Answerer, Searcher
from tests.fakes import WordEncoder, stored, story

FREE = Limits(requests_per_minute=0, writes_per_minute=0)


@contextmanager
def served(settings: Settings, answerer: Answerer | None = None) -> Iterator[str]:
    """The address of the service, which is ready."""
    config = uvicorn.Config(
        create_app(settings, answerer=answerer), host=settings.host, port=0, log_config=None, proxy_headers=False
    )
    listening, server = config.bind_socket(), uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        until_ready(address)
        yield address
    finally:
        server.should_exit = True
        thread.join(30)
        listening.close()


def until_ready(address: str, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if httpx.get(f"{address}/readyz", timeout=2).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{address} was not ready after {seconds} s")


@contextmanager
def words_served(folder: Path, limits: Limits = FREE, **more: object) -> Iterator[str]:
    """A service over two stories, with the encoder that can be computed by hand."""
    stored(folder, [story(1, "alpha"), story(2, "beta")])
    with Searcher(folder, WordEncoder()) as searcher:
        settings = Settings(archive=folder, limits=limits, **more)  # type: ignore[arg-type]
        with served(settings, Answerer(searcher)) as address:
            yield address


def record(number: int, *words: str) -> dict[str, Any]:
    draft = story(number, *words)
    return {"id": f"story-{number}", "text": draft.text, "title": draft.title, "language": "en"}


def until(told: Callable[[], Job | None], wanted: Callable[[Job], bool] = lambda job: job.ended) -> Job:
    """What is told, once it is as wanted."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if (job := told()) and wanted(job):
            return job
        time.sleep(0.02)
    raise AssertionError(f"after 30 s: {told()}")

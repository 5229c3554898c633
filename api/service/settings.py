"""How a service runs: given as an argument, frozen, and handed unchanged to every worker."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.errors import BadInput

if TYPE_CHECKING:
    from retrieval.answering.generative import LanguageModel

MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """What one caller may ask for. Rates and concurrency count per key, or per address where there are no keys."""

    body_bytes: int = MIB
    upload_bytes: int = 64 * MIB  # of a request that brings articles
    batch: int = 100  # questions of one batch
    page: int = 500  # articles of one page
    requests_per_minute: int = 1_200
    writes_per_minute: int = 60
    at_once: int = 100  # requests of one caller in one worker


@dataclass(frozen=True)
class Timeouts:
    """Seconds until a stage is given up, with a 503 where it never began and a 504 where it did not end."""

    body: float = 20.0  # for a request to arrive whole
    queue: float = 20.0  # for a thread to be free, and for the archive to be open: 50 may ask on two busy cores
    encode: float = 10.0
    search: float = 20.0
    answer: float = 60.0  # from the passages to the last sentence, besides what a language model may take
    batch: float = 300.0  # all questions of a batch
    read: float = 10.0  # an article, a page of the list, the statistics, a job
    write: float = 40.0  # to keep what was sent, to delete an article: longer than either waits for other writers
    heartbeat: float = 10.0  # of silence in a stream, after which a comment is sent
    shutdown: int = 30  # for what runs to finish


@dataclass(frozen=True)
class Settings:
    """`threads` are those that search in one worker; `waiting` is the most questions that may wait for them.

    `keys` is a file of API keys; with None they are kept where the archive is. `public_url` is where others reach the
    service, for links that are made for them; with None it is what each request calls it. `metrics` is the folder
    through which workers share their counts; None counts in this process alone.
    """

    archive: Path | str
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    cors: tuple[str, ...] = ()
    keys: Path | None = None
    public_url: str | None = None
    log_questions: bool = False
    threads: int = field(default_factory=lambda: 2 * (os.cpu_count() or 1))
    waiting: int = 200
    cache_bytes: int = 32 * MIB
    limits: Limits = Limits()
    timeouts: Timeouts = Timeouts()
    llm: LanguageModel | None = None
    metrics: Path | None = None

    def __post_init__(self) -> None:
        for name, least in (("workers", 1), ("threads", 1), ("waiting", 1), ("port", 0), ("cache_bytes", 0)):
            if getattr(self, name) < least:
                raise BadInput(f"{name} is {getattr(self, name)}", f"give {least} or more")
        if self.port > 65_535:
            raise BadInput(f"the port is {self.port}", "give a port from 0 to 65535; 0 takes any that is free")
        for origin in self.cors:
            if origin != "*" and not origin.startswith(("http://", "https://")):
                raise BadInput(f"{origin!r} is no origin", "write it as a browser does, https://news.example.org")
        if self.public_url is not None and not _leads_somewhere(self.public_url):
            cure = "write it whole and without ? or #, for instance https://news.example.org/zitat"
            raise BadInput(f"{self.public_url!r} is no address of a service", cure)

    def address(self, asked_at: str) -> str:
        """The address of the page, with a slash at its end: `public_url`, else where a request was sent to."""
        return f"{(self.public_url or asked_at).rstrip('/')}/"

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def _leads_somewhere(url: str) -> bool:
    """Whether a link may begin with an address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment

"""Fixtures that several test modules share."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import settings

from index.encoders.encoder import Encoder
from index.places.location import located
from retrieval import Searcher
from tests import postgres as postgres_servers
from tests.fakes import Place, WordEncoder

# CI tries the same odd texts every time; by hand every run tries others.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: takes more than ten seconds; runs by default")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an archive is about to be."""
    return tmp_path / "news.zitat"


@pytest.fixture(scope="session")
def postgres() -> Iterator[postgres_servers.Server]:
    """A PostgreSQL server of this session's own."""
    with postgres_servers.server() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, folder: Path) -> Iterator[Place]:
    """Where an archive is about to be, on each engine."""
    if request.param == "sqlite":
        yield folder
        return
    url = request.getfixturevalue("postgres").new_database()
    yield url
    with closing(located(url)) as location:
        if location.exists():
            shutil.rmtree(location.folder(location.manifest()))


@pytest.fixture
def encoder() -> WordEncoder:
    """The encoder that can be computed by hand."""
    return WordEncoder()


@pytest.fixture
def found() -> Iterator[Callable[..., list[str]]]:
    """Search an archive: the chunk ids of the passages, best first."""

    def search(place: Place, question: str, encoder: Encoder | None = None) -> list[str]:
        with Searcher(place, encoder or WordEncoder()) as archive:
            return [passage.chunk_id for passage in archive.search(question).passages]

    return search


@pytest.fixture(scope="session")
def python() -> list[str]:
    """This interpreter, started so that it finds the packages and takes warnings for errors."""
    root = Path(__file__).parents[1]
    return ["env", f"PYTHONPATH={root}", sys.executable, "-W", "error"]

"""Fixtures that several test modules share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from index.encoder import Encoder
from retrieval import Searcher
from tests.fakes import WordEncoder

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


@pytest.fixture
def encoder() -> WordEncoder:
    """The encoder that can be computed by hand."""
    return WordEncoder()


@pytest.fixture
def found() -> Iterator[Callable[..., list[str]]]:
    """Search an archive: the chunk ids of the passages, best first."""

    def search(folder: Path, question: str, encoder: Encoder | None = None) -> list[str]:
        with Searcher(folder, encoder or WordEncoder()) as archive:
            return [passage.chunk_id for passage in archive.search(question).passages]

    return search


@pytest.fixture(scope="session")
def python() -> list[str]:
    """This interpreter, started so that it finds the packages and takes warnings for errors."""
    root = Path(__file__).parents[1]
    return ["env", f"PYTHONPATH={root}", sys.executable, "-W", "error"]

"""Services over the seeds, with the bundled encoder, on a real socket."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.service.settings import Settings
from tests.api.service.served import FREE, served


@pytest.fixture(scope="session")
def seeds_address(_made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that no test changes."""
    folder = tmp_path_factory.mktemp("served") / "seeds.zitat"
    shutil.copytree(_made, folder)
    with served(Settings(archive=folder, limits=FREE, cors=("https://news.example.org",))) as address:
        yield address


@pytest.fixture
def client(seeds_address: str) -> Iterator[httpx.Client]:
    """A client of it."""
    with httpx.Client(base_url=seeds_address, timeout=60) as client:
        yield client

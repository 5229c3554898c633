"""Sources are found by how they begin, however many there are: over HTTP, and through the typed client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.client import Client, Source
from api.service.settings import Settings
from retrieval import Answerer, Searcher
from tests.api.service.served import FREE, served
from tests.fakes import WordEncoder, draft, stored

MANY = 60  # more than /v1/stats names
NAMES = [*[f"Agency {number:02}" for number in range(MANY)], *["Die Zeit"] * 3, "Zeitung", "Ärzteblatt", "Le Soir-Zeit"]


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """A service over an article of each name; one has no source."""
    named: list[str | None] = [*NAMES, None]
    told = [draft(str(at), f"About {at}.", id=str(at), language="de", source=name) for at, name in enumerate(named)]
    stored(folder, told)
    settings = Settings(archive=folder, limits=FREE)
    with Searcher(folder, WordEncoder()) as searcher, served(settings, Answerer(searcher)) as address:
        yield address


def test_a_source_beyond_the_most_frequent_is_found_by_its_beginning(address: str) -> None:
    with Client(address) as client:
        assert "Zeitung" not in client.stats().sources
        assert client.sources("zeitu") == (Source("Zeitung", 1),)
        assert client.sources("ÄRZ") == (Source("Ärzteblatt", 1),)


def test_names_that_begin_so_come_before_those_with_such_a_word_and_frequent_ones_first(address: str) -> None:
    with Client(address) as client:
        assert [one.source for one in client.sources("zeit")] == ["Zeitung", "Die Zeit", "Le Soir-Zeit"]
        assert client.sources(limit=1) == (Source("Die Zeit", 3),)
        assert client.sources("agency 1", limit=3) == tuple(Source(f"Agency {n}", 1) for n in (10, 11, 12))
        assert client.sources("no such source") == ()
        assert len(client.sources(limit=1_000)) == len(set(NAMES))


def test_sources_follow_the_archive(address: str, folder: Path) -> None:
    with Client(address) as client:
        assert client.sources("quell") == ()
        stored(folder, [draft("new", "About the new one.", id="new", language="de", source="Quelle")])
        assert client.sources("quell") == (Source("Quelle", 1),)


@pytest.mark.parametrize("limit", ["0", "1001", "x"])
def test_a_limit_that_cannot_be_kept_is_refused(address: str, limit: str) -> None:
    assert httpx.get(f"{address}/v1/sources", params={"limit": limit}).status_code == 422

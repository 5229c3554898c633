"""Articles of each month, and other outlets with the same story: over HTTP, and through the typed client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.client import Client, NotFound, Period, Timeline
from api.service.settings import Settings
from retrieval import Answerer, Searcher
from tests.api.service.served import FREE, served
from tests.fakes import WordEncoder, draft, stored, story

DATES = {
    "a": "2021-05-01",
    "b": "2021-05-31T10:00Z",
    "c": "2021-06",
    "d": "2021",
    "e": "XXXX-05-01",
    "f": "2019?-02-03",
}


@pytest.fixture
def address(folder: Path) -> Iterator[str]:
    """A service over articles with dates of every precision, and three copies of one story."""
    dated = [
        draft(name, f"About {name} and nothing else at all.", id=name, published_at=date, language="de", source="Blatt")
        for name, date in DATES.items()
    ]
    copies = [draft(name, story(1, "alpha").text, id=name, published_at="2022-10-31") for name in ("x", "y/1", "z")]
    stored(folder, [*dated, *copies])
    settings = Settings(archive=folder, limits=FREE)
    with Searcher(folder, WordEncoder()) as searcher, served(settings, Answerer(searcher)) as address:
        yield address


def test_articles_are_counted_by_month_at_the_precision_of_their_dates(address: str) -> None:
    told = httpx.get(f"{address}/v1/timeline").raise_for_status().json()
    periods = {one["period"]: one["articles"] for one in told["periods"]}
    assert periods == {"2019-02": 1, "2021": 1, "2021-05": 2, "2021-06": 1, "2022-10": 3}
    assert list(periods) == sorted(periods)
    assert told["undated"] == 1


def test_the_counts_keep_to_languages_and_sources_and_follow_the_archive(address: str, folder: Path) -> None:
    with Client(address) as client:
        assert client.timeline(languages=["English"]) == Timeline((Period("2022-10", 3),), 0)
        assert sum(one.articles for one in client.timeline(sources=["Blatt"]).periods) == 5
        stored(folder, [draft("g", "Something quite new.", published_at="2022-11-02")])
        assert client.timeline(languages=["en"]).periods[-1] == Period("2022-11", 1)


def test_other_articles_with_the_same_story_are_listed_page_by_page(address: str) -> None:
    with Client(address) as client:
        assert [one.id for one in client.articles(same_story_as="y/1", page=1)] == ["x", "z"]
        assert list(client.articles(same_story_as="a")) == []
        with pytest.raises(NotFound, match="there is no article 'none'"):
            list(client.articles(same_story_as="none"))


def test_the_same_story_keeps_to_the_filters(address: str) -> None:
    listed = httpx.get(f"{address}/v1/articles", params={"same_story_as": "x", "language": "de"}).json()
    assert listed == {"articles": [], "next": None}

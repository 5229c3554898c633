"""Articles, their list, page by page, and counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from api.service.settings import Settings
from index.archive import Archive
from retrieval import Answerer, Searcher
from tests.api.service.served import FREE, served
from tests.fakes import WordEncoder, draft, stored, story

ODD = "odd/id ü%20?#"


@pytest.fixture
def listed(folder: Path) -> Iterator[httpx.Client]:
    """A service over seven articles, the last in German and with an id that is no plain name."""
    odd = draft("odd", "Ein Satz über gamma.", language="de", id=ODD, source="Blatt", published_at="2021-05-01")
    stored(folder, [*(story(number, "alpha") for number in range(6)), odd])
    with Searcher(folder, WordEncoder()) as searcher:
        settings = Settings(archive=folder, limits=FREE)
        with served(settings, Answerer(searcher)) as address, httpx.Client(base_url=address) as client:
            yield client


def test_pages_give_every_article_once_and_in_order(listed: httpx.Client) -> None:
    seen, cursor, sizes = [], "", []
    while cursor is not None:
        chosen = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = listed.get("/v1/articles", params=chosen).raise_for_status().json()
        seen += [article["id"] for article in page["articles"]]
        sizes.append(len(page["articles"]))
        cursor = page["next"]
    assert sizes == [3, 3, 1]
    assert seen == [article["id"] for article in listed.get("/v1/articles").json()["articles"]]
    assert len(set(seen)) == 7


def test_an_article_deleted_between_pages_moves_no_other(listed: httpx.Client, folder: Path) -> None:
    whole = [article["id"] for article in listed.get("/v1/articles").json()["articles"]]
    page = listed.get("/v1/articles", params={"limit": 3}).json()
    with Archive(folder) as archive, archive.writing():
        archive.store.delete([whole[0], whole[2]])  # the first, and the one that the cursor stands on
    rest = listed.get("/v1/articles", params={"limit": 10, "cursor": page["next"]}).json()["articles"]
    assert [article["id"] for article in rest] == whole[3:]


def test_the_list_is_filtered(listed: httpx.Client) -> None:
    def ids(**chosen: str) -> list[str]:
        return [one["id"] for one in listed.get("/v1/articles", params=chosen).raise_for_status().json()["articles"]]

    assert ids(language="German") == ids(source="Blatt") == ids(before="2021-12-31") == [ODD]
    assert len(ids(after="2022-01-01")) == 6
    assert ids(language="fr") == []


@pytest.mark.parametrize("cursor", ["x", "1", "1.", "-1.2", "1.1e5", "é", "2.1", "1.9" * 9])
def test_a_cursor_that_no_page_gave_is_refused(listed: httpx.Client, cursor: str) -> None:
    assert listed.get("/v1/articles", params={"cursor": cursor}).status_code == 422


def test_an_article_is_told_with_the_places_of_its_chunks(listed: httpx.Client) -> None:
    article = listed.get(f"/v1/articles/{quote(ODD, safe='')}").raise_for_status().json()
    assert (article["id"], article["language"], article["source"]) == (ODD, "de", "Blatt")
    assert [article["text"][chunk["start"] : chunk["end"]] for chunk in article["chunks"]] == [article["text"]]
    assert listed.get("/v1/articles/none").status_code == 404


def test_counts_follow_the_archive(listed: httpx.Client, folder: Path) -> None:
    assert listed.get("/v1/stats").json()["articles"] == 7
    stored(folder, [story(9, "delta")])
    assert listed.get("/v1/stats").json()["articles"] == 8

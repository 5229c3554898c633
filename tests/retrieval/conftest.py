"""A small archive of news whose ranking can be computed by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.article import Draft
from retrieval import Searcher
from tests.fakes import WordEncoder, draft, stored


def words() -> WordEncoder:
    """With so many components that different words of these tests meet in none."""
    return WordEncoder(4096)


@pytest.fixture
def archive_of(folder: Path) -> Iterator[Callable[..., Searcher]]:
    """An open searcher over the articles given."""
    opened: list[Searcher] = []

    def make(*drafts: Draft) -> Searcher:
        stored(folder, drafts, words())
        opened.append(Searcher(folder, words()))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    """Eight articles about wind, in three languages, from three sources, with dates of every precision."""
    folder = tmp_path_factory.mktemp("news") / "news.zitat"
    articles = [
        ("day", "wind turbines at sea", "en", "Alpha", "2022-10-31"),
        ("month", "wind turbines on land", "en", "Beta", "2022-10"),
        ("year", "wind turbines in hills", "de", "Alpha", "2022"),
        ("yearless", "wind turbines near towns", "de", "Beta", "XXXX-10-31"),
        ("inferred", "wind turbines over lakes", "de", "Alpha", "2021?-10-31"),
        ("undated", "wind turbines and birds", "fr", None, None),
        ("unsourced", "wind turbines against noise", "fr", None, "2019-01-01"),
        ("late", "wind turbines forever", "fr", "Gamma", "2023-05-05"),
    ]
    drafts = [
        draft(name, f"{text} {name}.", **{k: v for k, v in fields.items() if v})
        for name, text, *values in articles
        for fields in [dict(zip(("language", "source", "published_at"), values, strict=True))]
    ]
    stored(folder, drafts, words())
    with Searcher(folder, words()) as searcher:
        yield searcher


@pytest.fixture(scope="session")
def seeds() -> list[Path]:
    """The files of the seed articles."""
    return sorted((Path(__file__).parents[2] / "seeds" / "articles").glob("*.txt"))


@pytest.fixture(scope="session")
def seed_archive(tmp_path_factory: pytest.TempPathFactory, seeds: list[Path]) -> Iterator[Searcher]:
    """The seeds with the bundled encoder."""
    from index.archive import Archive
    from index.encoders.bundled import BundledEncoder
    from index.ingesting.ingest import ingest
    from index.reading import ReadOptions, read

    folder, encoder = tmp_path_factory.mktemp("seeds") / "seeds.zitat", BundledEncoder(threads=2)
    with Archive.create(folder, encoder) as archive, archive.writing():
        ingest(archive, encoder, read([str(path) for path in seeds], ReadOptions()))
    with Searcher(folder, encoder) as searcher:
        yield searcher

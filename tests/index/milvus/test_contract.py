"""Same articles in, same passages out, whichever engine holds the indexes: with the bundled encoder, on real news."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from index.archive import Archive
from index.encoders.bundled import BundledEncoder
from index.ingesting.ingest import ingest
from index.reading import ReadOptions, read
from retrieval import Searcher, SearchOptions
from tests.index.milvus.servers import Lite, indexes, sound

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
NEWS = ROOT.parent / "shared" / "data" / "news" / "archive-5k.jsonl.gz"
EVERY = 50  # of 5,000 articles
SCORE = 5e-4  # how far scores may differ: the legs may each nominate another one of two that are equally far down
ASKED = (ROOT / "seeds" / "questions.jsonl").read_text(encoding="utf-8")
QUESTIONS = [json.loads(line)["question"] for line in ASKED.splitlines()]


def articles(folder: Path) -> list[str]:
    """The seeds, and some of the news where they are."""
    sources = [str(ROOT / "seeds" / "articles")]
    if NEWS.exists():
        some = folder / "news.jsonl"
        with gzip.open(NEWS, "rt", encoding="utf-8") as news:
            some.write_text("".join(islice(news, 0, None, EVERY)), encoding="utf-8")
        sources.append(str(some))
    return sources


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, lite: Lite) -> Iterator[tuple[Searcher, Searcher]]:
    """One archive, searched through the indexes in its files and through those on Milvus."""
    folder, encoder = tmp_path_factory.mktemp("contract"), BundledEncoder(threads=2)
    with Archive.create(folder / "news.zitat", encoder) as archive:
        remote = indexes(archive, lite.uri("contract"))
        with archive.writing():
            ingest(archive, encoder, islice(read(articles(folder), ReadOptions()), 60))
            remote.catch_up()
            ingest(archive, encoder, read(articles(folder), ReadOptions()))
            remote.catch_up()
            sound(archive, remote)
    with Searcher(folder / "news.zitat", encoder) as files, Searcher(folder / "news.zitat", encoder) as milvus:
        milvus.archive.derived = indexes(milvus.archive, lite.uri("contract"))
        milvus.archive._view = None
        yield files, milvus


def same(both: tuple[Searcher, Searcher], question: str, options: SearchOptions) -> int:
    """How many passages both find, which are the same."""
    one, other = (searcher.find(question, options) for searcher in both)
    assert [p.chunk_id for p in one.result.passages] == [p.chunk_id for p in other.result.passages]
    assert np.allclose([r.score for r in one.ranked], [r.score for r in other.ranked], rtol=0, atol=SCORE)
    assert one.rarity == pytest.approx(other.rarity, rel=1e-6)
    return len(one.ranked)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_passages_with_the_same_scores(both: tuple[Searcher, Searcher], question: str) -> None:
    assert same(both, question, SearchOptions(count=10))


@pytest.mark.parametrize(
    "options",
    [
        SearchOptions(languages=("de", "en")),
        SearchOptions(languages=("az",), count=20),
        SearchOptions(after=date(2024, 1, 1)),
        SearchOptions(before=date(2022, 12, 31), languages=("en", "de", "az")),
        SearchOptions(count=40),
    ],
    ids=["languages", "one language", "after", "before", "many"],
)
def test_the_same_within_filters(both: tuple[Searcher, Searcher], options: SearchOptions) -> None:
    for question in QUESTIONS[::3]:
        same(both, question, options)


def test_the_same_from_one_source_and_from_some_articles(both: tuple[Searcher, Searcher]) -> None:
    store = both[0].archive.store
    found = both[0].search(QUESTIONS[0], SearchOptions(count=10)).passages
    ids = tuple(passage.article.id for passage in found[:3])
    some = [SearchOptions(article_ids=ids), *(SearchOptions(sources=(name,)) for name in store.source_names()[:3])]
    for options in some:
        assert same(both, QUESTIONS[0], options)

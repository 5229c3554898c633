"""Same articles in, same passages out, whichever engines hold them: with the bundled encoder, on real news.

An archive in a folder, its indexes in files, is what all others are compared with: the same in Milvus beside that
truth, a compact one, and archives on PostgreSQL with either kind of index. Each of these is ingested by itself.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from index.archive import Archive
from index.encoders.bundled import BundledEncoder
from index.encoders.encoder import EncodedPassage, EncodedQuery, Passage
from index.ingesting.ingest import ingest
from index.reading import ReadOptions, read
from index.verify import verify
from retrieval import Searcher, SearchOptions
from tests.fakes import Place
from tests.index.milvus.servers import Lite, indexes, sound
from tests.postgres import Server
from tests.seal import seal

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
NEWS = ROOT.parent / "shared" / "data" / "news" / "archive-5k.jsonl.gz"
EVERY = 50  # of 5,000 articles
SAME = 1e-6  # how far scores may differ where the indexes are of one kind
SCORE = 5e-4  # and where they are not: the legs may each nominate another one of two that are equally far down
TOLERANCE = {
    "SQLite, Milvus": SCORE,
    "SQLite, compact files": SAME,
    "PostgreSQL, files": SAME,
    "PostgreSQL, Milvus": SCORE,
}
ASKED = (ROOT / "seeds" / "questions.jsonl").read_text(encoding="utf-8")
QUESTIONS = [json.loads(line)["question"] for line in ASKED.splitlines()]


class Once(BundledEncoder):
    """Encodes each text once, and gives the same again to the other archives."""

    def __init__(self) -> None:
        super().__init__(threads=2)
        self._passages: dict[Passage, EncodedPassage] = {}
        self._queries: dict[tuple[str, str], EncodedQuery] = {}

    def encode_passages(self, passages: Sequence[Passage]) -> list[EncodedPassage]:
        new = [one for one in dict.fromkeys(passages) if one not in self._passages]
        self._passages |= dict(zip(new, super().encode_passages(new), strict=True))
        return [self._passages[one] for one in passages]

    def encode_query(self, question: str, language: str) -> EncodedQuery:
        if (question, language) not in self._queries:
            self._queries[question, language] = super().encode_query(question, language)
        return self._queries[question, language]


@dataclass(frozen=True)
class Combinations:
    """The archive in a folder, and the others by their names."""

    files: Searcher
    others: dict[str, Searcher]


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
def all_of_them(tmp_path_factory: pytest.TempPathFactory, lite: Lite, postgres: Server) -> Iterator[Combinations]:
    folder, encoder = tmp_path_factory.mktemp("contract"), Once()
    place, compact = folder / "news.zitat", folder / "compact.zitat"
    on_server, all_on_servers = postgres.new_database(), postgres.new_database()
    with ExitStack() as stack:
        ingested(place, encoder, folder)
        ingested(compact, encoder, folder, "compact")
        ingested(on_server, encoder, folder)
        ingested(all_on_servers, encoder, folder, lite.uri("both"))
        beside = stack.enter_context(Searcher(place, encoder))
        beside.archive.derived = indexes(beside.archive, lite.uri("beside"))
        beside.archive.derived.catch_up()
        sound(beside.archive, beside.archive.derived)
        places = (place, compact, on_server, all_on_servers)
        files, *others = (stack.enter_context(Searcher(one, encoder)) for one in places)
        for one in others:
            stack.callback(shutil.rmtree, one.archive.path)
            assert verify(one.archive) == []
        assert len({seal(one.archive.store) for one in (files, *others)}) == 1
        yield Combinations(files, dict(zip(TOLERANCE, (beside, *others), strict=True)))


def ingested(place: Place, encoder: Once, folder: Path, index: str = "") -> None:
    """In two batches, the first of which is a part of the second."""
    with Archive.create(place, encoder, index=index) as archive, archive.writing():
        ingest(archive, encoder, islice(read(articles(folder), ReadOptions()), 60))
        archive.derived.catch_up()
        ingest(archive, encoder, read(articles(folder), ReadOptions()))


def same(found: Combinations, question: str, options: SearchOptions) -> int:
    """How many passages all find, which are the same."""
    one = found.files.find(question, options)
    for name, searcher in found.others.items():
        other = searcher.find(question, options)
        assert [p.chunk_id for p in one.result.passages] == [p.chunk_id for p in other.result.passages], name
        scores = [[ranked.score for ranked in each.ranked] for each in (one, other)]
        assert np.allclose(*scores, rtol=0, atol=TOLERANCE[name]), name
        assert one.rarity == pytest.approx(other.rarity, rel=1e-6), name
    return len(one.ranked)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_same_passages_with_the_same_scores(all_of_them: Combinations, question: str) -> None:
    assert same(all_of_them, question, SearchOptions(count=10))


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
def test_the_same_within_filters(all_of_them: Combinations, options: SearchOptions) -> None:
    for question in QUESTIONS[::3]:
        same(all_of_them, question, options)


def test_the_same_from_one_source_and_from_some_articles(all_of_them: Combinations) -> None:
    store = all_of_them.files.archive.store
    found = all_of_them.files.search(QUESTIONS[0], SearchOptions(count=10)).passages
    ids = tuple(passage.article.id for passage in found[:3])
    some = [SearchOptions(article_ids=ids), *(SearchOptions(sources=(name,)) for name in store.source_names()[:3])]
    for options in some:
        assert same(all_of_them, QUESTIONS[0], options)

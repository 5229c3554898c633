"""An archive with its index on Milvus, from the first article to re-embedding; the truth in a file or on PostgreSQL."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from index.archive import Archive
from index.documents import TermQuery
from index.embedded.derived import Derived
from index.ingesting.ingest import ingest
from index.milvus import MilvusIndexes
from index.milvus.address import parse_address
from index.milvus.server import Row, Server
from index.places.generations import remove
from index.places.location import located
from index.places.migrating import migrate
from index.reembed import reembed
from index.verify import repair, verify
from retrieval import Searcher
from tests.fakes import Place, WordEncoder, altered, stored, story
from tests.index.milvus.servers import same_legs, sound
from tests.postgres import Server as Database

SAID = TermQuery(["report", "part", "zebra"], [])


def ingested(place: Place, *articles: object) -> None:
    with Archive(place) as archive, archive.writing():
        ingest(archive, WordEncoder(), articles)  # type: ignore[arg-type]


def remote(archive: Archive) -> MilvusIndexes:
    assert isinstance(archive.derived, MilvusIndexes)
    return archive.derived


def test_an_archive_on_milvus_is_as_one_in_files(place: Place, uri: str, tmp_path: Path) -> None:
    Archive.create(place, WordEncoder(), model="words", chunk_tokens=30, index=uri).close()
    ingested(place, *map(story, range(8)))
    ingested(place, story(2, "zebra"), story(5, "zebra"))
    with Archive(place) as archive, archive.writing():
        archive.store.delete(["story-7"])
    with Searcher(place, WordEncoder()) as searcher:
        assert {p.article.id for p in searcher.search("zebra").passages[:2]} <= {"story-2", "story-5"}
        archive = searcher.archive
        sound(archive, remote(archive))
        assert verify(archive) == []
        files = Derived(tmp_path / "files", archive.store, 64)
        files.rebuild()
        same_legs(archive.view(), files.load(), SAID, archive.store.vectors(1, 1)[1][0])


def test_what_is_wrong_is_found_and_mended(place: Place, uri: str) -> None:
    Archive.create(place, WordEncoder(), model="words", chunk_tokens=30, index=uri).close()
    ingested(place, *map(story, range(4)))
    with Archive(place) as archive:
        indexes = remote(archive)
        collection = sound(archive, indexes).collection
        indexes.server.delete(collection, [3, 4])
        assert ["lacks 2 chunks" in str(problem) for problem in verify(archive)] == [True, True]
        with archive.writing():
            repair(archive, WordEncoder())
        assert verify(archive) == []
        assert sound(archive, indexes).collection != collection


@pytest.mark.parametrize("change", [{"weights": {7: 1.0}}, {"norms": 0}, {"norms": 9 << 24}, {"language": "xx"}])
def test_a_row_with_other_words_is_noticed(folder: Path, uri: str, change: Row) -> None:
    Archive.create(folder, WordEncoder(), model="words", chunk_tokens=30, index=uri).close()
    ingested(folder, *map(story, range(2)))
    with Archive(folder) as archive:
        server, collection = remote(archive).server, sound(archive, remote(archive)).collection
        [row] = server.rows(collection, [2], ["*"], fresh=True)
        server.upsert(collection, [row | change])
        assert ["1 rows of collection" in str(problem) for problem in verify(archive)] == [True]


def test_counts_that_are_wrong_are_noticed(folder: Path, uri: str) -> None:
    Archive.create(folder, WordEncoder(), model="words", chunk_tokens=30, index=uri).close()
    ingested(folder, *map(story, range(2)))
    with Archive(folder) as archive:
        altered(archive.store, text("DELETE FROM term_counts WHERE documents > 1"))
        assert ["counts of terms differ" in str(problem) for problem in verify(archive)] == [True]


def test_a_reembedded_archive_has_another_collection(place: Place, uri: str) -> None:
    Archive.create(place, WordEncoder(), model="words", chunk_tokens=30, index=uri).close()
    ingested(place, *map(story, range(4)))
    with Archive(place) as archive:
        indexes, other = remote(archive), WordEncoder(32, name="other words")
        old = sound(archive, indexes).collection
        with archive.writing():
            reembed(archive, other, "other words")
        new = sound(archive, remote(archive)).collection
        assert new != old
        assert old not in indexes.server.collections()
    with Searcher(place, other) as searcher:
        assert searcher.search("Report 3 part 1").passages[0].article.id == "story-3"


def test_an_archive_that_was_moved_says_where_its_index_is(
    folder: Path, uri: str, file_uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Archive.create(folder, WordEncoder(), model="words", chunk_tokens=30, index=uri).close()
    ingested(folder, *map(story, range(3)))
    moved = folder.with_name("moved.zitat")
    shutil.move(folder, moved)
    monkeypatch.setenv("ZITAT_INDEX", file_uri)
    with Searcher(moved, WordEncoder()) as searcher:
        assert searcher.search("Report 1 part 1").passages[0].article.id == "story-1"
        assert sound(searcher.archive, remote(searcher.archive)).documents == 9


def test_an_archive_that_is_taken_away_leaves_no_collection(place: Place, uri: str) -> None:
    Archive.create(place, WordEncoder(), model="words", chunk_tokens=30, index=uri).close()
    ingested(place, story(1))
    with Archive(place) as archive:
        server, collection = remote(archive).server, sound(archive, remote(archive)).collection
    with closing(located(place)) as location, location.lock(0):
        remove(location, archive.manifest)
        assert not location.exists()
    assert collection not in server.collections()
    server.close()


def test_an_archive_that_is_closed_lets_go_of_the_server(place: Place, uri: str) -> None:
    Archive.create(place, WordEncoder(), model="words", chunk_tokens=30, index=uri).close()
    ingested(place, story(1))
    with Archive(place) as archive:
        archive.view()
        server = remote(archive).server
        assert server._connected is not None
    assert server._connected is None


def test_a_move_to_milvus_is_whole_or_leaves_nothing_there(folder: Path, postgres: Database, uri: str) -> None:
    stored(folder, map(story, range(4)))
    url, server = postgres.new_database(), Server(parse_address(uri))

    def fail() -> None:
        assert ours(server)
        raise OSError("no room for the keys")

    with Archive(folder) as source:
        with pytest.raises(OSError, match="no room"):
            migrate(source, url, uri, along=fail)
        assert not ours(server)
        assert migrate(source, url, uri).articles == 4
    server.close()
    with Archive(url) as archive:
        assert sound(archive, remote(archive)).documents == 12


def ours(server: Server) -> list[str]:
    return [name for name in server.collections() if name.startswith(server.address.prefix)]

"""An archive on a PostgreSQL server: addresses, the lock and what is lost with it, followers on several machines."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from index.archive import Archive
from index.errors import ArchiveError, ArchiveLocked, ArchiveMissing, ArchiveUnreachable, BadInput
from index.ingesting.ingest import ingest
from index.truth.postgres import parse_address
from index.verify import verify
from retrieval import Searcher
from tests.fakes import WordEncoder, draft, stored, story
from tests.postgres import Server, free_port


@pytest.fixture
def url(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "here"))
    return postgres.new_database()


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("postgresql://me:secret@host:5432/news", "postgresql://me@host:5432/news"),
        ("postgres://me@host/news", "postgresql://me@host/news"),
        ("postgresql+psycopg://host/news", "postgresql://host/news"),
        ("postgresql://me:s%40cret@a:1,b:2/news?sslmode=require", "postgresql://me@a:1,b:2/news?sslmode=require"),
        ("postgresql://host/news?password=secret&user=me", "postgresql://host/news?user=me"),
        ("postgresql://host/news?user=me&password=secret", "postgresql://host/news?user=me"),
    ],
)
def test_an_address_is_named_without_its_password(given: str, name: str) -> None:
    assert parse_address(given).name == name


@pytest.mark.parametrize(
    "given", ["postgresql://me:secret@host", "postgresql://me:sec/ret@host:5/news", "postgresql:/"]
)
def test_an_address_that_cannot_be_read_is_not_repeated(given: str) -> None:
    with pytest.raises(BadInput, match="postgresql://user@host:port/database") as refusal:
        Archive(given)
    assert "sec" not in str(refusal.value)


def test_a_server_that_is_not_there_is_said_with_the_cure() -> None:
    with pytest.raises(ArchiveUnreachable, match="see that the server runs") as refusal:
        Archive(f"postgresql://me:secret@127.0.0.1:{free_port()}/news")
    assert "secret" not in str(refusal.value)


def test_a_database_without_an_archive_is_said_with_the_cure(url: str) -> None:
    with pytest.raises(ArchiveMissing, match=f"zitat ingest PATH --archive {url}"):
        Archive(url)


def test_a_database_in_another_encoding_is_refused(postgres: Server) -> None:
    postgres.run("CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
    with pytest.raises(BadInput, match="createdb -E UTF8"):
        Archive.create(postgres.url("ascii"), WordEncoder())


def test_one_writer_at_a_time_whatever_the_machine(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    stored(url, [story(1)])
    with Archive(url) as one, one.writing():
        monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "there"))
        with Archive(url) as other:
            assert other.is_written()
            with pytest.raises(ArchiveLocked, match="let it finish"), other.writing(wait=0.2):
                pass
    with Archive(url) as other, other.writing(wait=0):
        pass


def test_a_writer_that_lost_its_connection_writes_no_more(url: str, postgres: Server) -> None:
    stored(url, [story(1)])
    with Archive(url) as archive, Archive(url) as other:
        with archive.writing():
            postgres.run("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'")
            with other.writing(wait=10):  # the lock went with the connection
                ingest(other, WordEncoder(), [story(2)])
            for _ in range(2):
                with pytest.raises(ArchiveUnreachable, match="what was reported as stored is safe"):
                    ingest(archive, WordEncoder(), [story(3)])
        assert [one.article.id for one in other.store.each_article()] == ["story-1", "story-2"]
        with archive.writing():  # it may take the lock again
            assert ingest(archive, WordEncoder(), [story(3)]).added == 1
        assert verify(other) == []


def test_readers_go_on_after_the_server_was_restarted(url: str, postgres: Server) -> None:
    stored(url, [story(1)])
    with Searcher(url, WordEncoder()) as reader:
        before = reader.search("report").passages
        postgres.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'zitat'")
        assert reader.search("report").passages == before


def test_another_machine_follows_what_one_stores_replaces_and_deletes(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stored(url, map(story, range(4)))
    monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "there"))
    with Searcher(url, WordEncoder()) as there:
        assert there.archive.path.is_relative_to(tmp_path / "there")
        monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "here"))
        stored(url, [story(1, "zebra"), draft("new", "walrus")])
        with Archive(url) as here, here.writing():
            here.store.delete(["story-3"])
        monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "there"))
        assert there.search("walrus").passages[0].article.id == "new"
        assert "zebra" in there.search("zebra").passages[0].text
        assert "story-3" not in {passage.article.id for passage in there.search("report", None).passages}
        assert verify(there.archive) == []


def test_a_search_with_indexes_that_lag_behind_shows_nothing_that_is_gone(
    url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stored(url, map(story, range(4)))
    monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "there"))
    with Searcher(url, WordEncoder()) as there:
        view = there.archive.view()
        monkeypatch.setattr(type(there.archive), "_lags", lambda *_: False)
        monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "here"))
        stored(url, [story(1, "zebra")])
        with Archive(url) as here, here.writing():
            here.store.delete(["story-3"])
        assert there.archive.view() is view
        found = {passage.article.id for passage in there.search("report").passages}
        assert found <= {"story-0", "story-2"}
        assert found


def test_what_fills_the_servers_disk_and_other_errors_are_said_plainly(url: str) -> None:
    stored(url, [story(1)])
    with Archive(url) as archive, pytest.raises(ArchiveError, match="division by zero") as told:
        archive.store.rows("SELECT 1/0")
    assert str(told.value).startswith(url)


def test_codes_are_stored_as_they_are_and_not_packed_in_vain(url: str) -> None:
    stored(url, [story(1)])
    query = "SELECT attstorage::text FROM pg_attribute WHERE attrelid = 'encodings'::regclass AND attname = 'codes'"
    with Archive(url) as archive:
        assert archive.store.rows(text(query)) == [("e",)]

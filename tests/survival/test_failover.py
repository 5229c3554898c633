"""The primary of a PostgreSQL archive is killed while articles are stored: its standby takes over, nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from index.archive import Archive
from index.article import Draft
from index.errors import ArchiveReadOnly, ArchiveUnreachable
from index.ingesting.ingest import Summary, ingest
from index.verify import verify
from retrieval import Searcher
from tests.fakes import WordEncoder, draft, stored, story
from tests.postgres import Server, server, standby_of
from tests.seal import seal

ARTICLES, KILLED_AT = 40, 25


@dataclass(frozen=True)
class Pair:
    """A primary that acknowledges only what its standby has, and the archive's addresses."""

    primary: Server
    standby: Server
    both: str  # whichever of them takes writes
    replica: str


@pytest.fixture
def pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "cache"))
    with server() as primary, standby_of(primary) as standby:
        primary.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        primary.run("SELECT pg_reload_conf()")
        until(lambda: primary.run("SELECT sync_state FROM pg_stat_replication") == [("sync",)])
        hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
        both = f"postgresql://zitat@{hosts}/postgres?target_session_attrs=read-write"
        yield Pair(primary, standby, both, standby.url())


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for something that is about to be so."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_readers_on_a_standby_follow_what_the_primary_stores(pair: Pair) -> None:
    stored(pair.both, [story(1)])
    with Searcher(pair.replica, WordEncoder()) as reader:
        assert reader.search("zebra").passages[0].article.id == "story-1"
        stored(pair.both, [draft("new", "zebra crossing")])
        until(lambda: reader.search("zebra").passages[0].article.id == "new")
        with Archive(pair.both) as writer, writer.writing():
            writer.store.delete(["new"])
        until(lambda: [passage.article.id for passage in reader.search("zebra").passages] == ["story-1"] * 3)
        with pytest.raises(ArchiveReadOnly, match="is a standby, which takes no writes"), reader.archive.writing():
            pass
        assert verify(reader.archive) == []


def test_what_was_acknowledged_outlives_the_primary(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.ingesting.batches.BATCH_TOKENS", 200)
    stored(pair.both, [])
    said = [0]

    def drafts() -> Iterator[Draft]:
        for number in range(ARTICLES):
            if number == KILLED_AT:
                pair.primary.kill()
            yield story(number)

    def told(summary: Summary) -> None:
        said.append(summary.seen)

    with Archive(pair.both) as writer, Searcher(pair.replica, WordEncoder()) as reader:
        with pytest.raises(ArchiveUnreachable, match="what was reported as stored is safe"), writer.writing():
            ingest(writer, WordEncoder(), drafts(), told)
        pair.standby.promote()
        ids = {one.article.id for one in reader.archive.store.each_article()}
        assert ids >= {f"story-{number}" for number in range(said[-1])}
        assert 0 < said[-1] < ARTICLES
        assert verify(reader.archive) == []
        with writer.writing():  # the same process goes on, over the same address
            made = ingest(writer, WordEncoder(), map(story, range(ARTICLES)))
        assert made.added == ARTICLES - len(ids)
        assert len(reader.search(f"report {ARTICLES - 1}").passages) > 0
        assert verify(reader.archive) == []
        resumed = seal(reader.archive.store)
    stored(place := Path(writer.path.parent / "direct"), map(story, range(ARTICLES)))
    with Archive(place) as direct:
        assert resumed == seal(direct.store)


def test_what_a_standby_never_got_is_no_longer_found_once_it_is_promoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "cache"))
    with server() as primary, standby_of(primary) as standby:
        hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
        both = f"postgresql://zitat@{hosts}/postgres?target_session_attrs=read-write"
        stored(both, map(story, range(3)))
        until(lambda: bool(standby.run("SELECT 1 WHERE to_regclass('zitat_1.log') IS NOT NULL")))
        until(lambda: standby.run("SELECT max(sequence) FROM zitat_1.log") == [(3,)])
        _cut_off(standby)
        with Searcher(both, WordEncoder()) as host:
            stored(both, [draft("lost", "walrus")])
            assert host.search("walrus").passages[0].article.id == "lost"
            ahead = host.archive.view().state
            with Searcher(standby.url(), WordEncoder()) as behind:  # with the same files, which are not made anew
                assert behind.archive.view().state == ahead
            primary.kill()
            standby.promote()
            stored(both, [draft("found", "zebra")])
            assert host.search("zebra").passages[0].article.id == "found"
            assert "lost" not in {passage.article.id for passage in host.search("walrus").passages}
            assert verify(host.archive) == []


def _cut_off(standby: Server) -> None:
    """It gets nothing any more."""
    standby.run("ALTER SYSTEM SET primary_conninfo = ''")
    standby.run("SELECT pg_reload_conf()")
    until(lambda: standby.run("SELECT pid FROM pg_stat_wal_receiver") == [])

"""An archive moved elsewhere is the same archive, or none at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text, update

from index.archive import Archive
from index.errors import ArchiveError, ArchiveMissing, BadInput
from index.places.migrating import migrate
from index.truth.tables import articles
from index.verify import verify
from retrieval import Searcher
from tests.fakes import Place, WordEncoder, altered, draft, stored, story
from tests.postgres import Server
from tests.seal import seal


@pytest.fixture
def other(place: Place, folder: Path, postgres: Server) -> Place:
    """A place on the other engine."""
    return postgres.new_database() if isinstance(place, Path) else folder


def lively(place: Place) -> None:
    """An archive in which articles were replaced and deleted."""
    stored(place, [*map(story, range(6)), draft("copy", story(3).text)])
    stored(place, [story(2, "zebra"), draft("odd", "Ω مرحبا 🦓\u2029 zebra", source="dpa", language="de")])
    with Archive(place) as archive, archive.writing():
        archive.store.delete(["story-5"])


def test_the_same_is_found_on_the_other_engine(place: Place, other: Place) -> None:
    lively(place)
    with Archive(place) as source:
        moved = migrate(source, other)
        assert (moved.articles, moved.chunks) == (7, 19)
        with source.writing():
            source.derived.rebuild()  # words of deleted articles count no longer, as in the new indexes
    with Searcher(place, WordEncoder()) as before, Searcher(other, WordEncoder()) as after:
        assert seal(before.archive.store) == seal(after.archive.store)
        assert before.archive.store.versions() == after.archive.store.versions()
        assert before.archive.store.changes(0) == after.archive.store.changes(0)
        assert before.archive.manifest.id != after.archive.manifest.id
        assert verify(after.archive) == []
        for question in ("zebra", "report 4 part 2", "w3x1x1"):
            ours, theirs = ([(p.chunk_id, p.score) for p in one.search(question).passages] for one in (before, after))
            assert ours == theirs


def test_a_moved_archive_counts_on_where_the_other_one_was(place: Place, other: Place) -> None:
    lively(place)
    with Archive(place) as source:
        migrate(source, other)
    for one in (place, other):
        stored(one, [story(8), draft("story-1", "short")])
    with Archive(place) as before, Archive(other) as after:
        assert seal(before.store) == seal(after.store)
        assert before.store.changes(0) == after.store.changes(0)
        assert [a.key for a in before.store.each_article()] == [a.key for a in after.store.each_article()]
        assert verify(after) == []


def test_there_and_back_again_is_the_same_archive(folder: Path, postgres: Server) -> None:
    lively(folder)
    between, back = postgres.new_database(), folder.with_name("back")
    for one, next_one in ((folder, between), (between, back)):
        with Archive(one) as source:
            migrate(source, next_one)
    with Archive(folder) as before, Archive(back) as after:
        assert seal(before.store) == seal(after.store)
        assert before.store.versions() == after.store.versions()


def test_a_place_that_is_taken_is_left_alone(place: Place, other: Place) -> None:
    stored(place, [story(1)])
    stored(other, [story(2)])
    with Archive(place) as source, pytest.raises(ArchiveError, match="already holds an archive"):
        migrate(source, other)
    with Archive(other) as archive:
        assert [one.article.id for one in archive.store.each_article()] == ["story-2"]


def test_a_stopped_move_leaves_no_archive_and_can_be_repeated(place: Place, other: Place) -> None:
    lively(place)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with Archive(place) as source:
        with pytest.raises(KeyboardInterrupt):
            migrate(source, other, progress=stop)
        with pytest.raises(ArchiveMissing):
            Archive(other)
        assert migrate(source, other).articles == 7


def test_what_a_server_cannot_hold_is_named_before_anything_is_moved(folder: Path, postgres: Server) -> None:
    stored(folder, map(story, range(3)))
    with Archive(folder) as source:
        altered(source.store, update(articles).where(articles.c.id == "story-1").values(author="a\0b"))
        with pytest.raises(BadInput, match=r"U\+0000, which is in 'story-1'"):
            migrate(source, url := postgres.new_database())
        with pytest.raises(ArchiveMissing):
            Archive(url)


def test_what_may_only_be_read_is_moved_in_the_form_it_has(
    folder: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    lively(folder)
    with Archive(folder) as source:
        altered(source.store, text("ALTER TABLE log DROP COLUMN stamp"))

    def refused(*_: object) -> None:
        raise PermissionError

    with Archive(folder) as source, monkeypatch.context() as readonly:
        readonly.setattr(Archive, "writing", refused)
        moved = migrate(source, url := postgres.new_database())
        assert moved.articles == 7
    with Archive(folder) as before, Archive(url) as after:
        assert seal(before.store) == seal(after.store)
        assert before.store.changes(0) == after.store.changes(0)
        assert (before.store.has_stamps, after.store.has_stamps) == (False, True)


def test_nothing_is_there_where_what_belongs_to_the_archive_cannot_come_along(place: Place, other: Place) -> None:
    lively(place)

    def fail() -> None:
        raise OSError("no room for the keys")

    with Archive(place) as source:
        with pytest.raises(OSError, match="no room"):
            migrate(source, other, along=fail)
        with pytest.raises(ArchiveMissing):
            Archive(other)
        assert verify(source) == []


def test_a_compact_archive_stays_compact(folder: Path, tmp_path: Path) -> None:
    Archive.create(folder, WordEncoder(), model="words", chunk_tokens=30, index="compact").close()
    stored(folder, map(story, range(3)))
    with Archive(folder) as source:
        migrate(source, other := tmp_path / "other")
    with Archive(other) as archive:
        assert archive.manifest.index == "compact"
        assert not list((other / "derived").glob("rows-*/vectors"))
        assert verify(archive) == []


def test_an_index_that_cannot_be_is_refused_before_anything_is_moved(folder: Path, tmp_path: Path) -> None:
    stored(folder, map(story, range(3)))
    moved: list[int] = []
    with Archive(folder) as source, pytest.raises(BadInput, match="names neither"):
        migrate(source, other := tmp_path / "other", "milvus:///not/a/file", moved.append)
    assert moved == []
    assert not list(other.rglob("archive.sqlite"))

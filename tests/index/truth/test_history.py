"""Indexes that hold changes which their truth has lost: noticed, even where others have their numbers by now."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from index.archive import Archive
from index.ingesting.ingest import ingest
from index.truth.history import Moment
from index.verify import verify
from retrieval import Searcher
from tests.fakes import Place, WordEncoder, draft, stored, story
from tests.losing import lose, remember
from tests.postgres import Server

On = Callable[[str], None]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> On:
    """Go over to a machine: each keeps indexes of its own."""
    return lambda host: monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / host))


@pytest.fixture
def url(postgres: Server, on: On) -> str:
    on("here")
    return postgres.new_database()


def names(searcher: Searcher, question: str) -> set[str]:
    return {passage.article.id for passage in searcher.search(question).passages}


def test_each_change_has_a_stamp_that_no_other_one_has(place: Place) -> None:
    stored(place, map(story, range(4)))
    stored(place, [story(1, "zebra")])
    with Archive(place) as archive, archive.writing():
        archive.store.delete(["story-2"])
        changes = archive.store.changes(0)
        stamps = {archive.store.stamp(change.sequence) for change in changes}
        assert len(stamps - {None}) == len(changes) == 7
    with Archive(place) as archive:
        assert archive.view().state.mark == archive.store.stamp(7)


def test_a_machine_notices_that_another_change_has_the_number_of_one_it_followed(url: str, on: On) -> None:
    stored(url, map(story, range(3)))
    with Archive(url) as archive:
        remember(archive.store)
    stored(url, [draft("lost", "walrus")])
    on("there")
    with Searcher(url, WordEncoder()) as there:
        assert "lost" in names(there, "walrus")
        on("here")
        with Archive(url) as here:
            lose(here.store)
        stored(url, [draft("found", "zebra")])
        on("there")
        assert there.archive.store.sequence() == 4
        assert "found" in names(there, "zebra")
        assert "lost" not in names(there, "walrus")
        assert verify(there.archive) == []
    on("here")
    with Archive(url) as here:
        assert verify(here) == []


def test_a_machine_that_is_ahead_of_what_is_left_starts_anew(url: str, on: On) -> None:
    stored(url, map(story, range(3)))
    with Archive(url) as archive:
        remember(archive.store)
    stored(url, [story(number) for number in range(5, 9)])
    on("there")
    with Searcher(url, WordEncoder()) as there:
        assert there.archive.view().state.sequence == 7
        on("here")
        with Archive(url) as here:
            lose(here.store)
        stored(url, [draft("found", "zebra")])  # its number is far below
        on("there")
        assert "found" in names(there, "zebra")
        assert there.archive.view().state.sequence == 4
        assert verify(there.archive) == []


def test_a_writer_notices_that_its_own_changes_were_lost(place: Place, on: On) -> None:
    on("here")
    stored(place, map(story, range(3)))
    with Archive(place) as archive:
        with archive.writing():
            remember(archive.store)
            ingest(archive, WordEncoder(), [draft("lost", "walrus")])
        lose(archive.store)
        with archive.writing():
            ingest(archive, WordEncoder(), [draft("found", "zebra")])
        assert archive.view().state.sequence == 4
        assert verify(archive) == []


def test_files_beside_a_truth_from_a_backup_are_made_anew(folder: Path, tmp_path: Path) -> None:
    stored(folder, map(story, range(3)))
    shutil.copy(folder / "archive.sqlite", tmp_path / "backup.sqlite")
    stored(folder, [draft("lost", "walrus")])
    shutil.copy(tmp_path / "backup.sqlite", folder / "archive.sqlite")
    with Archive(folder) as archive:
        assert "change 4, which the articles' log has lost" in str(verify(archive)[0])
    stored(folder, [draft("found", "zebra")])
    with Searcher(folder, WordEncoder()) as searcher:
        assert "found" in names(searcher, "zebra")
        assert "lost" not in names(searcher, "walrus")
        assert verify(searcher.archive) == []


@pytest.mark.parametrize(
    ("sequence", "stamp", "is_standby", "is_of"),
    [
        (5, 50, False, True),
        (5, 51, False, False),  # another change has this number now
        (4, 40, False, False),  # it lags
        (6, 60, False, False),  # it holds what was lost
        (6, 60, True, True),  # or what this standby does not have yet
        (5, None, False, True),  # from before there were stamps
    ],
)
def test_indexes_are_of_a_moment_where_both_end_with_the_same_change(
    sequence: int, stamp: int | None, is_standby: bool, is_of: bool
) -> None:
    assert Moment(None, 5, 50, is_standby, None).is_of(sequence, stamp) is is_of

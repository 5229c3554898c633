"""The truth: what goes in comes out, damage is said, and nothing is ever half there."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete, func, update

from index.archive import Archive
from index.errors import ArchiveDamaged, ArchiveError, ArchiveFull
from index.scope import Scope
from index.truth.database import said_plainly
from index.truth.schema import Entry
from index.truth.sqlite import SqliteFile
from index.truth.store import Store
from index.truth.tables import articles, encodings
from index.verify import verify
from retrieval import Searcher
from tests.fakes import Place, WordEncoder, altered, draft, stored, story

TRUTH = "archive.sqlite"


def test_vectors_come_back_in_half_precision_under_their_keys(place: Place) -> None:
    encoder = WordEncoder()
    stored(place, map(story, range(3)), encoder)
    with Archive(place) as archive:
        keys, vectors = archive.store.vectors(1, archive.store.last_chunk())
        assert keys.tolist() == archive.store.chunk_keys().tolist()
        texts = [
            stored.article.text[c.start : c.end]
            for stored in archive.store.each_article()
            for c in archive.store.chunks_between(stored.first_chunk, stored.last_chunk)
        ]
        for text, vector in zip(texts, vectors, strict=True):
            summed = encoder.tokens(text).sum(0)
            assert np.allclose(vector, summed / np.linalg.norm(summed), atol=1e-3)
        assert np.array_equal(archive.store.vectors_of(keys[[0, 2]].tolist()), vectors[[0, 2]])
        assert archive.store.vectors(500, 600)[0].tolist() == []


def test_codes_come_back_and_damaged_ones_do_not(place: Place) -> None:
    stored(place, [draft("one", "alpha beta gamma"), draft("two", "delta")])
    with Archive(place) as archive:
        vectors, (first, second) = archive.store.encodings_of([1, 2], 8)
        assert np.array_equal(vectors, archive.store.vectors_of([1, 2]))
        assert (first.shape, second.shape) == ((3, 8), (1, 8))
        assert np.unpackbits(first, axis=1).sum(1).tolist() == [1, 1, 1]
        altered(archive.store, update(encodings).where(encodings.c.chunk == 1).values(codes=bytes(24)))
        again, (first, second) = archive.store.encodings_of([1, 2], 8)
        assert np.array_equal(again, vectors)
        assert (first.shape, second.shape) == ((0, 8), (1, 8))
        assert archive.store.broken_encodings() == [1]
        assert [len(one) for one in archive.store.encodings_of([], 8)] == [0, 0]
        with pytest.raises(ArchiveDamaged, match="1 of 3 vectors are lost"):
            archive.store.encodings_of([1, 2, 99], 8)


def test_a_batch_is_stored_whole_or_not_at_all(place: Place) -> None:
    stored(place, [story(1)])
    with Archive(place) as archive:
        one = archive.store.article("story-1")
        assert one is not None
        broken = Entry(one.article, [], [], np.zeros(128, np.uint32), "draft", "origin")  # an article without chunks
        with pytest.raises(ValueError, match="'story-1' has no chunks"):
            archive.store.put([broken])
        assert archive.store.article("story-1") == one
        assert archive.store.article("story-1") is not None


def test_a_snapshot_sees_one_state_whatever_is_written_meanwhile(place: Place) -> None:
    stored(place, [story(1)])
    with Archive(place) as reader:
        with reader.store.snapshot():
            assert reader.store.article("story-1") is not None
            with Archive(place) as writer, writer.writing():
                writer.store.delete(["story-1"])
            assert reader.store.article("story-1") is not None
        assert reader.store.article("story-1") is None


def test_a_scope_limits_articles_by_language_source_date_and_key(place: Place) -> None:
    stored(
        place,
        [
            draft("a", "alpha", language="de", source="dpa", published_at="2022-10-03"),
            draft("b", "beta", language="en", source="dpa", published_at="2022-10"),
            draft("c", "gamma", language="en", source="AP"),
        ],
    )
    with Archive(place) as archive:

        def within(scope: Scope) -> list[int]:
            return sorted(first for first, _ in archive.store.chunk_ranges(scope))

        assert within(Scope()) == [1, 2, 3]
        assert within(Scope(languages=("en",))) == [2, 3]
        assert within(Scope(sources=("dpa",), languages=("de", "fr"))) == [1]
        assert within(Scope(after=date(2022, 10, 15))) == [2]
        assert within(Scope(before=date(2022, 10, 2))) == [2]
        assert within(Scope(after=date(2022, 10, 1), before=date(2022, 10, 31))) == [1, 2]
        assert within(Scope(articles=(3,))) == [3]


def test_another_format_is_refused_with_a_cure(folder: Path) -> None:
    stored(folder, [story(1)])
    with sqlite3.connect(folder / TRUTH) as db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    with pytest.raises(ArchiveError, match="format 7"):
        Archive(folder)


# -- damage


def _truncated(path: Path) -> None:
    with open(path, "r+b") as file:
        file.truncate(path.stat().st_size // 2)


def _header_overwritten(path: Path) -> None:
    with open(path, "r+b") as file:
        file.write(b"garbage!" * 8)


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _deleted(path: Path) -> None:
    path.unlink()


def _text(path: Path) -> None:
    path.write_text("This is no archive.\n" * 1000)


@pytest.mark.parametrize("damage", [_truncated, _header_overwritten, _emptied, _deleted, _text])
def test_a_damaged_truth_is_said_and_never_taken_for_an_empty_archive(
    folder: Path, damage: Callable[[Path], None]
) -> None:
    stored(folder, map(story, range(20)))
    damage(folder / TRUTH)
    for _ in range(2):  # looking at it has not made it worse
        with pytest.raises(ArchiveDamaged, match="restore it from a backup"):
            Archive(folder)
    assert damage is not _deleted or not (folder / TRUTH).exists()


def test_a_truth_that_vanishes_under_an_open_archive_is_not_made_anew(folder: Path) -> None:
    stored(folder, [story(1)])
    with Archive(folder) as archive:
        (folder / TRUTH).unlink()
        archive.store.close()
        with pytest.raises(ArchiveError):
            archive.store.sequence()
    assert not (folder / TRUTH).exists()


def _read_everything(place: Place) -> list[str]:
    with Archive(place) as archive:
        archive.view()
        problems = verify(archive)
        list(archive.store.each_article())
        archive.store.encodings_of(archive.store.chunk_keys().tolist(), 8)
        archive.store.versions()
        return [problem.what for problem in problems]


@pytest.mark.parametrize("seed", range(12))
def test_garbage_anywhere_in_the_truth_is_named_and_never_a_raw_error(folder: Path, seed: int) -> None:
    stored(folder, map(story, range(20)))
    random = np.random.default_rng(seed)
    size = (folder / TRUTH).stat().st_size
    for _ in range(8):
        spoiled = folder.with_name("spoiled")
        shutil.rmtree(spoiled, ignore_errors=True)
        shutil.copytree(folder, spoiled)
        with open(spoiled / TRUTH, "r+b") as file:
            file.seek(int(random.integers(100, size - 700)))
            file.write(random.bytes(int(random.integers(1, 600))))
        with suppress(ArchiveDamaged):
            _read_everything(spoiled)


def test_a_text_that_is_no_longer_text_is_damage(folder: Path) -> None:
    stored(folder, [story(1)])
    with sqlite3.connect(folder / TRUTH) as db:
        db.execute("UPDATE articles SET text = CAST(x'ff41' AS TEXT)")
    db.close()
    with Archive(folder) as archive:
        with pytest.raises(ArchiveDamaged, match="decode"):
            archive.store.article("story-1")
        assert any("decode" in problem.what for problem in verify(archive))


def test_a_lost_vector_met_while_searching_is_damage(folder: Path) -> None:
    stored(folder, map(story, range(3)))
    with Searcher(folder, WordEncoder()) as searcher:
        altered(searcher.archive.store, delete(encodings).where(encodings.c.chunk == 4))
        with pytest.raises(ArchiveDamaged, match="1 of 9 vectors are lost"):
            searcher.search("report")


def test_an_altered_text_is_never_shown(place: Place) -> None:
    stored(place, map(story, range(3)))
    with Searcher(place, WordEncoder()) as searcher:
        text = func.replace(articles.c.text, "Report", "Rumour")
        altered(searcher.archive.store, update(articles).values(text=text))
        with pytest.raises(ArchiveDamaged, match="does not match its hash"):
            searcher.search("report")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, ArchiveFull),
        (sqlite3.SQLITE_IOERR_WRITE, ArchiveFull),
        (sqlite3.SQLITE_IOERR_FSYNC, ArchiveFull),
        (sqlite3.SQLITE_IOERR_READ, ArchiveDamaged),
        (sqlite3.SQLITE_IOERR_SHORT_READ, ArchiveDamaged),
        (sqlite3.SQLITE_CORRUPT, ArchiveDamaged),
        (sqlite3.SQLITE_BUSY, ArchiveError),
        (sqlite3.SQLITE_CANTOPEN, ArchiveError),
    ],
)
def test_what_sqlite_reports_is_told_by_its_code_and_not_its_words(
    tmp_path: Path, code: int, kind: type[ArchiveError]
) -> None:
    error = sqlite3.OperationalError("the words say the column named full is there")
    error.sqlite_errorcode = code
    with pytest.raises(ArchiveError) as told, said_plainly(SqliteFile(tmp_path / "archive.sqlite")):
        raise error
    assert type(told.value) is kind


def _on_a_read_only_mount(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    return subprocess.run(
        ["unshare", "-rm", "sh", "-c", script, str(folder), *command], capture_output=True, text=True, check=False
    )


READ_ONLY = """
import sys
from pathlib import Path
from retrieval import Searcher
from tests.fakes import WordEncoder
try:
    (Path(sys.argv[1]) / "probe").touch()
except OSError:
    with Searcher(sys.argv[1], WordEncoder()) as archive:
        print(archive.search("report").passages[0].chunk_id)
"""


@pytest.mark.parametrize("with_log", [False, True])
def test_an_archive_on_a_read_only_medium_can_be_searched(folder: Path, with_log: bool, python: list[str]) -> None:
    stored(folder, map(story, range(3)))
    if with_log:
        store = Store(folder / TRUTH)  # as after a kill: what SQLite shares between processes is still there
        store.touch([("x", "story-1")])
    made = _on_a_read_only_mount(folder, *python, "-c", READ_ONLY, str(folder))
    if "unshare" in made.stderr or "mount:" in made.stderr:
        pytest.skip(f"this machine lets nobody mount: {made.stderr.strip()}")
    assert made.stdout.startswith("story-"), made.stderr


@pytest.mark.parametrize("together", [1, 4, 5, 100])
def test_the_keys_of_all_chunks_are_read_some_at_a_time(
    place: Place, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr("index.truth.lookup.KEYS", together)
    stored(place, map(story, range(4)))
    stored(place, [story(1, "zebra")])
    with Archive(place) as archive:
        assert archive.store.chunk_keys().tolist() == [1, 2, 3, *range(7, 16)]
        with archive.writing():
            archive.store.delete([f"story-{number}" for number in range(4)])
        assert archive.store.chunk_keys().tolist() == []

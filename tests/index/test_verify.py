"""Damage that no format notices is named, and what can be made again is."""

from __future__ import annotations

import sqlite3
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from index.archive import Archive
from index.encoders.encoder import EncodedPassage
from index.errors import EncoderMismatch
from index.verify import repair, verify
from tests.fakes import Place, WordEncoder, stored, story
from tests.seal import seal


def change(folder: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(folder / "archive.sqlite") as db:
        db.execute(statement, values)
    db.close()


def flip(folder: Path, column: str, table: str, key: str, at: int) -> None:
    with sqlite3.connect(folder / "archive.sqlite") as db:
        [(blob,)] = db.execute(f"SELECT CAST({column} AS BLOB) FROM {table} WHERE {key}")
    db.close()
    spoilt = bytearray(blob)
    spoilt[at] ^= 1
    value: object = bytes(spoilt).decode() if column == "text" else bytes(spoilt)
    change(folder, f"UPDATE {table} SET {column} = ? WHERE {key}", value)


def problems(place: Place) -> list[str]:
    with Archive(place) as archive:
        archive.view()
        return [problem.what for problem in verify(archive)]


def repaired(place: Place) -> list[str]:
    encoder = WordEncoder()
    with Archive(place) as archive, archive.writing():
        repair(archive, encoder)
    return encoder.seen


def test_a_sound_archive_has_no_problems(place: Place) -> None:
    stored(place, map(story, range(5)))
    assert problems(place) == []


@pytest.mark.parametrize("column", ["vector", "codes"])
@pytest.mark.parametrize("at", [0, 7, -1])
def test_a_flipped_bit_in_an_encoding_is_named_and_encoded_again(folder: Path, column: str, at: int) -> None:
    stored(folder, map(story, range(3)))
    with Archive(folder) as archive:
        before = seal(archive.store)
    flip(folder, column, "encodings", "chunk = 4", at)
    assert "chunk 4:" in problems(folder)[0]
    assert len(repaired(folder)) == 1
    assert problems(folder) == []
    with Archive(folder) as archive:
        assert seal(archive.store) == before


def test_a_lost_encoding_is_named_and_encoded_again(folder: Path) -> None:
    stored(folder, map(story, range(3)))
    change(folder, "DELETE FROM encodings WHERE chunk IN (2, 3)")
    assert [problem.split(":")[0] for problem in problems(folder)[:2]] == ["chunk 2", "chunk 3"]
    assert len(repaired(folder)) == 2
    assert problems(folder) == []


def test_a_flipped_bit_in_a_text_is_named_and_left_for_a_person(folder: Path) -> None:
    stored(folder, map(story, range(3)))
    flip(folder, "text", "articles", "id = 'story-1'", 40)
    assert problems(folder) == ["article story-1: the text does not match its hash"]
    repaired(folder)
    assert problems(folder) == ["article story-1: the text does not match its hash"]


def test_an_index_that_differs_from_the_truth_is_named(place: Place) -> None:
    stored(place, map(story, range(3)))
    with Archive(place) as archive:
        other = EncodedPassage(np.eye(64, dtype=np.float32)[0], np.zeros((3, 8), np.uint8))
        archive.store.replace_encoding(2, other)
    assert problems(place) == ["1 vectors differ from the articles' own"]
    repaired(place)
    assert problems(place) == []


def test_a_lagging_or_lost_index_is_named(folder: Path) -> None:
    stored(folder, map(story, range(3)))
    with Archive(folder) as archive:
        archive.store.delete(["story-1"])
        assert any("the indexes hold change" in problem.what for problem in verify(archive))
        (folder / "derived" / "state.json").unlink()
        assert any("state.json" in problem.what for problem in verify(archive))


def test_an_archive_with_a_long_gap_of_deleted_chunks_is_sound(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.verify.PAGE", 4)
    stored(place, map(story, range(6)))
    with Archive(place) as archive, archive.writing():
        archive.store.delete([f"story-{n}" for n in range(1, 5)])
    assert problems(place) == []


def test_checking_twice_as_many_vectors_takes_hardly_more_memory(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.verify.PAGE", 20)
    monkeypatch.setattr("index.embedded.derived.EXACT_UP_TO", 100)  # up to so many are held
    monkeypatch.setattr("index.embedded.derived.TAIL", 20)
    encoder, sizes, peaks = WordEncoder(4096), [], []
    for first in (0, 150):
        stored(place, map(story, range(first, first + 150)), encoder)
        with Archive(place) as archive:
            sizes.append(len(archive.store.chunk_keys()) * encoder.dimension * 2)
            archive.view()
            tracemalloc.start()
            assert verify(archive) == []
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] - peaks[0] < (sizes[1] - sizes[0]) / 4


def test_repairing_with_another_encoder_is_refused(place: Place) -> None:
    stored(place, [story(1)])
    with Archive(place) as archive, archive.writing(), pytest.raises(EncoderMismatch):
        repair(archive, WordEncoder(32))


def test_a_seal_tells_archives_apart_and_like_ones_together(tmp_path: Path) -> None:
    seals = []
    for name, drafts in {"a": [1, 2], "b": [1, 2], "c": [1, 3], "d": [1]}.items():
        stored(tmp_path / name, map(story, drafts))
        with Archive(tmp_path / name) as archive:
            seals.append(seal(archive.store))
    assert seals[0] == seals[1]
    assert len(set(seals)) == 3


def test_checking_mends_nothing_and_needs_no_lock(folder: Path) -> None:
    stored(folder, map(story, range(3)))
    with Archive(folder) as writer, writer.writing(), Archive(folder) as archive:
        assert verify(archive) == []
        [vectors] = (folder / "derived").glob("rows-*/vectors")
        vectors.unlink()
        for _ in range(2):
            assert [problem.mendable for problem in verify(archive)] == [True]
        assert not list((folder / "derived").glob("rows-*/vectors"))


def test_indexes_that_lag_behind_a_writer_at_work_are_no_damage(folder: Path) -> None:
    stored(folder, map(story, range(3)))
    with Archive(folder) as archive, Archive(folder) as writer, writer.writing():
        writer.store.delete(["story-1"])
        assert verify(archive) == []


def test_what_can_be_mended_is_told_from_what_cannot(folder: Path) -> None:
    stored(folder, map(story, range(3)))
    flip(folder, "text", "articles", "id = 'story-1'", 40)
    flip(folder, "codes", "encodings", "chunk = 8", 3)
    with Archive(folder) as archive:
        told = {problem.what.split(":")[0]: problem.mendable for problem in verify(archive)}
    assert told == {"article story-1": False, "chunk 8": True}
    assert len(repaired(folder)) == 1
    assert problems(folder) == ["article story-1: the text does not match its hash"]


def test_a_text_that_was_altered_is_not_encoded_again(folder: Path) -> None:
    stored(folder, map(story, range(3)))
    flip(folder, "text", "articles", "id = 'story-1'", 40)
    flip(folder, "codes", "encodings", "chunk = 4", 0)
    assert repaired(folder) == []
    assert len(problems(folder)) == 2


def test_repairing_more_than_a_page_encodes_each_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.verify.REPAIRED_TOGETHER", 4)
    stored(folder, map(story, range(5)))
    change(folder, "DELETE FROM encodings WHERE chunk BETWEEN 2 AND 14")
    assert len(repaired(folder)) == 13
    assert problems(folder) == []

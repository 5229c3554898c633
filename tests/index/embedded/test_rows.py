"""Rows: files that only grow, of which each state sees its own part; odd names; what is lost counts as removed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from index.documents import TermDocument
from index.embedded.rows import RowCounts, Rows, RowWriter
from index.scope import Scope
from index.truth.store import Store

D = 8
NO_STORE: Store = None  # type: ignore[assignment]  # rows that hold the vectors never ask for it


def document(key: int, language: str = "en", source: str | None = None) -> TermDocument:
    return TermDocument(key, (), (), (), key, language, source, None, None)


def vectors(keys: list[int]) -> np.ndarray:
    return np.repeat(np.array(keys, np.float32)[:, None], D, axis=1)


def written(folder: Path, before: RowCounts, documents: list[TermDocument], lost: tuple[int, ...] = ()) -> RowCounts:
    writer = RowWriter(folder, before, D, compact=False)
    there = [one.key for one in documents if one.key not in lost]
    writer.add(documents, np.array(there, np.int64), vectors(there))
    writer.close()
    return writer.counts


def opened(folder: Path, counts: RowCounts) -> Rows:
    return Rows(folder, counts, D, NO_STORE, compact=False)


def test_an_earlier_state_does_not_see_what_came_later(tmp_path: Path) -> None:
    first = written(tmp_path, RowCounts(), [document(1), document(2)])
    before = opened(tmp_path, first)
    second = written(tmp_path, first, [document(5, "de")])
    assert before.left().tolist() == opened(tmp_path, first).left().tolist() == [1, 2]
    assert opened(tmp_path, second).left().tolist() == [1, 2, 5]


def test_what_a_stopped_writer_left_is_written_over_and_never_cut(tmp_path: Path) -> None:
    first = written(tmp_path, RowCounts(), [document(1)])
    written(tmp_path, first, [document(2, "de", "gone"), document(3, "ru", "gone")])
    seen = opened(tmp_path, first)
    size = (tmp_path / "key").stat().st_size
    second = written(tmp_path, first, [document(7, "fr", "here")])
    assert (tmp_path / "key").stat().st_size == size  # whoever has mapped more must not lose the ground
    rows = opened(tmp_path, second)
    assert rows.left().tolist() == [1, 7]
    assert rows.halves(np.array([1])).tolist() == vectors([7]).tolist()
    assert np.flatnonzero(rows.within(Scope(languages=("fr",)))).tolist() == [1]
    assert not rows.within(Scope(languages=("de",))).any()
    assert seen.left().tolist() == [1]


def test_names_may_have_any_characters(tmp_path: Path) -> None:
    names = ['A "quoted"\nname', "", "ü\u2028ß", "日本\r\n", "\\n"]
    counts = written(tmp_path, RowCounts(), [document(n, "en", name) for n, name in enumerate(names, start=1)])
    rows = opened(tmp_path, counts)
    for row, name in enumerate(names):
        assert np.flatnonzero(rows.within(Scope(sources=(name,)))).tolist() == [row]


def test_a_language_and_a_source_of_one_name_are_two_things(tmp_path: Path) -> None:
    rows = opened(tmp_path, written(tmp_path, RowCounts(), [document(1, "de", "en"), document(2, "en", "de")]))
    assert np.flatnonzero(rows.within(Scope(languages=("en",)))).tolist() == [1]
    assert np.flatnonzero(rows.within(Scope(sources=("en",)))).tolist() == [0]


def test_a_chunk_whose_vector_is_lost_is_not_found(tmp_path: Path) -> None:
    counts = written(tmp_path, RowCounts(), [document(1), document(2), document(3)], lost=(2,))
    assert opened(tmp_path, counts).left().tolist() == [1, 3]


def test_rows_written_anew_are_those_that_were_left(tmp_path: Path) -> None:
    documents = [document(key, ("en", "de")[key % 2], f"s{key}") for key in range(1, 60)]
    writer = RowWriter(tmp_path / "a", RowCounts(), D, compact=False)
    writer.add(documents, np.arange(1, 60), vectors(list(range(1, 60))))
    writer.remove(10, 49)
    writer.close()
    rows = opened(tmp_path / "a", writer.counts)
    anew = RowWriter(tmp_path / "b", RowCounts(), D, compact=False)
    anew.take_over(rows)
    anew.close()
    other = opened(tmp_path / "b", anew.counts)
    assert other.left().tolist() == rows.left().tolist() == [*range(1, 10), *range(50, 60)]
    assert other.halves(np.arange(19)).tolist() == vectors(other.left().tolist()).tolist()
    assert other.differing([documents[n] for n in (0, 8, 49, 58)]) == 0
    assert other.differing([documents[20], document(60)]) == 2
    assert other.differing([document(1, "en", "s1")]) == 1


def test_vectors_are_read_in_runs_and_alone(tmp_path: Path) -> None:
    rows = opened(tmp_path, written(tmp_path, RowCounts(), [document(key) for key in range(1, 41)]))
    for wanted in ([], [0], [39], [0, 1, 2], [3, 5, 6, 7, 20, 38, 39], list(range(40))):
        found = rows.halves(np.array(wanted, np.int64))
        assert found.tolist() == vectors([row + 1 for row in wanted]).reshape(-1, D).tolist()
    assert rows.block(7, 19).tolist() == vectors(list(range(8, 20))).tolist()


def test_a_file_of_vectors_that_was_cut_is_refused(tmp_path: Path) -> None:
    counts = written(tmp_path, RowCounts(), [document(1), document(2)])
    os.truncate(tmp_path / "vectors", 2 * D + 1)
    with pytest.raises(ValueError, match="has 17 bytes, wanted 32"):
        opened(tmp_path, counts)


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="this system does not say what is mapped")
def test_vectors_are_never_mapped_and_their_file_is_closed_with_the_rows(tmp_path: Path) -> None:
    rows = opened(tmp_path, written(tmp_path, RowCounts(), [document(1), document(2)]))
    rows.halves(np.array([0, 1]))
    rows.block(0, 2)
    mapped = Path("/proc/self/maps").read_text()
    assert str(tmp_path / "key") in mapped
    assert str(tmp_path / "vectors") not in mapped

    def open_files() -> set[str]:
        return {os.path.realpath(link) for link in Path("/proc/self/fd").iterdir()}

    assert str(tmp_path / "vectors") in open_files()
    del rows
    assert str(tmp_path / "vectors") not in open_files()

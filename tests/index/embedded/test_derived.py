"""What is derived may be lost or spoilt: it is noticed, made again, and answers as before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xxhash

from index.archive import Archive
from index.embedded import derived as module
from index.embedded import seals
from index.embedded.derived import Derived
from index.ingesting.ingest import ingest
from index.verify import verify
from index.view import DerivedDamaged
from retrieval import Searcher
from tests.fakes import Place, WordEncoder, draft, stored, story

Damage = Callable[[Path], None]
QUESTIONS = ("report 3", "w5x2x7 tells of", "zebra")


def answers(place: Place) -> list[list[tuple[str, str]]]:
    """The passages to each question."""
    with Searcher(place, WordEncoder()) as archive:
        results = [archive.search(question) for question in QUESTIONS]
    return [[(p.chunk_id, p.text) for p in result.passages] for result in results]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with additions, changes and deletions behind it."""
    folder = tmp_path_factory.mktemp("whole") / "news.zitat"
    stored(folder, map(story, range(12)))
    stored(folder, [story(2, "zebra"), story(4, "zebra")])
    with Archive(folder) as archive, archive.writing():
        archive.store.delete(["story-7"])
    shutil.rmtree(folder / "derived")  # Tantivy counts deleted chunks, too, until it merges: scores would move a little
    answers(folder)
    return folder


def _truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _deleted(path: Path) -> None:
    path.unlink()


def _flipped_at(share: float) -> Damage:
    def flip(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[min(int(share * len(content)), len(content) - 1)] ^= 16
        path.write_bytes(bytes(content))

    flip.__name__ = f"flipped_at_{share}"
    return flip


DAMAGES = [_truncated, _deleted, *map(_flipped_at, (0.0, 0.3, 0.77))]
KINDS = ["state.json", "rows-*/[!r]*", "terms/meta.json"]
KINDS += [f"terms/*.{kind}" for kind in ("term", "idx", "pos", "fieldnorm", "fast", "store")]


def _is_harmless(kind: str, damage: Damage) -> bool:
    """Whether a flipped bit may have hit what nobody reads: in Tantivy's list of files, or in a file's footer."""
    return damage.__name__.startswith("flipped") and (kind == "terms/meta.json" or "_0.0" not in damage.__name__)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_derived_file_is_noticed_and_made_again(whole: Path, tmp_path: Path, kind: str) -> None:
    before = answers(whole)
    assert all(before)
    for damage in DAMAGES:
        folder = tmp_path / damage.__name__
        shutil.copytree(whole, folder)
        for path in sorted((folder / "derived").glob(kind)):
            damage(path)
        if not _is_harmless(kind, damage):
            with Archive(folder) as archive, pytest.raises(DerivedDamaged):
                archive.derived.load()
        assert answers(folder) == before, damage.__name__
        with Archive(folder) as archive:
            archive.view()
            assert verify(archive) == []


def test_all_that_is_derived_may_be_deleted(whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "news.zitat"
    shutil.copytree(whole, folder)
    shutil.rmtree(folder / "derived")
    assert answers(folder) == answers(whole)


def test_indexes_of_an_earlier_state_are_caught_up(folder: Path) -> None:
    stored(folder, map(story, range(4)))
    shutil.copytree(folder / "derived", folder / "earlier")
    stored(folder, [story(1, "zebra"), story(9)])
    now = answers(folder)
    shutil.rmtree(folder / "derived")
    (folder / "earlier").rename(folder / "derived")
    assert answers(folder) == now


def test_terms_ahead_of_their_state_are_taken_up_and_not_built_again(folder: Path) -> None:
    stored(folder, map(story, range(4)))
    state = (folder / "derived" / "state.json").read_bytes()
    stored(folder, [story(1, "zebra"), story(9)])
    now = answers(folder)
    (folder / "derived" / "state.json").write_bytes(state)  # as after a kill between the terms' commit and the state's
    segments = set((folder / "derived" / "terms").glob("*.term"))
    with Archive(folder) as archive:
        assert archive.derived.load().state.sequence < archive.store.sequence()
    assert answers(folder) == now
    assert segments & set((folder / "derived" / "terms").glob("*.term"))
    with Archive(folder) as archive:
        archive.view()
        assert verify(archive) == []


def test_terms_of_another_time_are_not_taken_for_the_right_ones(folder: Path) -> None:
    stored(folder, map(story, range(4)))
    shutil.copytree(folder / "derived" / "terms", folder / "earlier")
    stored(folder, [story(9)])
    shutil.rmtree(folder / "derived" / "terms")
    (folder / "earlier").rename(folder / "derived" / "terms")
    with Archive(folder) as archive, pytest.raises(DerivedDamaged, match="its state says"):
        archive.derived.load()
    with Archive(folder) as archive:
        archive.view()
        assert verify(archive) == []


def test_a_state_that_was_edited_is_not_believed(folder: Path) -> None:
    stored(folder, map(story, range(2)))
    path = folder / "derived" / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"sequence": 1}))
    with Archive(folder) as archive, pytest.raises(DerivedDamaged, match="checksum"):
        archive.derived.load()


@pytest.mark.parametrize("compact", [False, True])
def test_vectors_are_the_same_in_rows_lists_and_tail(
    folder: Path, monkeypatch: pytest.MonkeyPatch, compact: bool
) -> None:
    monkeypatch.setattr(module, "EXACT_UP_TO", 20)
    monkeypatch.setattr(module, "TAIL", 10)
    monkeypatch.setattr(module, "GONE_AT_LEAST", 5)
    Archive.create(folder, WordEncoder(), model="words", chunk_tokens=30, index="compact" * compact).close()
    lists, rows = set(), set()
    for edition in range(6):
        stored(folder, [story(n, *["again"] * (edition % 3)) for n in range(edition, edition + 5)])
        with Archive(folder) as archive:
            derived = Derived(folder / "derived", archive.store, 64, compact=compact)
            view = derived.load()
            keys, vectors = archive.store.vectors(1, archive.store.last_chunk())
            found, same = view.among(np.arange(1, 1_000))
            assert np.array_equal(keys, found)
            assert np.allclose(vectors, same)
            assert (list(derived.folder.glob("rows-*/vectors")) == []) is compact
            assert len(list(derived.folder.glob("rows-*"))) == 1
            view.search_exactly()
            assert set(keys[:9].tolist()) <= set(view.dense(vectors[:9].mean(0), len(keys))[0].tolist())
            lists.add(view.state.lists)
            rows.add(view.state.folder)
    assert len(lists) > 2
    assert len(rows) > 1


def test_two_writers_in_turn_do_not_trust_what_they_remember(place: Place) -> None:
    stored(place, [story(0)])
    encoder = WordEncoder()
    with Archive(place) as first, Archive(place) as second:
        for turn, archive in enumerate((first, second, first, second, first), start=1):
            with archive.writing():
                ingest(archive, encoder, [story(turn), story(0, *["again"] * turn)])
            with Archive(place) as reader:
                reader.derived.load()
                assert verify(reader) == []
    assert {chunk.split("#")[0] for chunk, _ in answers(place)[0]} >= {"story-3"}


def test_nothing_is_published_when_nothing_has_changed(place: Place) -> None:
    stored(place, [story(0)])
    with Archive(place) as reader:
        view = reader.view()
        stored(place, [story(0)])
        assert reader.view() is view
        stored(place, [draft("new", "something else")])
        assert reader.view() is not view


def test_files_of_before_there_were_rows_are_taken_over_and_their_terms_kept(folder: Path) -> None:
    stored(folder, map(story, range(5)))
    now = answers(folder)
    with Archive(folder) as archive:
        state = archive.view().state
    shutil.rmtree(next((folder / "derived").glob("rows-*")))
    (folder / "derived" / "vectors-5.faiss").write_bytes(b"as it was")
    old = {"sequence": state.sequence, "last_chunk": state.last_chunk, "documents": state.documents}
    old |= {"snapshot": "vectors-5.faiss", "snapshot_sequence": state.sequence, "checksum": "0"}
    seal = xxhash.xxh3_64_hexdigest(json.dumps(old, sort_keys=True).encode())
    (folder / "derived" / "state.json").write_text(json.dumps(old | {"seal": seal}))
    segments = set((folder / "derived" / "terms").glob("*.term"))
    assert answers(folder) == now
    assert set((folder / "derived" / "terms").glob("*.term")) == segments
    assert not list((folder / "derived").glob("vectors-*"))
    with Archive(folder) as archive:
        assert verify(archive) == []


def test_after_a_run_that_was_stopped_every_file_is_read_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "WHOLE_UP_TO", 64)
    monkeypatch.setattr(seals, "BLOCK", 8)
    stored(folder, map(story, range(40)))
    now = answers(folder)
    path = max((folder / "derived" / "terms").glob("*.idx"), key=lambda one: one.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 + 9] ^= 16
    path.write_bytes(bytes(content))
    with Archive(folder) as archive:
        archive.derived.load()  # opening looks at some of it only
        assert [problem.mendable for problem in verify(archive)] == [True]
    (folder / "derived" / "unfinished").touch()
    stored(folder, [story(0)])
    assert not (folder / "derived" / "unfinished").exists()
    assert answers(folder) == now
    with Archive(folder) as archive:
        assert verify(archive) == []


def test_a_reader_looks_at_a_file_once_however_many_states_name_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    right = module.holds
    monkeypatch.setattr(module, "holds", lambda path, *a, **k: looked.append(path.name) or right(path, *a, **k))
    stored(folder, map(story, range(3)))
    with Archive(folder) as reader:
        reader.view()
        first = {name for name in looked if name.endswith(".idx")}
        stored(folder, [story(9)])
        looked.clear()
        reader.view()
    assert looked
    assert first
    assert not first & set(looked)


def test_a_column_that_differs_from_the_articles_is_found_by_verify(folder: Path) -> None:
    stored(folder, map(story, range(3)))
    with Archive(folder) as archive:
        state = archive.view().state
        path = folder / "derived" / state.folder / "earliest"
        path.write_bytes(bytes(path.stat().st_size))
        name = f"{state.folder}/earliest"
        archive.derived._publish(replace(state, seals=state.seals | {name: seals.sealed(path)}))
        assert any("differs from the articles" in problem.what for problem in verify(archive))


def test_an_index_that_is_compact_finds_what_the_other_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EXACT_UP_TO", 50)
    found = []
    for index in ("", "compact"):
        folder = tmp_path / (index or "whole")
        Archive.create(folder, WordEncoder(), model="words", chunk_tokens=30, index=index).close()
        stored(folder, map(story, range(40)))
        with Archive(folder) as archive, archive.writing():
            archive.store.delete(["story-3"])
            found.append(answers(folder))  # deleted, and still in the indexes
        found.append(answers(folder))
        assert bool(list((folder / "derived").glob("rows-*/vectors"))) is (index == "")
        assert list((folder / "derived").glob("lists-*"))
    assert found[0] == found[2]
    assert found[1] == found[3]

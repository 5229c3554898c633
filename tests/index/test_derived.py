"""What is derived may be lost or spoilt: it is noticed, made again, and answers as before."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index import derived as module
from index.archive import Archive
from index.derived import DerivedDamaged
from index.ingest import ingest
from index.verify import verify
from retrieval import Searcher
from tests.fakes import WordEncoder, draft, stored, story

Damage = Callable[[Path], None]
QUESTIONS = ("report 3", "w5x2x7 tells of", "zebra")


def answers(folder: Path) -> list[list[tuple[str, str]]]:
    """The passages to each question."""
    with Searcher(folder, WordEncoder()) as archive:
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
KINDS = ["state.json", "vectors-*.faiss", "terms/meta.json"]
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
    snapshots = {path: path.read_bytes() for path in (folder / "derived").glob("*.faiss")}
    stored(folder, [story(1, "zebra"), story(9)])
    now = answers(folder)
    for path, content in snapshots.items():  # as after a kill between the commit of the terms and that of the state
        path.write_bytes(content)
    (folder / "derived" / "state.json").write_bytes(state)
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


def test_vectors_are_the_same_with_and_without_a_snapshot(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SMALL", 0)
    monkeypatch.setattr(module, "SNAPSHOT_AFTER", 20)
    pending, snapshots = 0, set()
    for edition in range(6):
        stored(folder, [story(n, *["again"] * (edition % 3)) for n in range(edition, edition + 5)])
        with Archive(folder) as archive:
            view = archive.view()
            keys, vectors = archive.store.vectors(1, archive.store.last_chunk())
            found, same = view.vectors.everything()
            assert np.array_equal(keys, found)
            assert np.allclose(vectors, same)
            assert len(list(archive.derived.folder.glob("vectors-*"))) <= 1
            pending += len(view.vectors.gone) + (view.vectors.fresh.ntotal if view.vectors.fresh else 0)
            snapshots.add(view.state.snapshot)
    assert pending > 0
    assert len(snapshots) > 1


def test_two_writers_in_turn_do_not_trust_what_they_remember(folder: Path) -> None:
    stored(folder, [story(0)])
    encoder = WordEncoder()
    with Archive(folder) as first, Archive(folder) as second:
        for turn, archive in enumerate((first, second, first, second, first), start=1):
            with archive.writing():
                ingest(archive, encoder, [story(turn), story(0, *["again"] * turn)])
            with Archive(folder) as reader:
                reader.derived.load()
                assert verify(reader) == []
    assert {chunk.split("#")[0] for chunk, _ in answers(folder)[0]} >= {"story-3"}


def test_nothing_is_published_when_nothing_has_changed(folder: Path) -> None:
    stored(folder, [story(0)])
    with Archive(folder) as reader:
        view = reader.view()
        stored(folder, [story(0)])
        assert reader.view() is view
        stored(folder, [draft("new", "something else")])
        assert reader.view() is not view

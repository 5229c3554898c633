"""A view and the truth that goes with it: whatever is published meanwhile, nothing that the view names is missing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from index.archive import Archive
from index.errors import ArchiveDamaged
from index.reembed import reembed
from index.truth.history import Moment
from index.truth.store import Store
from index.verify import verify
from tests.fakes import WordEncoder, stored, story


def replaced(folder: Path) -> None:
    stored(folder, [story(n, "zebra") for n in range(4)])


def made_anew(folder: Path) -> None:
    with Archive(folder) as archive, archive.writing():
        reembed(archive, WordEncoder(32, name="other words"), "other words")


def just_before(monkeypatch: pytest.MonkeyPatch, step: str, write: Callable[[Path], None], folder: Path) -> None:
    """Let a writer have its turn between the view and this step of beginning to read."""
    original, waiting = getattr(Store, step), [write]

    def interrupted(store: Store) -> object:
        if waiting:
            waiting.pop()(folder)
        return original(store)

    monkeypatch.setattr(Store, step, interrupted)


@pytest.mark.parametrize("step", ["snapshot", "sequence"])
@pytest.mark.parametrize("write", [replaced, made_anew])
def test_every_chunk_of_the_view_is_there_though_a_writer_came_between(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str, write: Callable[[Path], None]
) -> None:
    stored(folder, map(story, range(4)))
    with Archive(folder) as archive:
        archive.view()
        just_before(monkeypatch, step, write, folder)
        with archive.reading() as (view, manifest):
            keys = view.indexed_keys()["vector"].tolist()
            assert [chunk.key for chunk in view.store.candidates(keys)] == keys
            assert len(keys) == 12
            assert view.dimension == manifest.encoder["dimension"]


def test_what_is_read_stays_still_while_a_writer_goes_on(folder: Path) -> None:
    stored(folder, map(story, range(4)))
    with Archive(folder) as archive:
        with archive.reading() as (view, _):
            replaced(folder)
            keys = view.indexed_keys()["vector"].tolist()
            assert [chunk.key for chunk in view.store.candidates(keys)] == keys == list(range(1, 13))
        with archive.reading() as (view, _):
            assert view.indexed_keys()["vector"].tolist() == list(range(13, 25))


def test_a_writer_that_is_always_faster_does_not_keep_readers_out(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(folder, map(story, range(4)))
    original, editions = Store.snapshot, iter(range(100))

    def interrupted(store: Store) -> object:
        with monkeypatch.context() as quiet:
            quiet.setattr(Store, "snapshot", original)
            stored(folder, [story(1, f"edition{next(editions)}")])
        return original(store)

    with Archive(folder) as archive:
        monkeypatch.setattr(Store, "snapshot", interrupted)
        with archive.reading() as (view, _):
            assert len(view.store.candidates(view.indexed_keys()["vector"].tolist())) >= 9


def test_an_error_of_the_truth_comes_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(folder, [story(1)])

    def broken(store: Store, **_: object) -> Moment:
        raise ArchiveDamaged("torn")

    with Archive(folder) as archive:
        archive.view()
        monkeypatch.setattr(Store, "moment", broken)
        with pytest.raises(ArchiveDamaged, match="torn"), archive.reading():
            pass


def test_a_check_does_not_hide_a_newer_state_from_the_next_search(folder: Path) -> None:
    stored(folder, map(story, range(2)))
    with Archive(folder) as archive:
        before = archive.view()
        stored(folder, [story(2)])
        assert verify(archive) == []
        assert archive.view() is not before

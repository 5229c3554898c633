"""Another encoder: the old generation answers until the new one is whole, and a stopped run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.archive import Archive
from index.encoders.encoder import EncodedPassage, Passage
from index.errors import EncoderMismatch
from index.reembed import reembed
from index.verify import verify
from retrieval import Searcher
from tests.fakes import Place, WordEncoder, stored, story
from tests.seal import seal


class Stopping(WordEncoder):
    """Is stopped after so many passages."""

    def __init__(self, after: int) -> None:
        super().__init__(32, name="other words")
        self.after = after

    def _encoded(self, passage: Passage) -> EncodedPassage:
        if len(self.seen) >= self.after:
            raise KeyboardInterrupt
        return super()._encoded(passage)


def other() -> WordEncoder:
    return WordEncoder(32, name="other words")


def changed_over(place: Place, encoder: WordEncoder) -> None:
    with Archive(place) as archive, archive.writing():
        reembed(archive, encoder, "other words")


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_new_generation_answers_and_the_old_one_is_gone(folder: Path) -> None:
    stored(folder, map(story, range(5)))
    stored(folder, [story(2, "zebra")])
    with Archive(folder) as archive:
        versions = archive.store.versions()
    changed_over(folder, other())
    assert files(folder) == ["archive-2.sqlite", "derived-2", "manifest.json", "write.lock"]
    with Searcher(folder, other()) as searcher:
        assert searcher.search("zebra").passages[0].article.id == "story-2"
        assert searcher.archive.store.versions() == versions
        assert verify(searcher.archive) == []
    with pytest.raises(EncoderMismatch):
        Searcher(folder, WordEncoder())


def test_reembedding_equals_ingesting_with_that_encoder(tmp_path: Path) -> None:
    stored(tmp_path / "a", map(story, range(5)))
    changed_over(tmp_path / "a", other())
    stored(tmp_path / "b", map(story, range(5)), other())
    with Archive(tmp_path / "a") as one, Archive(tmp_path / "b") as two:
        assert seal(one.store) == seal(two.store)


def test_an_open_reader_searches_the_old_one_until_the_swap_and_then_the_new(place: Place) -> None:
    stored(place, map(story, range(5)))
    with Archive(place) as reader, Searcher(place, WordEncoder()) as searcher:
        before = reader.view()
        answers = [p.chunk_id for p in searcher.search("report 3").passages]

        def look(done: int) -> None:
            assert reader.view() is before
            assert [p.chunk_id for p in searcher.search("report 3").passages] == answers

        with Archive(place) as archive, archive.writing():
            reembed(archive, other(), "other words", look)
        after = reader.view()
        assert (before.dimension, after.dimension) == (64, 32)
        assert reader.manifest.generation == 2
        assert len(before.dense(WordEncoder().encode_query("report", "en").vector, 3)[0]) == 3
        with pytest.raises(EncoderMismatch, match="other words"):  # it was opened with an encoder of its own choosing
            searcher.search("report 3")


def test_a_stopped_run_leaves_the_old_one_in_place_and_is_taken_up(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.ingesting.batches.BATCH_TOKENS", 1)
    stored(place, map(story, range(6)))
    with pytest.raises(KeyboardInterrupt):
        changed_over(place, Stopping(after=10))
    with Searcher(place, WordEncoder()) as searcher:
        assert searcher.search("report 3").passages
        assert verify(searcher.archive) == []
    rest = other()
    changed_over(place, rest)
    assert 0 < len(rest.seen) <= 18 - 9
    with Archive(place) as archive:
        assert archive.manifest.generation == 2
        assert verify(archive) == []
        assert len(list(archive.store.each_article())) == 6


def test_progress_counts_each_article_once_with_those_of_a_stopped_run_first(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.ingesting.batches.BATCH_TOKENS", 1)
    stored(place, map(story, range(6)))
    with pytest.raises(KeyboardInterrupt):
        changed_over(place, Stopping(after=10))
    told: list[int] = []
    with Archive(place) as archive, archive.writing():
        reembed(archive, other(), "other words", told.append)
    assert told == [3, 1, 1, 1]


def test_what_was_changed_and_deleted_since_a_stopped_run_is_so_afterwards(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.ingesting.batches.BATCH_TOKENS", 1)
    stored(folder, map(story, range(6)))
    with pytest.raises(KeyboardInterrupt):
        changed_over(folder, Stopping(after=13))
    stored(folder, [story(1, "zebra"), story(9)])
    with Archive(folder) as archive, archive.writing():
        archive.store.delete(["story-0"])
    changed_over(folder, other())
    stored(folder.with_name("direct"), [*map(story, range(2, 6)), story(1, "zebra"), story(9)], other())
    with Archive(folder) as archive, Archive(folder.with_name("direct")) as direct:
        assert verify(archive) == []
        assert {a.article.id: a.content_hash for a in archive.store.each_article()} == {
            a.article.id: a.content_hash for a in direct.store.each_article()
        }
        assert seal(archive.store) == seal(direct.store)


def test_a_stopped_run_for_another_encoder_is_not_taken_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.ingesting.batches.BATCH_TOKENS", 1)
    stored(place, map(story, range(6)))
    with pytest.raises(KeyboardInterrupt):
        changed_over(place, Stopping(after=10))
    third = WordEncoder(16, name="third")
    changed_over(place, third)
    assert len(third.seen) == 18
    with Archive(place) as archive:
        assert archive.view().dimension == 16
        assert verify(archive) == []


def test_what_a_run_killed_after_the_swap_left_behind_goes_with_the_next_writing(folder: Path) -> None:
    stored(folder, [story(1)])
    before = {path: path.read_bytes() for path in [folder / "archive.sqlite", *(folder / "derived").glob("*.*")]}
    changed_over(folder, other())
    (folder / "derived").mkdir()
    for path, content in before.items():
        path.write_bytes(content)
    stored(folder, [story(2)], other())
    assert files(folder) == ["archive-2.sqlite", "derived-2", "manifest.json", "write.lock"]


def test_twice_is_two_generations_on(folder: Path) -> None:
    stored(folder, [story(1)])
    changed_over(folder, other())
    with Archive(folder) as archive, archive.writing():
        reembed(archive, WordEncoder(), "words")
    assert files(folder) == ["archive-3.sqlite", "derived-3", "manifest.json", "write.lock"]
    with Searcher(folder, WordEncoder()) as searcher:
        assert searcher.search("report").passages


def test_the_earlier_generation_is_closed_with_the_last_search_in_it(folder: Path) -> None:
    stored(folder, map(story, range(3)))
    with Archive(folder) as reader:
        before = reader.view()
        earlier = reader.store
        earlier.sequence()
        changed_over(folder, other())
        assert reader.view().store is not earlier
        assert earlier._engine.pool.checkedin()  # a search may go on with it
        assert earlier.article("story-1") is not None
        del before
        assert not earlier._engine.pool.checkedin()

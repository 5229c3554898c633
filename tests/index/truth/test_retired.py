"""A replaced article stays findable until its successor is indexed; a deleted one is gone at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, update

from index.archive import Archive
from index.ingesting.entries import cut, encoded
from index.scope import Scope
from index.truth.schema import Entry
from index.truth.tables import articles, encodings
from index.verify import verify
from retrieval import Searcher, SearchOptions
from tests.fakes import Place, WordEncoder, altered, stored, story
from tests.seal import seal


def replacement(archive: Archive, number: int, word: str) -> list[Entry]:
    """The entry that replaces a story by one with another word."""
    encoder = WordEncoder()
    stored_article = archive.store.article(f"story-{number}")
    assert stored_article is not None
    changed = story(number, word)
    article = type(stored_article.article)(**(vars(stored_article.article) | {"text": changed.text}))
    return encoded(encoder, [cut(article, encoder, 30, "draft", "stories.jsonl")])


def test_a_replaced_article_is_found_in_its_old_form_until_the_new_one_is_indexed(folder: Path) -> None:
    stored(folder, map(story, range(4)))
    with Searcher(folder, WordEncoder()) as searcher, Archive(folder) as writer, writer.writing():
        writer.store.put(replacement(writer, 2, "zebra"))
        for options in (SearchOptions(), SearchOptions(languages=("en",)), SearchOptions(article_ids=("story-2",))):
            first = searcher.search("w2x1x3", options).passages[0]
            assert first.article.id == "story-2"
            assert "zebra" not in first.text
        writer.derived.catch_up()
        first = searcher.search("w2x1x3").passages[0]
        assert "zebra" in first.text


def test_a_deleted_article_is_found_by_nobody_from_then_on(place: Place) -> None:
    stored(place, map(story, range(4)))
    with Searcher(place, WordEncoder()) as searcher, Archive(place) as writer:
        with writer.writing():
            writer.store.put(replacement(writer, 2, "zebra"))  # neither it nor its earlier form
            assert writer.store.delete(["story-2"]) == 1
            assert searcher.search("w2x1x3").passages[0].article.id != "story-2"
        found = searcher.search("w2x1x3", SearchOptions(count=50)).passages
        assert {p.article.id for p in found} == {"story-0", "story-1", "story-3"}
        assert writer.store.rows("SELECT count(*) FROM articles") == [(3,)]
        assert writer.store.rows("SELECT count(*) FROM chunks") == [(9,)]


def test_what_was_retired_does_not_count_among_the_articles(place: Place) -> None:
    stored(place, map(story, range(4)))
    with Archive(place) as archive:
        [key] = archive.store.article_keys(["story-2"])
        archive.store.put(replacement(archive, 2, "zebra"))
        counts = archive.store.counts()
        assert (counts["articles"], counts["chunks"], counts["languages"]) == (4, 12, {"en": 4})
        assert [one.article.id for one in archive.store.each_article()] == ["story-0", "story-1", "story-3", "story-2"]
        assert archive.store.chunk_keys().tolist() == [*range(1, 7), *range(10, 16)]
        assert set(archive.store.articles_by_key([key])) == {key}
        assert (7, 9) in archive.store.chunk_ranges(Scope())
        assert key in archive.store.cluster_mates([key])


def test_after_a_crash_before_the_sweep_the_next_writer_sweeps(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(place, map(story, range(4)))
    with monkeypatch.context() as broken, Archive(place) as archive, archive.writing():
        broken.setattr("index.truth.store.Store.sweep", lambda *_: None)
        archive.store.put(replacement(archive, 2, "zebra"))
        archive.derived.catch_up()
        assert archive.store.rows("SELECT count(*) FROM articles WHERE retired > 0") == [(1,)]
        assert archive.derived.load().state.sequence == archive.store.sequence()
        assert verify(archive) == []
        before = seal(archive.store)
        broken.undo()
        archive.derived.catch_up()
        assert archive.store.rows("SELECT count(*) FROM articles WHERE retired > 0") == [(0,)]
        assert seal(archive.store) == before
        assert verify(archive) == []


def test_damage_in_what_was_retired_is_no_damage(folder: Path) -> None:
    stored(folder, map(story, range(4)))
    with Archive(folder) as archive:
        archive.store.put(replacement(archive, 2, "zebra"))
        altered(archive.store, update(encodings).where(encodings.c.chunk == 8).values(vector=bytes(128)))
        altered(archive.store, update(articles).where(articles.c.retired > 0).values(text="other"))
        altered(archive.store, delete(encodings).where(encodings.c.chunk == 9))
        assert archive.store.broken_encodings() == []
        with archive.writing():
            pass
        assert verify(archive) == []

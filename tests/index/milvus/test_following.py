"""The collection follows the truth: added, replaced, deleted; lost, lagging, of another time or another archive."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.archive import Archive
from index.documents import TermQuery
from index.errors import ArchiveError
from index.ingesting.ingest import ingest
from index.milvus import indexes as indexes_module
from index.milvus import steps as steps_module
from index.scope import Scope
from index.view import DerivedDamaged
from retrieval import Searcher
from tests.fakes import WordEncoder, draft, story
from tests.index.milvus.servers import Lite, add, delete, indexes, opened, same_legs, sound
from tests.losing import lose, remember

SAID = TermQuery(["report", "part"], [])


def answers(folder: Path, uri: str, question: str) -> list[str]:
    with opened(folder, uri) as (archive, _), Searcher(folder, WordEncoder()) as searcher:
        searcher.archive.derived = archive.derived
        return [passage.chunk_id for passage in searcher.search(question).passages]


def test_added_replaced_and_deleted_articles_are_followed(folder: Path, uri: str) -> None:
    add(folder, uri, map(story, range(12)))
    add(folder, uri, [story(2, "zebra"), story(4, "zebra"), story(30)])
    delete(folder, uri, ["story-7"])
    with opened(folder, uri) as (archive, remote):
        sound(archive, remote)
        same_legs(remote.load(), _embedded(archive, folder), SAID, archive.store.vectors(1, 1)[1][0])
    found = answers(folder, uri, "zebra")
    assert {chunk.split("#")[0] for chunk in found[:6]} == {"story-2", "story-4"}
    assert not [chunk for chunk in answers(folder, uri, "w7x1x3 tells of") if chunk.startswith("story-7")]


def _embedded(archive: Archive, folder: Path):
    """The indexes in files, made anew: Tantivy counts removed chunks, too, until it merges."""
    from index.embedded.derived import Derived

    files = Derived(folder / "compared", archive.store, 64)
    files.rebuild()
    return files.load()


def test_an_index_in_this_process_does_the_same(folder: Path, file_uri: str) -> None:
    add(folder, file_uri, map(story, range(5)))
    add(folder, file_uri, [story(2, "zebra")])
    with opened(folder, file_uri) as (archive, remote):
        sound(archive, remote)
        same_legs(remote.load(), _embedded(archive, folder), SAID, archive.store.vectors(1, 1)[1][0])
    assert answers(folder, file_uri, "zebra")[0].startswith("story-2")


def test_every_part_of_a_scope_limits_both_legs_alike(folder: Path, uri: str) -> None:
    sources = ['so:urce "x" \\', "dpa", "AP"]
    dates = ["2020-11-13", "2022-10", "2021", "XXXX-11-29"]
    add(
        folder,
        uri,
        [
            replace(story(n), language=("en", "de", "az")[n % 3], source=sources[n % 3], published_at=dates[n % 4])
            for n in range(15)
        ],
    )
    with opened(folder, uri) as (archive, remote):
        view, files = remote.load(), _embedded(archive, folder)
        vector = archive.store.vectors(5, 5)[1][0]
        day = archive.store.article("story-1").days[0]
        assert day is not None
        some = [
            Scope(languages=("de",)),
            Scope(languages=("de", "xx"), sources=tuple(sources)),
            Scope(sources=(sources[0],)),
            Scope(articles=(3, 4, 11)),
            Scope(after=_day(2022, 10, 15)),
            Scope(before=_day(2021, 3, 1)),
            Scope(after=_day(2020, 1, 1), before=_day(2020, 12, 31), languages=("en",)),
            Scope(languages=("xx",)),
        ]
        counts = []
        for scope in some:
            same_legs(view, files, SAID, vector, scope)
            counts.append(len(view.dense(vector, 100, scope)[0]))
        assert len(set(counts)) > 4
        assert counts[-1] == 0


def _day(*day: int):
    from datetime import date

    return date(*day)


def test_a_search_that_goes_on_still_finds_what_is_being_replaced(
    folder: Path, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(folder, uri, map(story, range(3)))
    with opened(folder, uri) as (archive, remote):
        before = remote.load()
        old = before.lexical(TermQuery(["w1x1x1"], []), 5)[0].tolist()
        assert old
        vector = archive.store.vectors(old[0], old[0])[1][0]
        add(folder, uri, [story(1, "zebra")])
        assert before.lexical(TermQuery(["w1x1x1"], []), 5)[0].tolist() == old
        assert before.lexical(TermQuery(["zebra"], []), 5)[0].tolist() == []
        now = remote.load()
        assert now.lexical(TermQuery(["zebra"], []), 5)[0].min() > before.state.last_chunk
        assert now.lexical(TermQuery(["w1x1x1"], []), 5)[0].min() > before.state.last_chunk
        assert not np.isin(old, now.dense(vector, 5)[0]).any()
        sound(archive, remote)
        monkeypatch.setattr(indexes_module, "GRACE", 0.0)
        add(folder, uri, [])
        rows = remote.server.keys(now.state.collection, now.state.last_chunk)
        assert not np.isin(old, rows).any()
        sound(archive, remote)


def test_rows_of_deleted_articles_go_at_once(folder: Path, uri: str) -> None:
    add(folder, uri, map(story, range(3)))
    delete(folder, uri, ["story-1"])
    with opened(folder, uri) as (archive, remote):
        state = sound(archive, remote)
        assert np.array_equal(remote.server.keys(state.collection, state.last_chunk), archive.store.chunk_keys())


def test_a_lost_collection_is_made_again(folder: Path, uri: str) -> None:
    add(folder, uri, map(story, range(6)))
    with opened(folder, uri) as (archive, remote):
        view = archive.view()
        wanted = view.lexical(SAID, 5)[0].tolist()
        remote.server.drop(view.state.collection)
        with pytest.raises(DerivedDamaged, match="gone"):
            view.lexical(SAID, 5)
        assert archive.view() is not view  # who met the loss has it mended
        assert archive.view().lexical(SAID, 5)[0].tolist() == wanted
        sound(archive, remote)


def test_a_lagging_collection_catches_up(folder: Path, uri: str, tmp_path: Path) -> None:
    add(folder, uri, map(story, range(6)))
    with Archive(folder) as archive, archive.writing():  # its indexes in files follow, Milvus does not
        ingest(archive, WordEncoder(), [story(2, "zebra"), story(9)])
        archive.store.delete(["story-4"])
    with opened(folder, uri) as (archive, remote):
        assert remote.load().state.sequence < archive.store.sequence()
        assert archive.view().state.sequence == archive.store.sequence()
        sound(archive, remote)


def test_a_rebuilt_index_is_another_collection_and_the_old_one_is_dropped(folder: Path, uri: str) -> None:
    add(folder, uri, map(story, range(4)))
    with opened(folder, uri) as (archive, remote):
        old = sound(archive, remote)
        with archive.writing():
            remote.rebuild()
        new = sound(archive, remote)
        assert new.collection != old.collection
        names = remote.server.collections()
        assert new.collection in names
        assert old.collection not in names
        assert archive.view().state == new
        remote.drop()
        assert new.collection not in remote.server.collections()


def test_a_large_archive_is_indexed_in_steps_that_nobody_sees(
    folder: Path, uri: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps_module, "STEP", 6)
    monkeypatch.setattr(steps_module, "TOGETHER", 4)
    with Archive.create(folder, WordEncoder(), model="words", chunk_tokens=30) as archive, archive.writing():
        ingest(archive, WordEncoder(), map(story, range(7)))
        ingest(archive, WordEncoder(), [story(3, "zebra"), *map(story, range(20, 23))])
    with opened(folder, uri) as (archive, remote):
        remote._begun(())
        with pytest.raises(DerivedDamaged, match="to be made"):
            remote.load()
        with archive.writing():
            state = remote.ledger.state()
        assert state is not None
        assert state.edition > 5
        sound(archive, remote)


def test_lengths_may_change_and_scores_stay_exact(folder: Path, uri: str) -> None:
    add(folder, uri, [draft(f"short-{n}", f"Wind and water number {n}.") for n in range(4)])
    add(folder, uri, map(story, range(8)))
    add(folder, uri, [draft(f"long-{n}", " ".join(f"v{n}y{at}" for at in range(28)) + " wind.") for n in range(20)])
    with opened(folder, uri) as (archive, remote):
        state = sound(archive, remote)
        assert len(state.pivots) > 1
        vector = archive.store.vectors(1, 1)[1][0]
        same_legs(remote.load(), _embedded(archive, folder), TermQuery(["wind", "water"], ["wind"]), vector)


def test_another_archive_with_the_same_prefix_is_refused(folder: Path, uri: str, tmp_path: Path) -> None:
    add(folder, uri, [story(0)])
    other = tmp_path / "other.zitat"
    with Archive.create(other, WordEncoder(), model="words", chunk_tokens=30) as archive, archive.writing():
        remote = indexes(archive, uri, "another_1")
        with pytest.raises(ArchiveError, match=r"belongs to archive thisone_1.*another prefix"):
            remote.catch_up()
        remote.close()


def test_the_next_generation_of_an_archive_stands_beside_the_first(folder: Path, uri: str, tmp_path: Path) -> None:
    add(folder, uri, map(story, range(3)))
    next_one = tmp_path / "archive-2"
    with Archive.create(next_one, WordEncoder(32), model="words", chunk_tokens=30) as archive, archive.writing():
        ingest(archive, WordEncoder(32), map(story, range(5)))
        second = indexes(archive, uri, "thisone_2")
        second.catch_up()
        new = sound(archive, second)
        second.close()
    with opened(folder, uri) as (archive, remote):
        old = sound(archive, remote)
        assert {old.collection, new.collection} <= set(remote.server.collections())
        remote.drop()
        assert old.collection not in remote.server.collections()


def test_a_copy_of_an_archive_gets_a_collection_of_its_own(folder: Path, uri: str, tmp_path: Path) -> None:
    add(folder, uri, map(story, range(3)))
    copied = tmp_path / "copy.zitat"
    shutil.copytree(folder, copied)
    add(folder, uri, [story(10, "zebra")])
    add(copied, uri, [story(20, "gnu")])
    add(folder, uri, [story(11, "zebra")])
    states = []
    for place in (folder, copied, folder):
        with opened(place, uri) as (archive, remote):
            archive.view()
            states.append(sound(archive, remote))
    assert len({state.collection for state in states}) == 2
    assert states[0] == states[2]


def test_a_truth_from_a_backup_is_indexed_anew(folder: Path, uri: str, tmp_path: Path) -> None:
    add(folder, uri, map(story, range(3)))
    shutil.copytree(folder, tmp_path / "backup")
    add(folder, uri, [story(10, "zebra")])
    add(folder, uri, [story(11, "zebra")])
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    add(folder, uri, [story(12, "gnu")])
    with opened(folder, uri) as (archive, remote):
        sound(archive, remote)
        found = remote.load().lexical(TermQuery(["zebra", "gnu"], []), 50)[0].tolist()
        article = archive.store.article("story-12")
        assert article is not None
        assert sorted(found) == [*range(article.first_chunk, article.last_chunk + 1)]


def test_a_reader_notices_that_what_it_has_loaded_was_lost(folder: Path, uri: str) -> None:
    add(folder, uri, map(story, range(4)))
    with opened(folder, uri) as (reader, _):
        remember(reader.store)
        add(folder, uri, [draft("lost", "walrus")])
        lost = reader.view().state
        lose(reader.store)
        add(folder, uri, [draft("found", "zebra")])
        found = reader.view().state
        assert (found.sequence, found.documents) == (lost.sequence, lost.documents)
        assert found != lost
    with opened(folder, uri) as (archive, remote):
        sound(archive, remote)
    assert answers(folder, uri, "zebra")[0].startswith("found")
    assert not [chunk for chunk in answers(folder, uri, "walrus") if chunk.startswith("lost")]


def test_a_server_that_is_not_there_is_said_plainly(folder: Path) -> None:
    with pytest.raises(ArchiveError) as refused:
        add(folder, "milvus://anna:secret@127.0.0.1:1/news", [story(0)])
    assert "milvus://127.0.0.1:1/news" in str(refused.value)
    assert "ZITAT_INDEX" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_server_that_goes_away_is_said_plainly_and_taken_up_again(folder: Path, tmp_path: Path) -> None:
    server = Lite(tmp_path / "data")
    uri = server.uri("news")
    add(folder, uri, map(story, range(3)))
    with opened(folder, uri) as (archive, remote):
        view = archive.view()
        server.kill()
        with pytest.raises(ArchiveError, match=r"127\.0\.0\.1"):
            view.lexical(SAID, 5)
        server.start()
        assert len(view.lexical(SAID, 5)[0]) == 5
        sound(archive, remote)
    server.stop()

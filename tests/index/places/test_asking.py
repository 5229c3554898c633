"""What a search asks of the truth before it begins: one question, over the network too, and nobody waits for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, event

from index.archive import Archive
from retrieval import Searcher
from tests.fakes import Place, WordEncoder, stored, story
from tests.postgres import Server


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to either engine."""
    sent: list[str] = []

    def note(_db: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_whether_the_indexes_are_current_is_one_question(place: Place) -> None:
    stored(place, map(story, range(3)))
    with Archive(place) as archive:
        archive.view()
        with statements() as sent:
            with archive.reading() as (view, manifest):
                pass
            assert archive.view() is view
        assert len(sent) == 2, sent
        assert manifest == archive.manifest


def test_a_search_asks_as_much_on_a_server_as_in_a_folder(folder: Path, postgres: Server) -> None:
    counted = []
    for place in (folder, postgres.new_database()):
        stored(place, map(story, range(3)))
        with Searcher(place, WordEncoder()) as searcher:
            searcher.search("report 2 part 3")
            with statements() as sent:
                assert searcher.search("report 2 part 3").passages
            counted.append(len(sent))
    assert counted[0] == counted[1]


def test_a_change_is_seen_by_the_next_question(place: Place) -> None:
    stored(place, [story(1)])
    with Archive(place) as archive:
        before = archive.view()
        stored(place, [story(2)])
        with archive.reading() as (view, _):
            assert view is not before
            assert view.state.sequence == view.store.sequence() == 2


def test_who_waits_for_a_server_holds_up_nobody_else(postgres: Server) -> None:
    stored(url := postgres.new_database(), [story(1)])
    with Archive(url) as archive:
        archive.view()
        with psycopg.connect(url) as db:
            db.execute("LOCK TABLE zitat.settings IN ACCESS EXCLUSIVE MODE")
            asking = threading.Thread(target=archive.view)
            asking.start()
            until_somebody_waits(postgres, url)
            assert archive._lock.acquire(blocking=False)
            archive._lock.release()
        asking.join(10)
        assert not asking.is_alive()


def until_somebody_waits(postgres: Server, url: str) -> None:
    """For a lock of the server's."""
    waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation IS NOT NULL"
    for _ in range(400):
        if postgres.run(waiting, url.rsplit("/", 1)[1]):
            return
        threading.Event().wait(0.025)
    pytest.fail("nobody asked")

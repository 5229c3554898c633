"""Articles sent to a service: kept before that is said, added once by whoever can, deleted for good."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from api.service import job_store, jobs
from api.service.job import Job
from api.service.job_places import jobs as table
from api.service.jobs import CLOSED, FULL, MOST_ATTEMPTS, WRITER, Jobs
from api.service.problems import Problem, StartingUp
from api.service.routes_writing import deleted
from index.archive import Archive
from index.encoders.encoder import EncodedPassage, Passage
from index.errors import ArchiveFull
from tests.api.service.served import record, until
from tests.fakes import Place, WordEncoder, stored, story

Start = Callable[..., Jobs]


@pytest.fixture
def archive(place: Place) -> Place:
    stored(place, [story(0)])
    return place


@pytest.fixture
def start() -> Iterator[Start]:
    """A worker's jobs, begun."""
    started: list[Jobs] = []

    def begin(archive: Place, encoder: WordEncoder | None = None) -> Jobs:
        used = encoder or WordEncoder()
        made = Jobs(archive, lambda: used)
        started.append(made)
        made.start()
        return made

    yield begin
    for one in started:
        one.stop()


def done(here: Jobs, *records: object) -> Job:
    """The job of these articles, at its end."""
    made = here.add(records)
    return until(lambda: here.job(made.id))


def ids(place: Place) -> list[str]:
    with Archive(place) as archive:
        return [stored.article.id for stored in archive.store.each_article()]


class SlowEncoder(WordEncoder):
    """Takes its time over each passage, and says when it has begun."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds, self.begun = seconds, threading.Event()

    def _encoded(self, passage: Passage) -> EncodedPassage:
        self.begun.set()
        time.sleep(self.seconds)
        return super()._encoded(passage)


def test_articles_are_added_changed_left_alone_and_rejected_each_with_its_number(archive: Place, start: Start) -> None:
    here = start(archive)
    done(here, record(1), record(2))
    sent = [record(1), record(2, "anew"), record(3), {"text": "..."}, {"text": 5}, {"id": "x"}, "a text", record(4)]
    sent[7]["titel"] = "misspelt"
    job = done(here, *sent)
    assert (job.state, job.added, job.changed, job.unchanged, job.rejected) == ("done", 1, 1, 1, 5)
    assert (job.articles, job.done, job.message) == (8, 8, None)
    assert [one.number for one in job.rejections] == [4, 5, 6, 7, 8]
    assert all(one.cure for one in job.rejections)
    said = [one.reason for one in job.rejections]
    assert "no letter" in said[0]
    assert said[1] == "text: input should be a valid string, not 5"
    assert said[2] == "text: field required"
    assert "'a text'" in said[3]
    assert "titel" in said[4]
    assert ids(archive)[0] == "story-0"
    assert set(ids(archive)) == {"story-0", "story-1", "story-2", "story-3"}


def test_what_an_archive_exported_comes_back_as_it_was(archive: Place, start: Start, folder: Path) -> None:
    with Archive(archive) as opened:
        kept = opened.store.article("story-0")
    assert kept
    a = kept.article
    said = {"id": a.id, "title": a.title, "text": a.text, "language": a.language, "published_at": a.published_at}
    said |= {"source": a.source, "author": a.author, "url": a.url, "content_hash": kept.content_hash}
    job = done(start(archive), said)
    assert (job.unchanged, job.rejected) == (1, 0)


def test_an_id_sent_twice_with_other_content_is_rejected_in_every_round(
    archive: Place, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ROUND", 1)  # a round takes one article more than the one before
    here = start(archive)
    job = done(here, record(1), record(2), record(1, "other"), record(3))
    assert (job.state, job.added, job.changed, job.unchanged, job.rejected) == ("done", 3, 0, 0, 1)
    assert [(one.number, "given before" in one.reason) for one in job.rejections] == [(3, True)]


def test_a_job_is_kept_before_anybody_runs_it_and_run_after_a_restart(archive: Place, start: Start) -> None:
    made = Jobs(archive, WordEncoder).add([record(1)])
    assert made.state == "queued"
    again = start(archive)
    assert until(lambda: again.job(made.id)).added == 1


def test_a_job_that_was_cut_off_counts_what_was_stored_before(
    archive: Place, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ROUND", 10_000)
    slow = SlowEncoder(0.01)
    first = start(archive, slow)
    made = first.add([record(number) for number in range(1, 60)])
    until(lambda: first.job(made.id), lambda job: job.added > 0)
    first.stop()
    stopped = first.job(made.id)
    assert stopped
    assert stopped.state == "queued"
    assert 0 < stopped.added < 59
    second = start(archive)
    job = until(lambda: second.job(made.id))
    assert (job.state, job.added, job.unchanged, job.done) == ("done", 59, 0, 59)


KILLED = """
import sys, time
from api.service import jobs
from index.places.location import place
from tests.api.service.served import FREE, served
from tests.fakes import WordEncoder

class Slow(WordEncoder):
    def _encoded(self, passage):
        time.sleep(0.01)
        return super()._encoded(passage)

jobs.ROUND = 5_000
here = jobs.Jobs(place(sys.argv[1]), Slow)
here.start()
time.sleep(60)
"""


def test_a_job_whose_worker_was_killed_is_finished_by_another(archive: Place, start: Start, python: list[str]) -> None:
    waiting = Jobs(archive, WordEncoder)
    made = waiting.add([record(number) for number in range(1, 60)])
    with subprocess.Popen([*python, "-c", KILLED, str(archive)]) as worker:
        try:
            until(lambda: waiting.job(made.id), lambda job: job.added > 0)
        finally:
            worker.kill()
    cut_off = waiting.job(made.id)
    assert cut_off
    assert cut_off.state == "running"
    other = start(archive)
    job = until(lambda: other.job(made.id))
    assert (job.state, job.done, job.rejected) == ("done", 59, 0)
    # What was stored but not yet counted when it was killed is found unchanged.
    assert job.added + job.unchanged == 59
    assert job.added >= cut_off.added
    assert sorted(ids(archive)) == sorted(f"story-{number}" for number in range(60))


def test_many_senders_and_workers_add_everything_once(archive: Place, start: Start) -> None:
    encoders = [WordEncoder(), WordEncoder()]
    workers = [start(archive, encoder) for encoder in encoders]
    made: list[str] = []

    def send(at: int) -> None:
        made.append(workers[at % 2].add([record(10 * at + n) for n in range(1, 6)]).id)

    threads = [threading.Thread(target=send, args=(at,)) for at in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [until(lambda one=one: workers[0].job(one)) for one in made]  # type: ignore[misc]
    assert [(job.state, job.added, job.unchanged, job.rejected) for job in told] == [("done", 5, 0, 0)] * 8
    assert len(ids(archive)) == 41
    seen = encoders[0].seen + encoders[1].seen
    assert len(seen) == len(set(seen))  # no passage was encoded twice


def test_a_job_waits_for_another_writer_and_says_so(archive: Place, start: Start) -> None:
    with Archive(archive) as other, other.writing():
        here = start(archive)
        made = here.add([record(1)])
        waiting = until(lambda: here.job(made.id), lambda job: job.message == WRITER)
        assert waiting.state == "queued"
    job = until(lambda: here.job(made.id))
    assert (job.state, job.added, job.message) == ("done", 1, None)


def test_a_job_waits_for_room_on_the_disk(archive: Place, start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    full = threading.Event()
    full.set()

    class FullDisk(WordEncoder):
        def _encoded(self, passage: Passage) -> EncodedPassage:
            if full.is_set():
                raise ArchiveFull("the disk is full")
            return super()._encoded(passage)

    monkeypatch.setattr(jobs, "LOOK_EVERY", 0.1)
    here = start(archive, FullDisk())
    made = here.add([record(1)])
    until(lambda: here.job(made.id), lambda job: job.message == FULL)
    full.clear()
    assert until(lambda: here.job(made.id)).added == 1


def test_a_job_waits_until_the_service_has_an_encoder(archive: Place) -> None:
    ready = threading.Event()

    def encoder() -> WordEncoder:
        if not ready.is_set():
            raise StartingUp
        return WordEncoder()

    here = Jobs(archive, encoder)
    made = here.add([record(1)])
    here.start()
    until(lambda: here.job(made.id), lambda job: job.message == CLOSED)
    ready.set()
    assert until(lambda: here.job(made.id)).added == 1
    here.stop()


def test_a_deletion_does_not_wait_for_a_long_job_to_end(
    archive: Place, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "ROUND", 20_000)
    slow = SlowEncoder(0.01)
    here = start(archive, slow)
    made = here.add([record(number) for number in range(1, 200)])
    assert slow.begun.wait(10)
    assert deleted(archive, "story-0")
    job = here.job(made.id)
    assert job
    assert not job.ended
    assert "story-0" not in ids(archive)


def test_a_job_that_ends_the_service_each_time_is_given_up(archive: Place, start: Start) -> None:
    here = Jobs(archive, WordEncoder)
    made = here.add([record(1)])
    here.store.save(made, MOST_ATTEMPTS)  # as a worker leaves it that was killed
    other = here.add([record(2)])
    here.start()
    assert "send fewer articles" in (until(lambda: here.job(made.id)).message or "")
    assert until(lambda: here.job(other.id)).added == 1
    here.stop()


def test_a_fault_of_the_encoder_fails_the_job_without_its_details_and_not_the_next(
    archive: Place, start: Start
) -> None:
    class Broken(WordEncoder):
        def _encoded(self, passage: Passage) -> EncodedPassage:
            if "poison" in passage.text:
                raise RuntimeError("secret path")
            return super()._encoded(passage)

    here = start(archive, Broken())
    bad, good = here.add([record(1, "poison")]), here.add([record(2)])
    failed = until(lambda: here.job(bad.id))
    assert failed.state == "failed"
    assert failed.message
    assert "secret" not in failed.message
    assert until(lambda: here.job(good.id)).added == 1


def test_too_many_jobs_are_refused_with_a_time_to_come_again(archive: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "MOST_UNENDED", 2)
    here = Jobs(archive, WordEncoder)
    here.add([record(1)])
    here.add([record(2)])
    with pytest.raises(Problem) as refused:
        here.add([record(3)])
    assert refused.value.status == 429
    assert refused.value.headers["Retry-After"]


def test_articles_that_cannot_be_kept_are_not_acknowledged(folder: Path) -> None:
    stored(folder, [])
    (folder / "jobs").write_text("in the way")
    with pytest.raises(Problem) as refused:
        Jobs(folder, WordEncoder).add([record(1)])
    assert refused.value.status == 507


def test_ended_jobs_are_forgotten_in_time_and_keep_no_articles(
    archive: Place, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = start(archive)
    first = done(here, record(1))
    with here.store._place.reading() as db:
        assert db is not None
        assert db.execute(select(table.c.payload)).all() == [(None,)]
    monkeypatch.setattr(job_store, "KEPT", 1)
    second = done(here, record(2))
    here.stop()
    assert here.job(first.id) is None
    assert here.job(second.id) == second
    assert here.job("never") is None


EARLIER = """
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, ended TEXT,
    attempts INTEGER NOT NULL DEFAULT 0, told TEXT NOT NULL, payload TEXT)
"""


def test_jobs_that_an_earlier_version_left_in_a_folder_are_run(folder: Path, start: Start) -> None:
    stored(folder, [story(0)])
    (folder / "jobs").mkdir()
    with closing(sqlite3.connect(folder / "jobs" / "jobs.sqlite")) as db, db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(EARLIER)
        told = {"id": "left", "state": "queued", "created": "2026-01-01T00:00:00+00:00", "articles": 1}
        told |= {"rejections": [], "notes": []}
        insert = "INSERT INTO jobs (id, told, payload) VALUES (?, ?, ?)"
        db.execute(insert, ("left", json.dumps(told), json.dumps([record(1)])))
    here = start(folder)
    assert until(lambda: here.job("left")).added == 1
    assert done(here, record(2)).added == 1

"""Jobs run: articles that were sent go into the archive, one job after the other, in exactly one process.

Every worker, on every host, has a thread that looks for jobs; the one that holds the lock for it runs them. The lock is
let go when a worker dies, or its host vanishes, and another takes the job up again. A job is run in rounds of a few
seconds, each a call of `ingest` from the first article on: what is stored already is recognised at once. Between rounds
the archive's write lock is free, so that a deletion, or `zitat ingest`, need not wait for a long job to end.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from api.service.job import Job, Remark
from api.service.job_store import JobStore, Waiting, ended, now
from api.service.problems import Problem, logged
from api.service.submitted import draft_of
from index.archive import Archive
from index.article import Draft, Rejection
from index.encoders.encoder import Encoder
from index.errors import ArchiveFull, ArchiveLocked, ArchiveUnreachable
from index.ingesting.ingest import Summary, ingest

ROUND = 100_000  # characters of new articles in a round: a few seconds of work
PAUSE = 0.2  # seconds between rounds, for others to take the write lock
LOOK_EVERY = 2.0  # seconds between looks for jobs that another worker left behind
MOST_ATTEMPTS = 3
MOST_UNENDED = 100
WRITER = "another process is writing to the archive; the job goes on when that lets go"
CLOSED = "the service has not opened the archive yet"
FULL = "the disk is full; the job goes on when there is room"
LOST = "the server of the archive, or of its index, does not answer; the job goes on when it does"

log = logging.getLogger("zitat.service")


class Jobs:
    """The jobs of an archive. `encoder` gives the one to use, and raises Problem while there is none."""

    def __init__(self, archive: Path | str, encoder: Callable[[], Encoder]) -> None:
        self.store = JobStore(archive)
        self._archive, self._encoder = archive, encoder
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._look, name="jobs", daemon=True)
        self._cut_off: str | None = None  # the job that this process ran when it lost the archive's server

    def start(self) -> None:
        """Begin to look for jobs; some may be left from before."""
        self._thread.start()

    def stop(self) -> None:
        """Put off what runs, once the articles it has begun are stored; the next start goes on with it."""
        self._stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self.store.close()

    def add(self, records: Sequence[Any]) -> Job:
        """Take articles to be added; raises Problem when they cannot be kept for that."""
        try:
            if self.store.unended() >= MOST_UNENDED:
                detail = f"{MOST_UNENDED} jobs wait already"
                raise Problem(429, "Too many jobs", detail, "send more when some have ended", {"Retry-After": "10"})
            job = self.store.add(records)
        except (OSError, SQLAlchemyError) as error:
            log.error("a job cannot be stored", exc_info=error)
            cure = "tell whoever runs this service: the archive's folder cannot be written to, or its disk is full"
            raise Problem(507, "Not stored", "the articles could not be kept", cure) from None
        self._wake.set()
        return job

    def job(self, job_id: str) -> Job | None:
        """One job, whichever worker runs it."""
        return self.store.job(job_id)

    def _look(self) -> None:
        while not self._stopping.is_set():
            try:
                if self.store.next():
                    self._run_all()
            except ArchiveUnreachable as error:
                log.warning("jobs wait for the archive's server: %s", error)
            except Exception as error:  # a full disk, for instance: the thread must outlive it
                log.error("jobs cannot be run", exc_info=error)
            self._wake.wait(LOOK_EVERY)
            self._wake.clear()

    def _run_all(self) -> None:
        """Run what waits, unless another worker does."""
        with self.store.running() as mine:
            while mine and not self._stopping.is_set() and (waiting := self.store.next()):
                self._run(waiting.job, self._attempt(waiting))
        if not mine:  # the other may just have seen that nothing waits: look again soon
            self._stopping.wait(PAUSE)
            self._wake.set()

    def _attempt(self, waiting: Waiting) -> int:
        """Which one it is; what ended with the connection to the server goes on, where nobody else took it up."""
        goes_on, self._cut_off = waiting.job.id == self._cut_off, None
        return max(1, waiting.attempts) if goes_on else waiting.attempts + 1

    def _run(self, job: Job, attempt: int) -> None:
        """Run one job to its end, or until the service stops."""
        if attempt > MOST_ATTEMPTS:
            message = f"the service ended {MOST_ATTEMPTS} times while it ran this job: send fewer articles at once"
            self.store.save(ended(job, "failed", message), attempt)
            return
        job = replace(job, state="running", started=job.started or now())
        self.store.save(job, attempt)
        running = _Running(job, self.store.records(job.id), attempt, self._stopping, self.store)
        try:
            with Archive(self._archive) as archive:
                while not (self._stopping.is_set() or running.complete):
                    self._round(running, archive)
        except ArchiveUnreachable:  # whoever reaches it first goes on
            self._cut_off = job.id
            running.wait_for(LOST)
            raise
        except Exception as error:
            problem = logged(error)
            self.store.save(ended(running.job, "failed", f"{problem.detail}: {problem.cure}"), attempt)
            return
        last = running.job
        self.store.save(ended(last, "done") if running.complete else replace(last, state="queued"), 0)
        self.store.prune()

    def _round(self, running: _Running, archive: Archive) -> None:
        """Add what can be added in a few seconds; wait where nothing can be."""
        try:
            encoder = self._encoder()
        except Problem:
            running.wait_for(CLOSED)
            self._stopping.wait(PAUSE)
            return
        try:
            with archive.writing(wait=1):
                if encoder.fingerprint != archive.manifest.encoder:  # re-embedded while the service runs
                    encoder = archive.own_encoder()
                running.round(archive, encoder)
        except ArchiveLocked:
            running.wait_for(WRITER)
        except ArchiveFull:
            running.wait_for(FULL)
            self._stopping.wait(LOOK_EVERY)
        self._stopping.wait(PAUSE)


@dataclass
class _Running:
    """A job that runs: what it counts, kept over rounds."""

    job: Job
    records: list[Any]
    attempt: int
    stopping: threading.Event
    store: JobStore
    complete: bool = False

    def round(self, archive: Archive, encoder: Encoder) -> None:
        """One call of `ingest` over the articles, ended early when it has taken enough new ones."""
        before, taken, all_taken = self.job, 0, False

        def drafts() -> Iterator[Draft | Rejection]:
            nonlocal taken, all_taken
            for number, record in enumerate(self.records, 1):
                draft = draft_of(number, record)
                if number > before.done:
                    if taken and (taken >= ROUND or self.stopping.is_set()):
                        return
                    taken += len(draft.text) if isinstance(draft, Draft) else 1
                yield draft
            all_taken = True

        summary = ingest(archive, encoder, drafts(), lambda summary: self._tell(before, summary))
        self._tell(before, summary)
        self.complete = all_taken

    def wait_for(self, message: str) -> None:
        """Say why nothing happens."""
        if self.job.message != message:
            self.job = replace(self.job, state="queued", message=message)
            self.store.save(self.job, 0)  # nothing was begun that could have ended the service

    def _tell(self, before: Job, summary: Summary) -> None:
        """Store how far it is. What earlier rounds added or changed is found unchanged in this one."""
        known = before.added + before.changed
        rejections = _joined(before.rejections, summary.rejected)
        self.job = replace(
            before,
            state="running",
            message=None,
            done=max(before.done, summary.seen),
            added=before.added + summary.added,
            changed=before.changed + summary.changed,
            unchanged=max(before.unchanged, summary.unchanged - known),
            rejected=len(rejections),
            rejections=rejections,
            notes=_joined(before.notes, summary.notes),
        )
        self.store.save(self.job, self.attempt)


def _joined(known: tuple[Remark, ...], seen: Sequence[Rejection]) -> tuple[Remark, ...]:
    """The remarks of earlier rounds and of this one, each once, in the articles' order."""
    both = {*known, *(Remark(one.record, one.reason, one.cure) for one in list(seen))}
    return tuple(sorted(both, key=lambda one: (one.number, one.reason)))

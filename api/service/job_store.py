"""The jobs of an archive, which every worker of every service over it reads and writes.

What was sent is stored, and synced, before its sender is told so; it is kept until the job has ended.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, func, insert, or_, select, update

from api.service.job import Job, Remark
from api.service.job_places import job_place, jobs

KEPT_DAYS, KEPT = 7, 1_000  # ended jobs that are still told about
_j = jobs.c
_UNENDED = _j.ended.is_(None)
_TAKEN = (_j.id, _j.ended, _j.attempts, _j.told, _j.payload)  # by another archive, which numbers them anew


class Waiting(NamedTuple):
    """A job that has not ended; `attempts` were begun and neither ended nor put off."""

    job: Job
    attempts: int


class JobStore:
    """The jobs of the archive in a folder or on a server; nothing is opened before the first look."""

    def __init__(self, archive: Path | str) -> None:
        self._place = job_place(archive)

    @contextmanager
    def running(self) -> Iterator[bool]:
        """Have the right to run jobs; False where another process, on whichever host, has it."""
        with self._place.running() as mine:
            yield mine

    def close(self) -> None:
        """Let go of what is open."""
        self._place.close()

    def add(self, records: Sequence[Any]) -> Job:
        """Store what was sent; when this returns, nothing can lose it."""
        job = Job(secrets.token_hex(8), "queued", now(), len(records))
        with self._place.adding() as db:
            db.execute(insert(jobs).values(id=job.id, told=_told(job), payload=json.dumps(records)))
        return job

    def job(self, job_id: str) -> Job | None:
        """One job by its id."""
        found = self._rows(select(_j.told).where(_j.id == job_id))
        return _job(found[0][0]) if found else None

    def unended(self) -> int:
        """How many jobs have not ended."""
        found = self._rows(select(func.count()).select_from(jobs).where(_UNENDED))
        return int(found[0][0]) if found else 0

    def next(self) -> Waiting | None:
        """The oldest job that has not ended."""
        found = self._rows(select(_j.told, _j.attempts).where(_UNENDED).order_by(_j.number).limit(1))
        return Waiting(_job(found[0][0]), found[0][1]) if found else None

    def records(self, job_id: str) -> list[Any]:
        """The articles of a job that has not ended."""
        records: list[Any] = json.loads(self._rows(select(_j.payload).where(_j.id == job_id))[0][0])
        return records

    def save(self, job: Job, attempts: int) -> None:
        """Store what became of a job, as the one who runs it; the articles of one that has ended are let go."""
        kept: dict[str, Any] = {"told": _told(job), "attempts": attempts}
        if job.ended:
            kept |= {"ended": job.finished, "payload": None}
        with self._place.telling() as db:
            db.execute(update(jobs).where(_j.id == job.id).values(kept))

    def take_over(self, other: JobStore) -> int:
        """Add the jobs of another archive in their order, those that are not here yet; returns how many have not ended.

        A job that was being run when its service stopped goes on here where it was.
        """
        theirs = other._rows(select(*_TAKEN).order_by(_j.number))
        here = self.ids()
        if new := [row._asdict() for row in theirs if row.id not in here]:
            with self._place.adding() as db:
                db.execute(insert(jobs), new)
        return sum(row.ended is None for row in theirs)

    def ids(self) -> set[str]:
        """Those of all jobs."""
        return {job_id for (job_id,) in self._rows(select(_j.id))}

    def prune(self) -> None:
        """Forget jobs that ended long ago, or before many others."""
        before = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
        newest = select(_j.number).where(~_UNENDED).order_by(_j.number.desc()).limit(KEPT)
        with self._place.telling() as db:
            db.execute(delete(jobs).where(~_UNENDED, or_(_j.ended < before, _j.number.not_in(newest))))

    def _rows(self, query: Select[Any]) -> Sequence[Any]:
        with self._place.reading() as db:
            return db.execute(query).all() if db is not None else ()


def now() -> str:
    """The time, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def ended(job: Job, state: str, message: str | None = None) -> Job:
    """The job as it ends now."""
    return replace(job, state=state, finished=now(), message=message)  # type: ignore[arg-type]


def _told(job: Job) -> str:
    return json.dumps(asdict(job))


def _job(told: str) -> Job:
    known = {field.name for field in fields(Job)}
    said = {name: value for name, value in json.loads(told).items() if name in known}
    remarks = {name: tuple(Remark(**one) for one in said[name]) for name in ("rejections", "notes")}
    return Job(**(said | remarks))

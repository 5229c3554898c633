"""The jobs of an archive on disk, in a SQLite file that every worker of every service reads and writes.

What was sent is stored, and synced, before its sender is told so; it is kept until the job has ended.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock

from api.service.job import Job, Remark

FILE = "jobs.sqlite"
KEPT_DAYS, KEPT = 7, 1_000  # ended jobs that are still told about
_TABLE = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT UNIQUE NOT NULL,
    ended TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    told TEXT NOT NULL,
    payload TEXT)
"""


class Waiting(NamedTuple):
    """A job that has not ended; `attempts` were begun and neither ended nor put off."""

    job: Job
    attempts: int


class JobStore:
    """The jobs in a folder, which is made with the first one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, records: Sequence[Any]) -> Job:
        """Store what was sent; when this returns, nothing can lose it."""
        self._create()
        job = Job(secrets.token_hex(8), "queued", now(), len(records))
        with self._open() as db:
            insert = "INSERT INTO jobs (id, told, payload) VALUES (?, ?, ?)"
            db.execute(insert, (job.id, _told(job), json.dumps(records)))
        return job

    def job(self, job_id: str) -> Job | None:
        """One job by its id."""
        found = self._rows("SELECT told FROM jobs WHERE id = ?", (job_id,))
        return _job(found[0][0]) if found else None

    def unended(self) -> int:
        """How many jobs have not ended."""
        found = self._rows("SELECT count(*) FROM jobs WHERE ended IS NULL")
        return int(found[0][0]) if found else 0

    def next(self) -> Waiting | None:
        """The oldest job that has not ended."""
        found = self._rows("SELECT told, attempts FROM jobs WHERE ended IS NULL ORDER BY number LIMIT 1")
        return Waiting(_job(found[0][0]), found[0][1]) if found else None

    def records(self, job_id: str) -> list[Any]:
        """The articles of a job that has not ended."""
        records: list[Any] = json.loads(self._rows("SELECT payload FROM jobs WHERE id = ?", (job_id,))[0][0])
        return records

    def save(self, job: Job, attempts: int) -> None:
        """Store what became of a job; the articles of one that has ended are let go."""
        ended = job.finished if job.ended else None
        update = "UPDATE jobs SET told = ?, attempts = ?, ended = ?"
        update += ", payload = NULL WHERE id = ?" if ended else " WHERE id = ?"
        with self._open() as db:
            db.execute(update, (_told(job), attempts, ended, job.id))

    def prune(self) -> None:
        """Forget jobs that ended long ago, or before many others."""
        before = (datetime.now(UTC) - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
        newest = "SELECT number FROM jobs WHERE ended IS NOT NULL ORDER BY number DESC LIMIT ?"
        with self._open() as db:
            db.execute(
                f"DELETE FROM jobs WHERE ended IS NOT NULL AND (ended < ? OR number NOT IN ({newest}))", (before, KEPT)
            )

    def _create(self) -> None:
        """Make the file, where there is none: nobody sees it before it is whole."""
        self.folder.mkdir(exist_ok=True)
        with FileLock(self.folder / "create.lock"):
            if (self.folder / FILE).exists():
                return
            new = self.folder / f"{FILE}.new"
            for suffix in ("", "-wal", "-shm"):
                new.with_name(new.name + suffix).unlink(missing_ok=True)
            with closing(sqlite3.connect(new)) as db:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute(_TABLE)
            os.replace(new, self.folder / FILE)

    def _rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        if not (self.folder / FILE).exists():
            return []
        with self._open() as db:
            return db.execute(query, parameters).fetchall()

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one use, as jobs are rare, and threads and processes many."""
        with closing(sqlite3.connect(self.folder / FILE, timeout=30)) as db:
            db.execute("PRAGMA synchronous = FULL")
            with db:
                yield db


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

"""Where jobs are kept: in a SQLite file in the archive's folder, or in a table beside an archive on a server.

Either way every worker of every service over the archive sees the same jobs, and one of them at a time may run them.
"""

from __future__ import annotations

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Protocol

from filelock import FileLock, Timeout
from sqlalchemy import Column, Connection, Integer, MetaData, NullPool, Table, create_engine, inspect, text

from index.errors import ArchiveReadOnly
from index.places.location import is_address
from index.truth.database import said_plainly
from index.truth.migrations import ARCHIVE
from index.truth.tables import Number, Words

FOLDER, FILE = "jobs", "jobs.sqlite"
SCHEMA = "zitat"  # where an archive on a server keeps what is not of its truth

# index/truth/migrations/archive/jobs.py makes it on a server; a test holds that both say the same.
jobs = Table(
    "jobs",
    MetaData(),
    Column("number", Number, primary_key=True),
    Column("id", Words, nullable=False, unique=True),
    Column("ended", Words),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("told", Words, nullable=False),
    Column("payload", Words),
    sqlite_autoincrement=True,
)


class JobPlace(Protocol):
    """One table of jobs, and the right to run them."""

    def reading(self) -> AbstractContextManager[Connection | None]:
        """To look at jobs; None where there has never been one."""

    def adding(self) -> AbstractContextManager[Connection]:
        """A transaction, in which anybody may add a job; the table is made with the first one."""

    def telling(self) -> AbstractContextManager[Connection]:
        """A transaction of whoever runs jobs; it fails where that right was lost meanwhile."""

    def running(self) -> AbstractContextManager[bool]:
        """Have the right to run jobs; False where another process has it. Who dies, or vanishes, loses it."""

    def close(self) -> None:
        """Let go of what is open."""


def job_place(archive: Path | str) -> JobPlace:
    """Where the jobs of an archive are."""
    return JobTable(str(archive)) if is_address(archive) else JobFile(Path(archive) / FOLDER)


class JobFile:
    """In a folder, which is made with the first job."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # A connection for one use, as jobs are rare, and threads and processes many.
        self._engine = create_engine("sqlite://", creator=self._connected, poolclass=NullPool)

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.folder / FILE, timeout=30)
        db.execute("PRAGMA synchronous = FULL")
        return db

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """Look at the file, if it is there."""
        if not (self.folder / FILE).exists():
            yield None
            return
        with self._engine.connect() as db:
            yield db

    @contextmanager
    def adding(self) -> Iterator[Connection]:
        """Write to the file."""
        self._make()
        with self._engine.begin() as db:
            yield db

    @contextmanager
    def telling(self) -> Iterator[Connection]:
        """Write to the file; the lock cannot be lost while the process lives."""
        with self._engine.begin() as db:
            yield db

    @contextmanager
    def running(self) -> Iterator[bool]:
        """Hold a lock of the system's, which lets go of it when the process dies."""
        lock = FileLock(self.folder / "run.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def close(self) -> None:
        """Nothing stays open."""

    def _make(self) -> None:
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
            engine = create_engine("sqlite://", creator=lambda: sqlite3.connect(new), poolclass=NullPool)
            jobs.create(engine)
            os.replace(new, self.folder / FILE)


class JobTable:
    """On a server. The right to run jobs is a lock that goes with its connection."""

    def __init__(self, url: str) -> None:
        from index.truth.postgres import JOBS, PostgresSchema, Session, parse_address

        address = parse_address(url)
        self._number, self._session = JOBS, Session(address, JOBS)
        self._engine = address.engine(SCHEMA)
        weakref.finalize(self, self._engine.dispose)  # where nobody closes it
        self._plain = self._engine.execution_options(**PostgresSchema.plain)
        self._where = PostgresSchema(address, SCHEMA, self._session)  # it knows the errors
        self._is_there = False

    @contextmanager
    def reading(self) -> Iterator[Connection | None]:
        """Look at the table, if it is there."""
        with said_plainly(self._where), self._plain.connect() as db:
            yield db if self._found(db) else None

    @contextmanager
    def adding(self) -> Iterator[Connection]:
        """Write to the table; archives of before there were jobs get it first."""
        with said_plainly(self._where), self._engine.begin() as db:
            if not self._found(db):
                db.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": self._number})
                ARCHIVE.upgrade(db)
            yield db

    @contextmanager
    def telling(self) -> Iterator[Connection]:
        """Write over the connection that has the lock: a host that was cut off cannot undo what the next one says."""
        with (
            said_plainly(self._where),
            self._session.transaction(SCHEMA) if self._session.holds else self._engine.begin() as db,
        ):
            yield db

    @contextmanager
    def running(self) -> Iterator[bool]:
        """Hold the lock; on a standby nobody can."""
        try:
            with said_plainly(self._where):
                taken = self._session.try_lock()
        except ArchiveReadOnly:
            taken = False
        try:
            yield taken
        finally:
            if taken:
                self._session.unlock()

    def close(self) -> None:
        """Close every connection."""
        self._session.close()
        self._engine.dispose()

    def _found(self, db: Connection) -> bool:
        self._is_there = self._is_there or inspect(db).has_table(jobs.name)
        return self._is_there

"""A SQLite file in WAL mode: one connection a thread, whole transactions, errors in plain words."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from index.errors import ArchiveDamaged, ArchiveError, ArchiveFull
from index.schema import FORMAT, SCHEMA

_DAMAGE = ("decode", "no such table", "no such column")  # the tables are made with the file, and stay
_DAMAGE_CODES = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NO_READING = (sqlite3.SQLITE_IOERR_READ, sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS)
_NO_WRITING = (
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_FSYNC,
    sqlite3.SQLITE_IOERR_DIR_FSYNC,
    sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_SHMOPEN,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_COMMIT_ATOMIC,
)


@contextmanager
def said_plainly(path: Path) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # Python's own errors have none
        if code & 0xFF == sqlite3.SQLITE_FULL or code in _NO_WRITING:
            raise ArchiveFull(f"writing {path} failed ({error}): free some disk space and run it again") from error
        said = code & 0xFF == sqlite3.SQLITE_ERROR and any(sign in str(error) for sign in _DAMAGE)
        if said or code in _NO_READING or code & 0xFF in _DAMAGE_CODES:
            raise damaged(path, str(error)) from error
        raise ArchiveError(f"{path}: {error}") from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # SQLite quotes what it finds in damaged tables
        raise damaged(path, str(error)) from error


def damaged(path: Path, what: str) -> ArchiveDamaged:
    """The error for a truth that cannot be trusted."""
    return ArchiveDamaged(
        f"{path} is damaged ({what}): restore it from a backup, or make a new archive by ingesting the articles again"
    )


class Database:
    """The file with the tables of the truth, opened or created."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        if not create and (not path.is_file() or path.stat().st_size == 0):
            raise damaged(path, "the file is missing or empty")
        self._mode = "rwc" if create else "rw" if os.access(path.parent, os.W_OK) else "ro"
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        with said_plainly(path):
            if create:
                self._create()
            version = self.db.execute("PRAGMA user_version").fetchone()[0]
        if version != FORMAT:
            raise ArchiveError(f"{path} has format {version}, this program reads {FORMAT}: ingest into a new archive")

    @property
    def db(self) -> sqlite3.Connection:
        """One connection a thread: SQLite's connections are not shared between legs that run in parallel."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None or (self._local.immutable and self._has_log()):
            # On a read-only medium SQLite can't make the files it shares with a writer; where there is no writer, it
            # need not.
            self._local.immutable = self._mode == "ro" and not self._has_log()
            options = f"mode={self._mode}&immutable={int(self._local.immutable)}"
            name = f"{self.path.absolute().as_uri()}?{options}"
            db = sqlite3.connect(name, uri=True, timeout=30, isolation_level=None, check_same_thread=False)
            self._local.db = db
            self._open.append(db)
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = FULL")
        return db

    def _has_log(self) -> bool:
        return self.path.with_name(self.path.name + "-wal").exists()

    def _create(self) -> None:
        self.db.execute("PRAGMA page_size = 8192")
        self.db.execute("PRAGMA journal_mode = WAL")
        with self.transaction():
            for statement in SCHEMA.split(";\n"):
                self.db.execute(statement)
            self.db.execute(f"PRAGMA user_version = {FORMAT}")

    def close(self) -> None:
        """Close every thread's connection."""
        for db in self._open:
            db.close()
        self._open.clear()
        self._local = threading.local()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written inside is stored together, or not at all."""
        with said_plainly(self.path):
            self.db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.db.execute("COMMIT")
            except BaseException:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside sees one state of the archive, whatever is written meanwhile."""
        with said_plainly(self.path):
            self.db.execute("BEGIN")
            try:
                yield
            finally:
                if self.db.in_transaction:
                    self.db.execute("ROLLBACK")

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        """The rows of a query; for this package's own use."""
        with said_plainly(self.path):
            return self.db.execute(query, parameters).fetchall()

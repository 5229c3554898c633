"""What is SQLite's own about a truth in a file: WAL, whole transactions, and its errors in plain words."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Connection, Engine, QueuePool, Table, create_engine, event, insert, literal_column
from sqlalchemy.exc import DisconnectionError

from index.errors import ArchiveDamaged, ArchiveError, ArchiveFull

FORMAT = 1
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
_CURE = "restore it from a backup, or make a new archive by ingesting the articles again"


class _Connection(sqlite3.Connection):
    immutable = False


class SqliteFile:
    """A file with the tables of the truth. One connection a thread at a time: legs run in parallel."""

    plain: ClassVar[dict[str, Any]] = {"begin": None}  # each statement by itself
    still: ClassVar[dict[str, Any]] = {"begin": "BEGIN"}  # all that is read is of one state

    is_standby: ClassVar[ColumnElement[Any]] = literal_column("0")
    may_write = True  # whoever may write the file; the lock is beside it

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = str(path)
        self.driver_errors: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError)
        self._mode = "rw" if os.access(path.parent, os.W_OK) else "ro"

    def engine(self) -> Engine:
        """As many connections as threads use at once."""
        engine = create_engine("sqlite://", creator=self._connected, poolclass=QueuePool, pool_size=0)
        event.listen(engine, "checkout", self._is_current)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """A transaction, stored whole when it ends without an error."""
        with engine.execution_options(begin="BEGIN IMMEDIATE").connect() as db, db.begin():
            yield db

    def prepare(self) -> None:
        """Make the file, for tables to be made in it."""
        db = sqlite3.connect(self.path)
        db.execute("PRAGMA page_size = 8192")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA user_version = {FORMAT}")
        db.close()

    def check_format(self, db: Connection) -> None:
        """Refuse what is no truth, or one of another format."""
        version = db.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version != FORMAT:
            cure = "ingest into a new archive"
            raise ArchiveError(f"{self.path} has format {version}, this program reads {FORMAT}: {cure}")

    def check_there(self) -> None:
        """Refuse a file that was lost, where one is expected."""
        if not self.path.is_file() or self.path.stat().st_size == 0:
            raise self.damaged("the file is missing or empty")

    def has_stamps(self, db: Connection) -> bool:
        """Whether the log has stamps."""
        return bool(db.exec_driver_sql("SELECT 1 FROM pragma_table_info('log') WHERE name = 'stamp'").all())

    def put(self, db: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Store rows as they are."""
        db.execute(insert(table), [dict(zip(names, row, strict=True)) for row in rows])

    def finish(self, _: Connection) -> None:
        """SQLite numbers new rows after all that have ever been there."""

    def integrity(self, db: Connection) -> list[str]:
        """What SQLite itself finds wrong."""
        return [said for (said,) in db.exec_driver_sql("PRAGMA integrity_check(20)") if said != "ok"]

    def damaged(self, what: str) -> ArchiveDamaged:
        """The error for a truth that cannot be trusted."""
        return ArchiveDamaged(f"{self.path} is damaged ({what}): {_CURE}")

    def explained(self, error: BaseException) -> ArchiveError:
        """One of SQLite's errors as ours."""
        if not isinstance(error, sqlite3.OperationalError):
            return self.damaged(str(error))  # SQLite quotes what it finds in damaged tables
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # Python's own errors have none
        if code & 0xFF == sqlite3.SQLITE_FULL or code in _NO_WRITING:
            return ArchiveFull(f"writing {self.path} failed ({error}): free some disk space and run it again")
        said = code & 0xFF == sqlite3.SQLITE_ERROR and any(sign in str(error) for sign in _DAMAGE)
        if said or code in _NO_READING or code & 0xFF in _DAMAGE_CODES:
            return self.damaged(str(error))
        return ArchiveError(f"{self.path}: {error}")

    def _connected(self) -> _Connection:
        # On a read-only medium SQLite can't make the files it shares with a writer; where there is no writer, it
        # need not.
        immutable = self._mode == "ro" and not self._has_log()
        name = f"{self.path.absolute().as_uri()}?mode={self._mode}&immutable={int(immutable)}"
        db = sqlite3.connect(
            name, uri=True, timeout=30, isolation_level=None, check_same_thread=False, factory=_Connection
        )
        db.immutable = immutable
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = FULL")
        return db

    def _has_log(self) -> bool:
        return self.path.with_name(self.path.name + "-wal").exists()

    def _is_current(self, db: _Connection, *_: object) -> None:
        """A file that was taken for immutable may have got a writer since."""
        if db.immutable and self._has_log():
            raise DisconnectionError("the file has a writer now")


def _begin(db: Connection) -> None:
    """Python's module leaves transactions to us."""
    if statement := db.get_execution_options().get("begin"):
        driver = db.connection.driver_connection
        assert driver is not None
        driver.execute(statement)

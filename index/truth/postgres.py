"""What is PostgreSQL's own about a truth in a schema of a database. The only file that knows psycopg."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Format
from sqlalchemy import Connection, Engine, create_engine, event, text

from index.errors import (
    ArchiveDamaged,
    ArchiveError,
    ArchiveFull,
    ArchiveLocked,
    ArchiveReadOnly,
    ArchiveUnreachable,
    BadInput,
)

LOCK = 0x5A_49_54_41_54  # the number of the advisory lock that the one writer holds
JOBS, KEYS = LOCK + 1, LOCK + 2  # those of who runs a service's jobs, and of who changes its keys
# Seconds for a server to take a connection, and for it to say that it got what was sent. An address may say otherwise.
_PATIENCE = {"connect_timeout": 5, "tcp_user_timeout": 4_000}
_PATIENCE |= {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
# A machine that vanished is noticed by the server, and its locks let go, within 15 s. What is compiled for a query pays
# only for reports.
_SESSION = "-c tcp_keepalives_idle=6 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3 -c tcp_user_timeout=15000"
_SESSION += " -c jit=off"
_SECRETS = re.compile(r"(?<=[?&])(?:password|sslpassword)=[^&]*&?")
_KEPT, _INNER = 8, 64  # connections kept open, and most besides


class _Cursor(psycopg.Cursor[Any]):
    """Results come in binary: codes would be twice as long as text."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.format = Format.BINARY


@dataclass(frozen=True)
class Address:
    """A PostgreSQL URL as libpq takes it, several hosts and options included; `name` is it without its secrets."""

    url: str
    name: str

    def engine(self, schema: str) -> Engine:
        """Connections that find tables in a schema."""
        given = conninfo_to_dict(self.url)
        more: dict[str, Any] = {name: value for name, value in _PATIENCE.items() if name not in given}
        more["options"] = f"{_SESSION} {given.get('options', '')} -c search_path={schema}"
        more |= {"fallback_application_name": "zitat", "cursor_factory": _Cursor}
        engine = create_engine(
            "postgresql+psycopg://", pool_size=_KEPT, max_overflow=_INNER, pool_pre_ping=True, pool_use_lifo=True
        )

        @event.listens_for(engine, "do_connect")
        def _(_dialect: object, _record: object, _given: object, adapted: dict[str, Any]) -> psycopg.Connection[Any]:
            db = psycopg.connect(self.url, **more, **adapted)
            if (encoding := db.info.parameter_status("server_encoding")) != "UTF8":
                db.close()
                raise BadInput(f"{self.name} is encoded in {encoding}", "make the database with createdb -E UTF8")
            return db

        return engine


def parse_address(given: str) -> Address:
    """The address of a database; raises BadInput, which does not repeat it, as a password may be in it."""
    scheme, _, rest = given.partition("://")
    url = f"postgresql://{rest}"
    name = _SECRETS.sub("", re.sub(r"^([^/@?]*?):[^/@]*@", r"\1@", rest)).rstrip("?&")
    try:
        known = scheme.partition("+")[0] in ("postgresql", "postgres")
        database = str(conninfo_to_dict(url).get("dbname") or "")
        if not known or not database or "@" in database:  # behind a password with a slash in it
            raise psycopg.ProgrammingError("no database is named")
    except psycopg.Error:
        cure = "write it as postgresql://user@host:port/database, special characters of a password as %40 and so on"
        raise BadInput("the archive's address cannot be read", cure) from None
    return Address(url, f"postgresql://{name}")


class Session:
    """The one connection that holds a lock, the write lock unless another number is given.

    What is written goes over it, so that nothing is written without the lock.
    """

    def __init__(self, address: Address, number: int = LOCK) -> None:
        self._address, self._number = address, number
        self._engine = address.engine("pg_catalog")
        self._one_at_a_time = threading.RLock()
        self._db: Connection | None = None

    @property
    def holds(self) -> bool:
        """Whether this process has the lock, as far as it knows."""
        return self._db is not None

    def try_lock(self) -> bool:
        """Take the lock if nobody has it, this process included."""
        if self._db is not None:
            return False
        db = self._engine.connect()
        try:
            if db.scalar(text("SELECT pg_is_in_recovery()")):
                raise standby(self._address.name)
            if not db.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": self._number}):
                db.close()
                return False
            db.commit()  # the lock stays until the connection goes
        except BaseException:
            db.close()
            raise
        self._db = db
        return True

    def unlock(self) -> None:
        """Let the lock go, with the connection."""
        db, self._db = self._db, None
        if db is not None:
            db.invalidate()
            db.close()

    @contextmanager
    def transaction(self, schema: str) -> Iterator[Connection]:
        """Write to a schema as the holder of the lock."""
        with self._one_at_a_time:
            db = self._db
            if db is None or db.invalidated:
                raise lost(self._address.name, "the lock went with it")
            with db.begin():
                db.execute(text(f"SET LOCAL search_path TO {schema}"))
                yield db

    def close(self) -> None:
        """Let everything go."""
        self.unlock()
        self._engine.dispose()


class PostgresSchema:
    """A schema with the tables of the truth."""

    plain: ClassVar[dict[str, Any]] = {"isolation_level": "AUTOCOMMIT"}  # each statement by itself
    still: ClassVar[dict[str, Any]] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    driver_errors: ClassVar[tuple[type[Exception], ...]] = (psycopg.Error,)

    def __init__(self, address: Address, schema: str, session: Session) -> None:
        self.address, self.schema, self._session = address, schema, session
        self.name = address.name

    def engine(self) -> Engine:
        """Connections to this schema."""
        return self.address.engine(self.schema)

    @property
    def may_write(self) -> bool:
        """Whether this process holds the write lock: only then it tidies up."""
        return self._session.holds

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """A transaction over the connection that holds the lock; without one, the lock is held as long as it lasts."""
        if self._session.holds:
            with self._session.transaction(self.schema) as db:
                yield db
            return
        with engine.connect() as db, db.begin():
            db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            yield db

    def prepare(self) -> None:
        """Make the schema, empty, for tables to be made in it."""
        engine = self.engine()
        with self.writing(engine) as db:
            db.execute(text(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE"))
            db.execute(text(f"CREATE SCHEMA {self.schema}"))
        engine.dispose()

    def check_there(self) -> None:
        """Nothing can be said before something is asked."""

    def check_format(self, db: Connection) -> None:
        """Refuse a schema whose tables were lost."""
        db.execute(text("SELECT 1 FROM log LIMIT 1"))

    def count_on(self, db: Connection) -> None:
        """Number new rows after those that were put in with their numbers."""
        for table, column in (("articles", "key"), ("versions", "rowid"), ("log", "sequence")):
            sequence = f"pg_get_serial_sequence('{self.schema}.{table}', '{column}')"
            db.execute(text(f"SELECT setval({sequence}, max({column})) FROM {table}"))

    def integrity(self, _: Connection) -> list[str]:
        """What PostgreSQL finds wrong by itself, it says whenever it reads: its pages have checksums."""
        return []

    def damaged(self, what: str) -> ArchiveDamaged:
        """The error for a truth that cannot be trusted."""
        cure = "restore it from a backup, or make a new archive by ingesting the articles again"
        return ArchiveDamaged(f"{self.name} is damaged ({what}): {cure}")

    def explained(self, error: BaseException) -> ArchiveError:
        """One of PostgreSQL's errors as ours."""
        return explained(self.name, error) or self.damaged(_first_line(error))


def explained(name: str, error: BaseException) -> ArchiveError | None:
    """An error of PostgreSQL as ours; None where tables or pages are damaged."""
    state, said = getattr(error, "sqlstate", None) or "", _first_line(error)
    if state in ("XX001", "XX002", "42P01", "42703", "3F000"):  # the tables are made with the archive, and stay
        return None
    if state == "53100":
        cure = "free some disk space and run it again; what was reported as stored is safe"
        return ArchiveFull(f"the disk of {name} is full ({said}): {cure}")
    if state == "25006":
        return standby(name)
    if state == "55P03":
        return ArchiveLocked(f"{name} is locked ({said}): let the process that writes to it finish")
    if state[:2] in ("08", "57") or (not state and isinstance(error, psycopg.OperationalError)):
        return lost(name, said)
    return ArchiveError(f"{name}: {said}")


def lost(name: str, said: str) -> ArchiveUnreachable:
    """The error for a server that is not, or no longer, there."""
    cure = "see that the server runs, and run it again; what was reported as stored is safe"
    return ArchiveUnreachable(f"{name} does not answer ({said}): {cure}")


def standby(name: str) -> ArchiveReadOnly:
    """The error for a server that may be read only."""
    cure = "give the address of the primary, or of all servers with ?target_session_attrs=read-write"
    return ArchiveReadOnly(f"{name} is a standby, which takes no writes: {cure}")


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]

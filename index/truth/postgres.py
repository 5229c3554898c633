"""What is PostgreSQL's own about a truth in a schema of a database: connections, the lock, COPY."""

from __future__ import annotations

import logging
import re
import selectors
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Format, TransactionStatus
from sqlalchemy import ColumnElement, Connection, Engine, Table, create_engine, event, func, text
from sqlalchemy.exc import InvalidatePoolError

from index.errors import ArchiveDamaged, ArchiveError, BadInput
from index.truth.postgres_errors import explained, first_line, lost, standby

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

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
TRUSTED_FOR = 1.0  # seconds after which a connection that was not used is asked whether it is still there


class _Cursor(psycopg.Cursor[Any]):
    """Results come in binary: codes would be twice as long as text. The first statement is sent along with BEGIN."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.format = Format.BINARY

    def execute(self, *arguments: Any, **named: Any) -> _Cursor:
        """Run a statement."""
        db = self.connection
        if db.autocommit or db.info.transaction_status != TransactionStatus.IDLE or not psycopg.Pipeline.is_supported():
            return super().execute(*arguments, **named)
        with db.pipeline():
            return super().execute(*arguments, **named)


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
        engine = create_engine("postgresql+psycopg://", pool_size=_KEPT, max_overflow=_INNER, pool_use_lifo=True)
        _look_after(engine)
        logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # what it logs, it also raises

        @event.listens_for(engine, "do_connect")
        def _(_dialect: object, _record: object, _given: object, adapted: dict[str, Any]) -> psycopg.Connection[Any]:
            db = psycopg.connect(self.url, **more, **adapted)
            if (encoding := db.info.parameter_status("server_encoding")) != "UTF8":
                db.close()
                raise BadInput(f"{self.name} is encoded in {encoding}", "make the database with createdb -E UTF8")
            return db

        return engine


def _look_after(engine: Engine) -> None:
    """Take from the pool only connections that are there; one that was just in use is not asked, but looked at."""

    def used(_: psycopg.Connection[Any], record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    def look(db: psycopg.Connection[Any], record: ConnectionPoolEntry, _: object) -> None:
        try:
            if time.monotonic() - record.info["used"] > TRUSTED_FOR or _has_news(db):
                engine.dialect.do_ping(cast("DBAPIConnection", db))
        except psycopg.Error as error:
            raise InvalidatePoolError(str(error)) from error

    event.listen(engine, "connect", used)
    event.listen(engine, "checkin", used)
    event.listen(engine, "checkout", look)


def _has_news(db: psycopg.Connection[Any]) -> bool:
    """Whether something came that nobody asked for: as a rule the server's farewell."""
    with selectors.DefaultSelector() as came:
        came.register(db.fileno(), selectors.EVENT_READ)
        return bool(came.select(0))


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
    is_standby: ClassVar[ColumnElement[Any]] = func.pg_is_in_recovery()

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

    def has_stamps(self, db: Connection) -> bool:
        """Whether the log has stamps."""
        query = "SELECT 1 FROM pg_attribute WHERE attrelid = 'log'::regclass AND attname = 'stamp'"
        return bool(db.execute(text(query)).all())

    def put(self, db: Connection, table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Store rows as they are, by COPY; the types are told, as nothing is converted on the way."""
        kinds = [table.c[name].type.compile(db.dialect).partition(" COLLATE ")[0].lower() for name in names]
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(sql.Identifier(table.name), columns)
        driver = cast("psycopg.Connection[Any]", db.connection.driver_connection)
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            copy.set_types(kinds)
            for row in rows:
                copy.write_row(row)

    def finish(self, db: Connection) -> None:
        """Number new rows after those that were put in with their numbers, and have the planner look at them."""
        for table, column in (("articles", "key"), ("versions", "rowid"), ("log", "sequence")):
            sequence = f"pg_get_serial_sequence('{self.schema}.{table}', '{column}')"
            db.execute(text(f"SELECT setval({sequence}, max({column})) FROM {table}"))
        db.execute(text("ANALYZE articles, versions, chunks, encodings, bands, log"))

    def integrity(self, _: Connection) -> list[str]:
        """What PostgreSQL finds wrong by itself, it says whenever it reads: its pages have checksums."""
        return []

    def damaged(self, what: str) -> ArchiveDamaged:
        """The error for a truth that cannot be trusted."""
        cure = "restore it from a backup, or make a new archive by ingesting the articles again"
        return ArchiveDamaged(f"{self.name} is damaged ({what}): {cure}")

    def explained(self, error: BaseException) -> ArchiveError:
        """One of PostgreSQL's errors as ours."""
        return explained(self.name, error) or self.damaged(first_line(error))

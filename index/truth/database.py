"""The tables of a truth, opened or created: whole transactions, states held still, errors in plain words."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Executable, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from index.errors import ArchiveDamaged, ArchiveError
from index.truth.migrations import TRUTH
from index.truth.sqlite import SqliteFile

if TYPE_CHECKING:
    from index.truth.postgres import PostgresSchema

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


@contextmanager
def said_plainly(where: SqliteFile | PostgresSchema) -> Iterator[None]:
    """The errors of an engine, and of what lies between, as ours."""
    try:
        yield
    except DBAPIError as error:
        raise where.explained(error.orig or error) from error
    except where.driver_errors as error:
        raise where.explained(error) from error
    except SQLAlchemyError as error:
        raise ArchiveError(f"{where.name}: {error}") from error


class Database:
    """The tables of the truth, in a file or on a server."""

    def __init__(self, where: Path | SqliteFile | PostgresSchema, *, create: bool = False) -> None:
        self.where = SqliteFile(where) if isinstance(where, Path) else where
        self._local = threading.local()
        if not create:
            self.where.check_there()
        with said_plainly(self.where):
            if create:
                self.where.prepare()
            self._engine = self.where.engine()
            weakref.finalize(self, self._engine.dispose)  # where nobody closes it
            self._plain = self._engine.execution_options(**self.where.plain)
            self._still = self._engine.execution_options(**self.where.still)
            try:
                self._open(create)
            except BaseException:
                self._engine.dispose()
                raise

    def _open(self, create: bool) -> None:
        if create:
            with self.transaction() as db:
                TRUTH.upgrade(db)
        with self._connected() as db:
            self.where.check_format(db)
            self.has_stamps = self.where.has_stamps(db)

    def upgrade(self) -> None:
        """Bring the tables to this program's form; for the one writer."""
        with said_plainly(self.where), self._connected() as db:
            form = TRUTH.form_of(db)
        if form not in TRUTH.forms:
            cure = "let the newer version write to it, or update this one"
            raise ArchiveError(f"{self.where.name} has form {form}, this program writes {TRUTH.head}: {cure}")
        if form != TRUTH.head:
            with self.transaction() as db:
                TRUTH.upgrade(db)
        self.has_stamps = True

    def close(self) -> None:
        """Close every connection; one in use is closed when it is let go."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Everything written inside is stored together, or not at all; what this thread reads inside is as written."""
        with said_plainly(self.where), self.where.writing(self._engine) as db, self._holding(db):
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything this thread reads inside sees one state of the archive, whatever is written meanwhile."""
        if self._held is not None:
            yield
            return
        with said_plainly(self.where), self._still.connect() as db, self._holding(db):
            yield

    def rows(self, query: Executable | str, parameters: Parameters = None) -> Sequence[Any]:
        """The rows of a query; for this package's own use."""
        with said_plainly(self.where), self._connected() as db:
            return db.execute(text(query) if isinstance(query, str) else query, parameters).all()

    def integrity(self) -> list[str]:
        """What the engine itself finds wrong with its tables."""
        with said_plainly(self.where), self._connected() as db:
            return self.where.integrity(db)

    def damaged(self, what: str) -> ArchiveDamaged:
        """The error for a truth that cannot be trusted."""
        return self.where.damaged(what)

    @property
    def _held(self) -> Connection | None:
        """The connection of this thread's transaction or snapshot."""
        return getattr(self._local, "held", None)

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """The connection that this thread holds already, or one from the pool."""
        if self._held is not None:
            yield self._held
            return
        with self._plain.connect() as db:
            yield db

    @contextmanager
    def _holding(self, db: Connection) -> Iterator[None]:
        before = self._held
        self._local.held = db
        try:
            yield
        finally:
            self._local.held = before

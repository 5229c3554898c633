"""An archive in a database of a PostgreSQL server.

    zitat       its settings: the manifest, and what else is kept under a name
    zitat_1     the truth; zitat_2, and so on, after a re-embedding

What is derived from the truth lies on each machine that reads it, in Zitat's cache, and follows the change log.
"""

from __future__ import annotations

import shutil
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import Column, Connection, Engine, MetaData, Table, Text, delete, insert, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from index.encoders.bundled import cache_folder
from index.errors import ArchiveError
from index.files import full_disk_said
from index.places.folder import bytes_in, in_use
from index.places.manifest import Manifest, missing, read_manifest
from index.truth.history import Moment
from index.truth.migrations import ARCHIVE
from index.truth.postgres import PostgresSchema, Session, parse_address
from index.truth.postgres_errors import explained
from index.truth.store import Store

SCHEMA = "zitat"
LOOK_AGAIN_AFTER = 0.1  # seconds, for a lock that another process holds
_NO_TABLE = ("42P01", "3F000")

_settings = Table("settings", MetaData(), Column("name", Text, primary_key=True), Column("value", Text), schema=SCHEMA)
_MANIFEST = select(_settings.c.value).where(_settings.c.name == "manifest").scalar_subquery()


class Server:
    """The database of an archive, which may not be in it yet."""

    is_local = False

    def __init__(self, url: str) -> None:
        self._address = parse_address(url)
        self.name = self._address.name
        self._session = Session(self._address)
        self._engine: Engine = self._address.engine(SCHEMA)
        weakref.finalize(self, self._engine.dispose)  # where nobody closes it

    def folder(self, manifest: Manifest) -> Path:
        """Where this machine keeps what it derives from the archive."""
        folder = cache_folder() / "archives" / manifest.id
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def version(self) -> str | None:
        """The manifest itself."""
        return self.read("manifest")

    def moment(self, store: Store, index: str) -> Moment:
        """What the truth and the settings say, read together."""
        return store.moment(_MANIFEST, index)

    def exists(self) -> bool:
        """Whether an archive is there."""
        return self.read("manifest") is not None

    def manifest(self) -> Manifest:
        """The manifest; says plainly when there is none."""
        found = self.read("manifest")
        if found is None:
            raise missing(self.name)
        return read_manifest(found, f"the manifest of {self.name}")

    def publish(self, manifest: Manifest) -> None:
        """Put another manifest in place."""
        self.keep("manifest", manifest.text)

    def truth(self, manifest: Manifest) -> PostgresSchema:
        """The schema of the truth."""
        return PostgresSchema(self._address, manifest.schema, self._session)

    def make(self, manifest: Manifest) -> Store:
        """Make the tables, in a schema of their own."""
        with self._said_plainly(), self._session.transaction(SCHEMA) as db:
            db.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
            ARCHIVE.upgrade(db)
        return Store(self.truth(manifest), create=True)

    def discard(self, manifest: Manifest) -> None:
        """Drop the schema of a generation; who reads in it finishes first, as the log is what is read first."""
        with self._said_plainly(), self._session.transaction(SCHEMA) as db:
            if db.scalar(text("SELECT to_regclass(:log)"), {"log": f"{manifest.schema}.log"}):
                db.execute(text(f"LOCK TABLE {manifest.schema}.log IN ACCESS EXCLUSIVE MODE"))
            db.execute(text(f"DROP SCHEMA IF EXISTS {manifest.schema} CASCADE"))

    def remove(self, manifest: Manifest) -> None:
        """Drop every schema of the archive."""
        self.drop("manifest")
        self.discard(manifest)
        with self._said_plainly(), self._session.transaction(SCHEMA) as db:
            db.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        shutil.rmtree(self.folder(manifest), ignore_errors=True)

    @contextmanager
    def lock(self, wait: float) -> Iterator[None]:
        """Hold the write lock, on any of the machines that use this archive."""
        until = time.monotonic() + wait
        with self._said_plainly():
            while not self._session.try_lock():
                if time.monotonic() >= until:
                    raise in_use(self.name, wait)
                time.sleep(LOOK_AGAIN_AFTER)
        try:
            with full_disk_said(cache_folder()):
                yield
        finally:
            self._session.unlock()

    def read(self, name: str) -> str | None:
        """A text of the settings; None also where there are no settings yet."""
        with self._said_plainly():
            try:
                with self._engine.execution_options(**PostgresSchema.plain).connect() as db:
                    found: str | None = db.scalar(select(_settings.c.value).where(_settings.c.name == name))
                    return found
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) in _NO_TABLE:
                    return None
                raise

    def keep(self, name: str, value: str) -> None:
        """Keep a text, in one transaction with taking the earlier one away."""
        with self._writing() as db:
            db.execute(delete(_settings).where(_settings.c.name == name))
            db.execute(insert(_settings).values(name=name, value=value))

    def drop(self, name: str) -> None:
        """Take a text away."""
        with self._writing() as db:
            db.execute(delete(_settings).where(_settings.c.name == name))

    def size(self, manifest: Manifest) -> int:
        """The bytes of the tables, and of this machine's files."""
        sizes = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c"
        query = f"{sizes} WHERE c.relnamespace = to_regnamespace(:schema) AND c.relkind = 'r'"
        with self._said_plainly(), self._engine.connect() as db:
            return int(db.scalar(text(query), {"schema": manifest.schema}) or 0) + bytes_in(self.folder(manifest))

    def close(self) -> None:
        """Close every connection."""
        self._session.close()
        self._engine.dispose()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """A transaction: the lock holder's, so that it fails with the lock; else one of its own."""
        with (
            self._said_plainly(),
            self._session.transaction(SCHEMA) if self._session.holds else self._engine.begin() as db,
        ):
            yield db

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, psycopg.Error) as error:
            cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
            damaged = ArchiveError(f"{self.name} is damaged ({cause}): restore it from a backup")
            raise explained(self.name, cause) or damaged from error
        except SQLAlchemyError as error:
            raise ArchiveError(f"{self.name}: {error}") from error

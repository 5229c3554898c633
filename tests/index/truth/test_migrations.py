"""The tables of a truth: what the migrations make is what the code reads, and archives of before are brought along."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, inspect, text

from index.archive import Archive
from index.errors import ArchiveError
from index.truth.migrations import TRUTH
from index.truth.store import Store
from index.truth.tables import METADATA
from index.verify import verify
from retrieval import Searcher
from tests.fakes import Place, WordEncoder, stored, story

EARLIER = ("alembic_version", "index_states", "term_counts")


def as_before_there_were_forms(folder: Path) -> None:
    with Archive(folder) as archive, archive.store.transaction() as db:
        for table in EARLIER:
            db.execute(text(f"DROP TABLE {table}"))
        db.execute(text("ALTER TABLE log DROP COLUMN stamp"))


@contextmanager
def tables_of(place: Place) -> Iterator[Connection]:
    """A connection of SQLAlchemy's own making: ours asks for results that its reflection does not expect."""
    url = f"sqlite:///{place}/archive.sqlite" if isinstance(place, Path) else place
    options = {} if isinstance(place, Path) else {"options": "-c search_path=zitat_1"}
    engine = create_engine(url, connect_args=options)
    with engine.connect() as db:
        yield db
    engine.dispose()


def form(store: Store) -> str | None:
    with store.transaction() as db:
        return TRUTH.form_of(db)


def test_the_migrations_make_the_tables_that_the_code_reads(place: Place) -> None:
    stored(place, [story(1)])
    with tables_of(place) as db:

        def of_ours(thing: object, name: str | None, kind: str, *_: object) -> bool:
            return not (kind == "column" and name == "rowid") and name != "alembic_version"

        context = MigrationContext.configure(db, opts={"include_object": of_ours, "compare_type": True})
        assert compare_metadata(context, METADATA) == []
        assert inspect(db).has_table("alembic_version")
    with Archive(place) as archive:
        assert form(archive.store) == TRUTH.head


def test_an_archive_of_before_is_read_as_it_is_and_upgraded_by_its_next_writer(folder: Path) -> None:
    stored(folder, map(story, range(3)))
    as_before_there_were_forms(folder)
    with Searcher(folder, WordEncoder()) as reader:
        assert reader.search("report").passages
        assert verify(reader.archive) == []
        assert form(reader.archive.store) == TRUTH.forms[0]
    stored(folder, [story(4)])
    with Archive(folder) as archive:
        assert form(archive.store) == TRUTH.head
        assert verify(archive) == []
        assert archive.store.counts()["articles"] == 4
        stamps = [archive.store.stamp(change.sequence) for change in archive.store.changes(0)]
        assert stamps[:3] == [None] * 3
        assert stamps[3] is not None


def test_an_upgrade_that_fails_leaves_the_tables_as_they_were(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored(folder, map(story, range(3)))
    as_before_there_were_forms(folder)

    def fail(*_: object, **__: object) -> None:
        raise OSError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr("alembic.operations.Operations.create_table", fail)
        with Archive(folder) as archive, pytest.raises(OSError, match="the power went"), archive.writing():
            pass
    with Archive(folder) as archive:
        assert form(archive.store) == TRUTH.forms[0]
    stored(folder, [story(4)])
    with Archive(folder) as archive:
        assert verify(archive) == []


def test_a_truth_of_a_newer_program_is_read_but_not_written(place: Place) -> None:
    stored(place, [story(1)])
    with Archive(place) as archive, archive.store.transaction() as db:
        db.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with Searcher(place, WordEncoder()) as reader:
        assert reader.search("report").passages
        with pytest.raises(ArchiveError, match="form 9999, this program writes"), reader.archive.writing():
            pass


def test_an_archive_is_made_where_a_per_cent_sign_is_in_the_path(tmp_path: Path) -> None:
    stored(tmp_path / "50% news", [story(1)])
    shutil.copytree(tmp_path / "50% news", tmp_path / "copy")
    with Archive(tmp_path / "copy") as archive:
        assert verify(archive) == []

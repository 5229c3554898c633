"""An archive moved to another place: from a folder to a server, back, or from one to the next.

Every row is taken over as it is, with its numbers, and compared afterwards; the indexes are made anew and verified. The
new archive is there only once all of that is done: a run that was stopped leaves nothing that anybody would take for an
archive. The old one stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Column, Table, func, select

from index.archive import WAIT_FOR_WRITER, Archive
from index.errors import ArchiveDamaged, ArchiveError, ArchiveReadOnly, BadInput
from index.places.generations import discard, indexes_of
from index.places.location import Location, located
from index.places.manifest import COMPACT, Manifest
from index.truth import tables
from index.truth.store import Store
from index.verify import inspected

TOGETHER = 500  # numbers of rows
# In the order in which rows refer to others, and the number that each is read by. What indexes on a server keep in the
# truth is theirs: they are made anew.
_MOVED: tuple[tuple[Table, Column[int]], ...] = (
    (tables.articles, tables.articles.c.key),
    (tables.versions, tables.versions.c.rowid),
    (tables.chunks, tables.chunks.c.key),
    (tables.encodings, tables.encodings.c.chunk),
    (tables.bands, tables.bands.c.article),
    (tables.log, tables.log.c.sequence),
)


@dataclass(frozen=True)
class Moved:
    """What was moved, and is the same on both sides."""

    articles: int
    chunks: int
    rows: int


def migrate(
    source: Archive,
    where: Path | str,
    index: str = "",
    progress: Callable[[int], None] = lambda rows: None,
    along: Callable[[], None] = lambda: None,
) -> Moved:
    """Make an archive that holds what another one does; raises ArchiveDamaged where they differ in the end.

    `index` is where the new archive's indexes are to be. `progress` gets how many rows were moved since the last call.
    `along` moves what else belongs to the archive, as the last thing before it can be opened.
    """
    kept = COMPACT if source.manifest.index == COMPACT else ""
    manifest = replace(source.manifest, generation=1, index=index or kept, id=uuid4().hex)
    with ExitStack() as held, closing(located(where)) as target:
        _keep_still(source, held)
        held.enter_context(target.lock(WAIT_FOR_WRITER))
        if target.exists():
            raise ArchiveError(f"{target.name} already holds an archive: choose another place")
        try:
            moved = _made(source.store, target, manifest, progress)
            along()
            target.publish(manifest)
        except BaseException:
            with suppress(ArchiveError):  # what went wrong matters more
                discard(target, manifest)
            raise
    return moved


def _keep_still(source: Archive, held: ExitStack) -> None:
    """Let nobody write to the source, or, where this process may not either, look at one state of it."""
    try:
        held.enter_context(source.writing())
    except (ArchiveReadOnly, PermissionError):
        held.enter_context(source.store.snapshot())


def _made(source: Store, target: Location, manifest: Manifest, progress: Callable[[int], None]) -> Moved:
    """Make a truth of the same rows and its indexes, all of it verified; nobody can open it as yet."""
    with closing(target.make(manifest)) as store, closing(indexes_of(target, manifest, store)) as indexes:
        rows = _filled(source, store, target, progress)
        _compare(source, store)
        indexes.catch_up()
        if problems := inspected(store, indexes.load, indexes):
            raise ArchiveDamaged(f"{target.name} is not what was moved there: {problems[0]}")
        counts = store.counts()
        if counts != source.counts():
            raise ArchiveDamaged(f"{target.name} counts other articles than {source.where.name}")
        return Moved(int(str(counts["articles"])), int(str(counts["chunks"])), rows)


def _filled(source: Store, store: Store, target: Location, progress: Callable[[int], None]) -> int:
    """Copy the rows; returns how many there are."""
    moved = 0
    for table, number in _MOVED:
        names = [column.name for column in _columns(source, table)]
        for rows in _pages(source, source, table, number):
            _check_texts(rows, target)
            with store.transaction() as db:
                store.where.put(db, table, names, rows)
            moved += len(rows)
            progress(len(rows))
    with store.transaction() as db:
        store.where.finish(db)
    return moved


def _columns(source: Store, table: Table) -> list[Column[Any]]:
    """Those that the source has: one that cannot be written to may be of an earlier form."""
    return [column for column in table.columns if source.has_stamps or column is not tables.log.c.stamp]


def _pages(source: Store, store: Store, table: Table, number: Column[int]) -> Iterator[Sequence[Any]]:
    """The rows of a table, some together, in the order of their numbers, with the columns that the source has."""
    first, last = store.rows(select(func.coalesce(func.min(number), 1), func.coalesce(func.max(number), 0)))[0]
    order = [number, *(column for column in table.primary_key if column is not number)]
    for at in range(first, last + 1, TOGETHER):
        page = select(*_columns(source, table)).where(number.between(at, at + TOGETHER - 1)).order_by(*order)
        if rows := store.rows(page):
            yield rows


def _check_texts(rows: Sequence[Any], target: Location) -> None:
    """PostgreSQL's texts hold every character but U+0000."""
    if target.is_local:
        return
    for row in rows:
        if any(isinstance(value, str) and "\0" in value for value in row):
            name = row._asdict().get("id", row[0])
            cure = "delete the article, or give it again without that character"
            raise BadInput(f"{target.name} cannot hold the character U+0000, which is in {name!r}", cure)


def _compare(source: Store, store: Store) -> None:
    for table, number in _MOVED:
        pages = zip(_pages(source, source, table, number), _pages(source, store, table, number), strict=True)
        if not all(list(ours) == list(theirs) for ours, theirs in pages):
            raise store.damaged(f"the table {table.name} is not what was moved there")

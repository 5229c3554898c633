"""The change log, for those who follow it, and what a search asks before anything else: whether it is up to date.

Each change has a random stamp. A server that was promoted, or a truth restored from a backup, may have lost the last
changes, and uses their numbers again for others; by the stamp, whoever has followed the lost ones notices.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, null, select

from index.truth.database import Database
from index.truth.schema import Change
from index.truth.tables import index_states, log

_SEQUENCE = select(func.coalesce(func.max(log.c.sequence), 0))
_CHANGES = select(log.c.sequence, log.c.removed, log.c.first_chunk, log.c.last_chunk).order_by(log.c.sequence)
_AFTER = _CHANGES.where(log.c.sequence > bindparam("after"))
_NOTHING = null()
_STAMP = select(log.c.stamp).where(log.c.sequence == bindparam("sequence"))
_NO_STAMP = select(_NOTHING).where(log.c.sequence == bindparam("sequence"))  # a row, if the change is there


@dataclass(frozen=True)
class Moment:
    """What an archive was at one moment, read at once.

    `manifest` is another one after each re-embedding. `sequence` and `stamp` are those of the last change, `index` is
    what the truth keeps of an index on a server. A standby may lag behind the server that indexes were made from.
    """

    manifest: Hashable
    sequence: int
    stamp: int | None
    is_standby: bool
    index: str | None

    def is_of(self, sequence: int, stamp: int | None) -> bool:
        """Whether indexes that end with a change lack nothing, and have nothing that is not in the log."""
        if sequence > self.sequence:
            return self.is_standby
        return sequence == self.sequence and same_stamps(stamp, self.stamp)


def same_stamps(one: int | None, other: int | None) -> bool:
    """Changes that were stored before there were stamps have none, and are believed to be the same."""
    return None in (one, other) or one == other


class History(Database):
    """The log of a truth."""

    def sequence(self) -> int:
        """The number of the last change."""
        return int(self.rows(_SEQUENCE)[0][0])

    def changes(self, after: int) -> list[Change]:
        """What happened after a sequence number, in order."""
        found = self.rows(_AFTER, {"after": after})
        return [Change(sequence, bool(removed), *keys) for sequence, removed, *keys in found]

    def stamp(self, sequence: int) -> int | None:
        """The stamp of a change; None where it has none, or is not there."""
        return next((stamp for (stamp,) in self._stamps(sequence)), None)

    def has_lost(self, sequence: int, stamp: int | None) -> bool:
        """Whether the log no longer has a change that it once had: so nothing that was made from it can be trusted."""
        if sequence == 0:
            return False
        for (kept,) in self._stamps(sequence):
            return not same_stamps(stamp, kept)
        now = self.moment()
        return not (now.is_standby and now.sequence < sequence)

    def _stamps(self, sequence: int) -> Sequence[tuple[int | None]]:
        """That of a change, if it is there."""
        return self.rows(_STAMP if self.has_stamps else _NO_STAMP, {"sequence": sequence})

    def moment(self, manifest: ColumnElement[Any] = _NOTHING, index: str = "") -> Moment:
        """The moment of now, or that of the snapshot, in one statement.

        `manifest` is an expression for what the server has as one, `index` the name of an index whose state is kept.
        """
        query = _moment(manifest, self.where.is_standby, has_stamps=self.has_stamps, has_index=bool(index))
        ((published, sequence, stamp, is_standby, state),) = self.rows(query, {"index": index})
        return Moment(published, sequence, stamp, bool(is_standby), state)


@lru_cache(maxsize=32)
def _moment(
    manifest: ColumnElement[Any], is_standby: ColumnElement[Any], *, has_stamps: bool, has_index: bool
) -> Select[Any]:
    """Put together once. Archives of before have neither stamps nor states of indexes."""
    stamp = select(log.c.stamp).order_by(log.c.sequence.desc()).limit(1).scalar_subquery()
    state = select(index_states.c.state).where(index_states.c.name == bindparam("index")).scalar_subquery()
    last = _SEQUENCE.scalar_subquery()
    return select(manifest, last, stamp if has_stamps else _NOTHING, is_standby, state if has_index else _NOTHING)

"""What the truth keeps about the index on Milvus: the published state, and in how many chunks each term occurs.

Both change in one transaction, so a search never weighs terms by the counts of another state.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, bindparam, delete, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from index.milvus.weights import Averages
from index.truth.store import Store
from index.truth.tables import index_states, term_counts
from index.view import State

NAME = "milvus"
TOGETHER = 400  # dimensions looked up in one query

Counts = Mapping[int, int]


@dataclass(frozen=True)
class RemoteState(State):
    """A state on a server.

    `stamp` is what its collection was last labelled with, `pivots` what its weights were made by. Rows of chunks that
    were removed by changes after `purged` are still there: `waiting` says which changes replaced articles, and when, in
    seconds since 1970. While it is not `whole`, it is being made anew, and nobody may search it; `former` are the
    collections that it takes the place of.
    """

    collection: str = ""
    edition: int = 0
    stamp: str = ""
    tokens: Averages = (0.0, 0.0, 0.0)
    pivots: tuple[Averages, ...] = ()
    purged: int = 0
    waiting: tuple[tuple[int, float], ...] = ()
    whole: bool = False
    former: tuple[str, ...] = ()

    @property
    def averages(self) -> Averages:
        """The average length of each field."""
        return tuple(tokens / max(self.documents, 1) for tokens in self.tokens)


_STATE = TypeAdapter(RemoteState)


class Ledger:
    """The rows of one index in the truth's tables."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._read: tuple[str, RemoteState | None] = ("", None)

    def state(self) -> RemoteState | None:
        """The published state; None where there is none that can be read."""
        query = select(index_states.c.state).where(index_states.c.name == NAME)
        text = next((state for (state,) in self.store.rows(query)), "")
        if text != self._read[0]:
            self._read = (text, _understood(text))
        return self._read[1]

    def publish(self, state: RemoteState, changed: Counts | None = None, *, afresh: bool = False) -> None:
        """Store a state, and by how much the counts of dimensions `changed`; `afresh` forgets all counts before."""
        with self.store.transaction() as db:
            if afresh:
                db.execute(delete(term_counts))
            _add_counts(db, changed or {})
            db.execute(delete(index_states).where(index_states.c.name == NAME))
            row = {"name": NAME, "state": _STATE.dump_json(state).decode()}
            db.execute(index_states.insert(), [row])

    def forget(self) -> None:
        """Take the state and the counts away."""
        with self.store.transaction() as db:
            db.execute(delete(term_counts))
            db.execute(delete(index_states).where(index_states.c.name == NAME))

    def documents_with(self, dimensions: Sequence[int]) -> dict[int, int]:
        """In how many chunks each dimension occurs."""
        out = dict.fromkeys(dimensions, 0)
        wanted = list(out)
        for at in range(0, len(wanted), TOGETHER):
            some = [_row_of(dimension) for dimension in wanted[at : at + TOGETHER]]
            columns = tuple_(term_counts.c.field, term_counts.c.term)
            query = select(term_counts).where(columns.in_([(row["field"], row["term"]) for row in some]))
            for field, term, documents in self.store.rows(query):
                out[term << 2 | field] = documents
        return out

    def total(self) -> int:
        """The sum of all counts."""
        [(found,)] = self.store.rows(select(func.coalesce(func.sum(term_counts.c.documents), 0)))
        return int(found)


def _understood(text: str) -> RemoteState | None:
    try:
        return _STATE.validate_json(text)
    except ValidationError:
        return None


def _row_of(dimension: int) -> dict[str, int]:
    return {"field": dimension & 3, "term": dimension >> 2}


def _add_counts(db: Connection, changed: Counts) -> None:
    rows = [_row_of(dimension) | {"documents": by} for dimension, by in sorted(changed.items()) if by]
    if not rows:
        return
    insert = postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
    made = insert(term_counts)
    total = term_counts.c.documents + made.excluded.documents
    db.execute(made.on_conflict_do_update(index_elements=["field", "term"], set_={"documents": total}), rows)
    _drop_unused(db, (row for row in rows if row["documents"] < 0))


def _drop_unused(db: Connection, fewer: Iterable[dict[str, int]]) -> None:
    rows = [{"of_field": row["field"], "of_term": row["term"]} for row in fewer]
    if rows:
        same = (term_counts.c.field == bindparam("of_field")) & (term_counts.c.term == bindparam("of_term"))
        db.execute(delete(term_counts).where(same & (term_counts.c.documents <= 0)), rows)

"""A truth that loses its last changes, as a server may that was promoted, and uses their numbers again."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, text

from index.truth.store import Store
from index.truth.tables import log

KEPT = ("log", "articles", "index_states", "term_counts")


def remember(store: Store) -> None:
    """Keep what is there now."""
    with store.transaction() as db:
        for table in KEPT:
            db.execute(text(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}"))


def lose(store: Store) -> None:
    """Go back to what was kept: articles that were added since are not there, those that were retired are current."""
    with store.transaction() as db:
        db.execute(text("DELETE FROM articles WHERE key NOT IN (SELECT key FROM kept_articles)"))
        db.execute(text("UPDATE articles SET retired = 0"))
        for table in ("log", "index_states", "term_counts"):
            db.execute(text(f"DELETE FROM {table}"))
            db.execute(text(f"INSERT INTO {table} SELECT * FROM kept_{table}"))
        _count_back(db)


def _count_back(db: Connection) -> None:
    last = db.scalar(select(func.max(log.c.sequence)))
    if db.dialect.name == "sqlite":
        db.execute(text("UPDATE sqlite_sequence SET seq = :last WHERE name = 'log'"), {"last": last})
    else:
        db.execute(text("SELECT setval(pg_get_serial_sequence('log', 'sequence'), :last)"), {"last": last})

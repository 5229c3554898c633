"""The tables as they were when migrations began. An archive made before that has them, too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from index.truth.tables import CURRENT, Number, Words

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RETIRED = sa.text("retired > 0")


def upgrade() -> None:
    """Make them."""
    _articles()
    _versions()
    _chunks()
    _bands()
    op.create_table(
        "log",
        sa.Column("sequence", Number, primary_key=True),
        sa.Column("removed", sa.Integer, nullable=False),
        sa.Column("first_chunk", Number, nullable=False),
        sa.Column("last_chunk", Number, nullable=False),
        sqlite_autoincrement=True,
    )


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("key", Number, primary_key=True),
        sa.Column("id", Words, nullable=False),
        sa.Column("title", Words, nullable=False),
        sa.Column("text", Words, nullable=False),
        sa.Column("language", Words, nullable=False),
        sa.Column("language_confidence", sa.Double, nullable=False),
        sa.Column("published_at", Words),
        sa.Column("earliest", sa.Integer),
        sa.Column("latest", sa.Integer),
        sa.Column("source", Words),
        sa.Column("author", Words),
        sa.Column("url", Words),
        sa.Column("content_hash", Words, nullable=False),
        sa.Column("draft_hash", Words, nullable=False),
        sa.Column("origin", Words, nullable=False),
        sa.Column("first_chunk", Number, nullable=False),
        sa.Column("last_chunk", Number, nullable=False),
        sa.Column("cluster", Number, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.Column("retired", Number, nullable=False, server_default="0"),
        sqlite_autoincrement=True,
    )
    op.create_index("articles_current", "articles", ["id"], unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT)
    op.create_index("articles_by_id", "articles", ["id"])
    op.create_index("articles_retired", "articles", ["retired"], sqlite_where=RETIRED, postgresql_where=RETIRED)
    op.create_index("articles_by_language", "articles", ["language", "first_chunk", "last_chunk", "retired"])
    op.create_index("articles_by_source", "articles", ["source", "first_chunk", "last_chunk", "retired"])
    op.create_index("articles_by_date", "articles", ["earliest", "latest", "first_chunk", "last_chunk"])
    op.create_index("articles_by_cluster", "articles", ["cluster", "retired", "key"])
    op.create_index("articles_by_draft", "articles", ["draft_hash"])
    op.create_index("articles_by_chunk", "articles", ["first_chunk", "last_chunk", "retired"])


def _versions() -> None:
    # SQLite numbers the rows of each table by itself, and calls the number so.
    on_sqlite = op.get_context().dialect.name == "sqlite"
    number = [] if on_sqlite else [sa.Column("rowid", sa.BigInteger, sa.Identity(), primary_key=True)]
    op.create_table(
        "versions",
        *number,
        sa.Column("article_id", Words, nullable=False),
        sa.Column("content_hash", Words, nullable=False),
        sa.Column("ended_at", Words, nullable=False),
    )
    op.create_index("versions_by_article", "versions", ["article_id"])


def _chunks() -> None:
    op.create_table(
        "chunks",
        sa.Column("key", Number, primary_key=True, autoincrement=False),
        _part_of("article", "articles.key"),
        sa.Column("ordinal", sa.Integer, nullable=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("llm_tokens", sa.Integer, nullable=False),
        sa.Column("language", Words, nullable=False),
    )
    op.create_index("chunks_by_article", "chunks", ["article"])
    op.create_table(
        "encodings",
        _part_of("chunk", "chunks.key", is_key=True),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("codes", sa.LargeBinary, nullable=False),
        sa.Column("checksum", Number, nullable=False),
    )
    if op.get_context().dialect.name == "postgresql":  # codes hold nothing that packing would make smaller
        op.execute("ALTER TABLE encodings ALTER vector SET STORAGE EXTERNAL, ALTER codes SET STORAGE EXTERNAL")


def _bands() -> None:
    op.create_table(
        "bands",
        sa.Column("band", sa.LargeBinary, primary_key=True),
        _part_of("article", "articles.key", is_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("bands_by_article", "bands", ["article"])


def _part_of(name: str, whole: str, *, is_key: bool = False) -> sa.Column[int]:
    """A row of this table goes with one of another."""
    key = sa.ForeignKey(whole, ondelete="CASCADE")
    return sa.Column(name, Number, key, primary_key=is_key, autoincrement=False, nullable=False)

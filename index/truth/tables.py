"""The tables of the truth, the same on SQLite and on PostgreSQL (docs/architecture.md says what each is for).

They are made by the migrations in index/truth/migrations alone; a test holds that both say the same. Only there is it
said which rows an index on PostgreSQL leaves out: named here, it would load that dialect, 25 ms, in every search.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

# SQLite counts up on its own only what it calls INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")
# Texts are ordered by code points, whatever language a server is set to.
Words = Text().with_variant(Text(collation="C"), "postgresql")
CURRENT = text("retired = 0")

METADATA = MetaData()

articles = Table(
    "articles",
    METADATA,
    Column("key", Number, primary_key=True),
    Column("id", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("language_confidence", Double, nullable=False),
    Column("published_at", Words),
    Column("earliest", Integer),
    Column("latest", Integer),
    Column("source", Words),
    Column("author", Words),
    Column("url", Words),
    Column("content_hash", Words, nullable=False),
    Column("draft_hash", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("first_chunk", Number, nullable=False),
    Column("last_chunk", Number, nullable=False),
    Column("cluster", Number, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("retired", Number, nullable=False, server_default="0"),
    Index("articles_current", "id", unique=True, sqlite_where=CURRENT),
    Index("articles_by_id", "id"),
    Index("articles_retired", "retired", sqlite_where=text("retired > 0")),
    Index("articles_by_language", "language", "first_chunk", "last_chunk", "retired"),
    Index("articles_by_source", "source", "first_chunk", "last_chunk", "retired"),
    Index("articles_by_date", "earliest", "latest", "first_chunk", "last_chunk"),
    Index("articles_by_cluster", "cluster", "retired", "key"),
    Index("articles_by_draft", "draft_hash"),
    Index("articles_by_chunk", "first_chunk", "last_chunk", "retired"),
    sqlite_autoincrement=True,
)

versions = Table(
    "versions",
    METADATA,
    Column("rowid", BigInteger, primary_key=True, system=True),  # which SQLite gives every table by itself
    Column("article_id", Words, nullable=False),
    Column("content_hash", Words, nullable=False),
    Column("ended_at", Words, nullable=False),
    Index("versions_by_article", "article_id"),
)

chunks = Table(
    "chunks",
    METADATA,
    Column("key", Number, primary_key=True, autoincrement=False),  # counted by the writer: an article's are a range
    Column("article", Number, ForeignKey("articles.key", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("llm_tokens", Integer, nullable=False),
    Column("language", Words, nullable=False),
    Index("chunks_by_article", "article"),
)

encodings = Table(
    "encodings",
    METADATA,
    Column("chunk", Number, ForeignKey("chunks.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("vector", LargeBinary, nullable=False),
    Column("codes", LargeBinary, nullable=False),
    Column("checksum", Number, nullable=False),
)

bands = Table(
    "bands",
    METADATA,
    Column("band", LargeBinary, primary_key=True),
    Column("article", Number, ForeignKey("articles.key", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Index("bands_by_article", "article"),
    sqlite_with_rowid=False,
)

log = Table(
    "log",
    METADATA,
    Column("sequence", Number, primary_key=True),
    Column("removed", Integer, nullable=False),
    Column("first_chunk", Number, nullable=False),
    Column("last_chunk", Number, nullable=False),
    Column("stamp", BigInteger),  # random: a number that was lost, and is used again, has another one
    sqlite_autoincrement=True,
)

# -- what indexes on a server keep here

index_states = Table(
    "index_states",
    METADATA,
    Column("name", Words, primary_key=True),
    Column("state", Words, nullable=False),  # JSON: up to which change it holds the truth
    sqlite_with_rowid=False,
)

term_counts = Table(
    "term_counts",
    METADATA,
    Column("field", SmallInteger, primary_key=True, autoincrement=False),
    Column("term", BigInteger, primary_key=True, autoincrement=False),
    Column("documents", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

"""The tables of the truth (docs/architecture.md says what each is for) and the records that their rows become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.chunks import Chunk
from index.encoder import EncodedPassage
from index.published import ordinals

FORMAT = 1
SCHEMA = """
CREATE TABLE articles (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,
    language TEXT NOT NULL, language_confidence REAL NOT NULL, published_at TEXT, earliest INTEGER, latest INTEGER,
    source TEXT, author TEXT, url TEXT, content_hash TEXT NOT NULL, draft_hash TEXT NOT NULL, origin TEXT NOT NULL,
    first_chunk INTEGER NOT NULL, last_chunk INTEGER NOT NULL, cluster INTEGER NOT NULL, signature BLOB NOT NULL,
    retired INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX articles_current ON articles (id) WHERE retired = 0;
CREATE INDEX articles_by_id ON articles (id);
CREATE INDEX articles_retired ON articles (retired) WHERE retired > 0;
CREATE INDEX articles_by_language ON articles (language, first_chunk, last_chunk, retired);
CREATE INDEX articles_by_source ON articles (source, first_chunk, last_chunk, retired);
CREATE INDEX articles_by_date ON articles (earliest, latest, first_chunk, last_chunk);
CREATE INDEX articles_by_cluster ON articles (cluster, retired, key);
CREATE INDEX articles_by_draft ON articles (draft_hash);
CREATE INDEX articles_by_chunk ON articles (first_chunk, last_chunk, retired);
CREATE TABLE versions (article_id TEXT NOT NULL, content_hash TEXT NOT NULL, ended_at TEXT NOT NULL);
CREATE INDEX versions_by_article ON versions (article_id);
CREATE TABLE chunks (
    key INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, tokens INTEGER NOT NULL,
    llm_tokens INTEGER NOT NULL, language TEXT NOT NULL);
CREATE INDEX chunks_by_article ON chunks (article);
CREATE TABLE encodings (
    chunk INTEGER PRIMARY KEY REFERENCES chunks (key) ON DELETE CASCADE, vector BLOB NOT NULL, codes BLOB NOT NULL,
    checksum INTEGER NOT NULL);
CREATE TABLE bands (band BLOB NOT NULL, article INTEGER NOT NULL REFERENCES articles (key) ON DELETE CASCADE,
    PRIMARY KEY (band, article)) WITHOUT ROWID;
CREATE INDEX bands_by_article ON bands (article);
CREATE TABLE log (sequence INTEGER PRIMARY KEY AUTOINCREMENT, removed INTEGER NOT NULL, first_chunk INTEGER NOT NULL,
    last_chunk INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Entry:
    """One article ready to be stored, its chunks with their encodings, and what it was made from."""

    article: Article
    chunks: Sequence[Chunk]
    encodings: Sequence[EncodedPassage]
    signature: NDArray[np.uint32]
    draft_hash: str
    origin: str


@dataclass(frozen=True)
class StoredArticle:
    """An article with the archive's own keys: its chunk keys run from `first_chunk` to `last_chunk`."""

    key: int
    article: Article
    content_hash: str
    first_chunk: int
    last_chunk: int
    cluster: int

    @property
    def days(self) -> tuple[int, int] | tuple[None, None]:
        """The first and last day the article may be of, as proleptic ordinals."""
        return ordinals(self.article.published_at)


@dataclass(frozen=True)
class ArticleOrigin:
    """The content an article has now and the file or URL it came from."""

    content_hash: str
    origin: str


@dataclass(frozen=True)
class StoredChunk:
    """Where a chunk lies: `article` is the key of its article; start and end count code points of the text."""

    key: int
    article: int
    ordinal: int
    start: int
    end: int
    tokens: int
    llm_tokens: int
    language: str


@dataclass(frozen=True)
class Candidate:
    """A chunk with its own language and what ranking needs to know of its article; the days are proleptic ordinals."""

    key: int
    ordinal: int
    start: int
    end: int
    article: int
    language: str
    earliest: int | None
    latest: int | None
    cluster: int


@dataclass(frozen=True)
class Change:
    """One row of the change log: the chunk keys from `first` to `last` were added, or removed."""

    sequence: int
    removed: bool
    first: int
    last: int

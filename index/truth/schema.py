"""The records that rows of the truth become, and those that rows are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.encoders.encoder import EncodedPassage
from index.text.chunks import Chunk
from index.text.published import ordinals


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
    """The content an article has now, the file or URL it came from, and the hash of the draft it was made from."""

    content_hash: str
    origin: str
    draft_hash: str


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

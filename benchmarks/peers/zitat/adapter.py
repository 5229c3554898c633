"""Zitat itself, in the interpreter of this repository.

Its ingest reads the articles (peers are given passages that are cut already), dates them, finds copies, cuts, encodes
vectors and token codes, and stores them; a search does everything that `zitat search` does, late interaction, texts and
highlights included. Where vectors are given, an encoder hands out the stored ones, with the token codes that belong to
them, in place of running the model; it still counts tokens, which cutting and highlights need.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.archive import Archive
from index.article import Rejection
from index.encoders.bundled import BundledEncoder
from index.encoders.encoder import EncodedPassage, EncodedQuery, Encoder, Passage
from index.ingesting.ingest import ingest
from index.reading import ReadOptions, read
from retrieval import Searcher, SearchOptions

if TYPE_CHECKING:
    from benchmarks.peers.worker import Hits, Passages, Question

ARTICLES = "articles.jsonl"


class ReadyEncoder:
    """The bundled encoder, whose answers are known already: those of an archive, and of the exported questions."""

    def __init__(self, real: BundledEncoder, data: Path) -> None:
        self.fingerprint, self.dimension, self.window = real.fingerprint, real.dimension, real.window
        self.token_ends = real.token_ends
        self._source = Path((data / "archive.txt").read_text())
        self._questions = _asked(data)

    @cached_property
    def _passages(self) -> dict[str, EncodedPassage]:
        return _stored(self._source, self.dimension)  # read in the warm-up; a search needs none of them

    def encode_passages(self, passages: Sequence[Passage]) -> list[EncodedPassage]:
        """Looked up."""
        return [self._passages[one.text] for one in passages]

    def encode_query(self, question: str, language: str) -> EncodedQuery:
        """Looked up."""
        return self._questions[question]


class Peer:
    """An archive."""

    def __init__(self, index: Path, model: str | None, data: Path) -> None:
        self._archive = index / "archive"
        self._encoder: Encoder = _bundled() if model else _ready(data)

    def ingest(self, passages: Passages) -> None:
        """As `zitat ingest` does, with the articles that the passages are of."""
        wanted = {name.rpartition("#")[0] for name in passages.ids}
        found = read([str(passages.folder / ARTICLES)], ReadOptions())
        with Archive.create(self._archive, self._encoder) as archive, archive.writing():
            ingest(archive, self._encoder, (one for one in found if isinstance(one, Rejection) or one.id in wanted))

    def open(self) -> None:
        """Open the archive."""
        self._searcher = Searcher(self._archive, self._encoder)

    def search(self, question: Question, count: int, language: str | None) -> Hits:
        """As `zitat search` does."""
        options = SearchOptions(count=count, languages=(language,) if language else ())
        found = self._searcher.search(question.text, options).passages
        assert all(one.text for one in found)
        return [(one.chunk_id, one.score) for one in found]


@cache
def _bundled() -> BundledEncoder:
    return BundledEncoder()


@cache
def _ready(data: Path) -> ReadyEncoder:
    return ReadyEncoder(_bundled(), data)


def _stored(source: Path, dimension: int) -> dict[str, EncodedPassage]:
    """What the archive holds for each passage's text."""
    out = {}
    with Archive(source) as archive:
        for stored in archive.store.each_article():
            article = stored.article
            chunks = archive.store.chunks_between(stored.first_chunk, stored.last_chunk)
            vectors, codes = archive.store.encodings_of([chunk.key for chunk in chunks], dimension // 8)
            for chunk, vector, own in zip(chunks, vectors, codes, strict=True):
                out[article.text[chunk.start : chunk.end]] = EncodedPassage(vector, own)
    return out


def _asked(data: Path) -> dict[str, EncodedQuery]:
    texts = [json.loads(line)["text"] for line in (data / "questions.jsonl").read_text().split("\n") if line]
    vectors, tokens = np.load(data / "question_vectors.npy"), np.load(data / "question_tokens.npz")
    return {
        text: EncodedQuery(vector, tokens[name])
        for text, vector, name in zip(texts, vectors, tokens.files, strict=True)
    }

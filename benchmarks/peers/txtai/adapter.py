"""txtai: Embeddings(hybrid=True, content=True), its BM25 and vectors fused by its own convex combination.

With vectors ready its `external` method takes them from a function, as its documentation has it for vectors of others;
with its own model it is given the instructions that E5 wants. A language is an SQL condition, with as many candidates
as there are passages, so that the filter leaves nothing out. Its defaults otherwise: FAISS, SQLite.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from txtai import Embeddings

if TYPE_CHECKING:
    from benchmarks.peers.worker import Hits, Passages, Question

ALL = "SELECT id, text, score FROM txtai WHERE similar(:question) LIMIT {count}"
LIMITED = "SELECT id, text, score FROM txtai WHERE similar(:question, {size}) AND language = :language LIMIT {count}"
INSTRUCTIONS = {"query": "query: ", "data": "passage: "}


class Peer:
    """One index with its texts and languages."""

    def __init__(self, index: Path, model: str | None, data: Path) -> None:
        self._folder, self._model = str(index), model
        self._vectors: dict[str, Any] = {}
        self._embeddings = self._made()

    def _made(self) -> Any:
        common = {"hybrid": True, "content": True}
        if self._model:
            return Embeddings(path=self._model, instructions=INSTRUCTIONS, **common)

        def transform(texts: list[str]) -> Any:
            return np.array([self._vectors[text] for text in texts], np.float32)

        return Embeddings(method="external", transform=transform, **common)

    def ingest(self, passages: Passages) -> None:
        """Index and save."""
        if passages.vectors is not None:
            self._vectors = dict(zip(passages.texts, passages.vectors, strict=True))
        rows = zip(passages.ids, passages.texts, passages.languages, strict=True)
        self._embeddings.index((name, {"text": text, "language": language}) for name, text, language in rows)
        transform = self._embeddings.config.pop("transform", None)  # a function cannot be saved
        self._embeddings.save(self._folder)
        self._embeddings.config["transform"] = transform

    def open(self) -> None:
        """Load, and put the function back that a saved index cannot hold."""
        model = self._embeddings.model
        self._embeddings.load(self._folder)
        self._embeddings.model = model
        self._size = self._embeddings.count()

    def search(self, question: Question, count: int, language: str | None) -> Hits:
        """What its own fusion puts first."""
        if question.vector is not None:
            self._vectors = {question.text: question.vector}
        query = (LIMITED if language else ALL).format(count=count, size=self._size)
        told = {"question": question.text} | ({"language": language} if language else {})
        found = self._embeddings.search(query, count, parameters=told)
        assert all(one["text"] for one in found)
        return [(one["id"], one["score"]) for one in found]

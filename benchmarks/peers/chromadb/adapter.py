"""Chroma: a persistent collection with cosine distance, asked by vector. Dense only.

Chroma's Search API, which fuses dense and sparse ranks, is for Chroma Cloud alone ("Search API is available in Chroma
Cloud only", docs.trychroma.com, read for 1.5.9), and on one machine words only filter (`where_document`). HNSW has its
documented defaults; passages are added in batches of the size that the client allows, and return with their texts.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chromadb

if TYPE_CHECKING:
    from benchmarks.peers.worker import Hits, Passages, Question

NAME = "passages"


class Peer:
    """One collection; the language is in the metadata."""

    def __init__(self, index: Path, model: str | None, data: Path) -> None:
        self._client = chromadb.PersistentClient(
            path=str(index), settings=chromadb.Settings(anonymized_telemetry=False)
        )
        self._model_name = model
        if model:
            _ = self._model

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(self._model_name, device="cpu")

    def ingest(self, passages: Passages) -> None:
        """Add everything, in batches."""
        vectors = passages.vectors
        if vectors is None:
            vectors = self._model.encode_document(passages.texts, normalize_embeddings=True, show_progress_bar=False)
        collection = self._client.create_collection(
            NAME, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )
        step = self._client.get_max_batch_size()
        for first in range(0, len(passages.ids), step):
            rows = slice(first, first + step)
            collection.add(
                ids=passages.ids[rows],
                embeddings=vectors[rows],
                documents=passages.texts[rows],
                metadatas=[{"language": language} for language in passages.languages[rows]],
            )

    def open(self) -> None:
        """Get the collection."""
        self._collection = self._client.get_collection(NAME, embedding_function=None)

    def search(self, question: Question, count: int, language: str | None) -> Hits:
        """The nearest passages."""
        vector = question.vector
        if vector is None:
            vector = self._model.encode_query(question.text, normalize_embeddings=True, show_progress_bar=False)
        found = self._collection.query(
            query_embeddings=[vector],
            n_results=count,
            where={"language": language} if language else None,
            include=["documents", "distances"],
        )
        assert all(found["documents"][0])
        return [(name, 1.0 - far) for name, far in zip(found["ids"][0], found["distances"][0], strict=True)]

"""Haystack: a pipeline of a BM25 retriever and an embedding retriever, joined by reciprocal rank fusion.

That is the hybrid retrieval of its tutorial 33, without a cross-encoder behind it (none of the peers has one). Words
are in its in-memory store, the only one of its own that has BM25; vectors are in its FAISS store, as the in-memory one
makes a matrix of all vectors anew with every question, which takes longer. Each leg gives the joiner a hundred
passages, as Zitat's do. A language is a filter; the FAISS store filters what it found, so with one it is asked for all.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from haystack import Document, Pipeline
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.retrievers.faiss import FAISSEmbeddingRetriever
from haystack_integrations.document_stores.faiss import FAISSDocumentStore

if TYPE_CHECKING:
    from benchmarks.peers.worker import Hits, Passages, Question

DIMENSION = 384
LEG = 100  # passages that each retriever gives the joiner


class Peer:
    """Two document stores and a pipeline over both."""

    def __init__(self, index: Path, model: str | None, data: Path) -> None:
        self._words_file, self._vectors_file = str(index / "words.json"), str(index / "vectors")
        self._query_embedder: Any = None
        if model:
            from haystack_integrations.components.embedders.sentence_transformers import (
                SentenceTransformersDocumentEmbedder,
                SentenceTransformersTextEmbedder,
            )

            settings = {"model": model, "normalize_embeddings": True, "progress_bar": False}
            self._embedder = SentenceTransformersDocumentEmbedder(prefix="passage: ", **settings)
            self._query_embedder = SentenceTransformersTextEmbedder(prefix="query: ", **settings)

    def ingest(self, passages: Passages) -> None:
        """Write the documents to both stores and save these."""
        rows = zip(passages.ids, passages.texts, passages.languages, strict=True)
        plain = [Document(id=name, content=text, meta={"language": language}) for name, text, language in rows]
        words = InMemoryDocumentStore(shared=False)
        words.write_documents(plain)
        words.save_to_disk(self._words_file)
        vectors = FAISSDocumentStore(embedding_dim=DIMENSION)
        vectors.write_documents(self._embedded(plain, passages))
        vectors.save(self._vectors_file)

    def _embedded(self, plain: list[Document], passages: Passages) -> list[Document]:
        if passages.vectors is None:
            found: list[Document] = self._embedder.run(documents=plain)["documents"]
            return found
        return [
            Document(id=one.id, content=one.content, meta=one.meta, embedding=vector)
            for one, vector in zip(plain, passages.vectors.tolist(), strict=True)
        ]

    def open(self) -> None:
        """Load both stores and connect the pipeline."""
        words = InMemoryDocumentStore.load_from_disk(self._words_file)
        vectors = FAISSDocumentStore(embedding_dim=DIMENSION)
        vectors.load(self._vectors_file)
        self._size = words.count_documents()
        self._pipeline = Pipeline()
        self._pipeline.add_component("words", InMemoryBM25Retriever(words, top_k=LEG))
        self._pipeline.add_component("vectors", FAISSEmbeddingRetriever(document_store=vectors, top_k=LEG))
        self._pipeline.add_component("joiner", DocumentJoiner(join_mode="reciprocal_rank_fusion"))
        self._pipeline.connect("words", "joiner")
        self._pipeline.connect("vectors", "joiner")
        if self._query_embedder:
            self._pipeline.add_component("embedder", self._query_embedder)
            self._pipeline.connect("embedder.embedding", "vectors.query_embedding")

    def search(self, question: Question, count: int, language: str | None) -> Hits:
        """Run the pipeline."""
        told: dict[str, dict[str, Any]] = {"words": {"query": question.text}, "joiner": {"top_k": count}}
        told["vectors"] = {} if question.vector is None else {"query_embedding": question.vector.tolist()}
        if question.vector is None:
            told["embedder"] = {"text": question.text}
        if language:
            only = {"field": "meta.language", "operator": "==", "value": language}
            told["words"]["filters"] = only
            told["vectors"] |= {"filters": only, "top_k": self._size}
        found = self._pipeline.run(told)["joiner"]["documents"]
        assert all(one.content for one in found)
        return [(one.id, one.score) for one in found]

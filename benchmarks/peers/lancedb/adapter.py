"""LanceDB: hybrid search over a table with a full-text index, fused by its RRF reranker, which is its default.

Below some hundred thousand rows its documentation advises against a vector index, so the vector leg is exact. Its
full-text index stems English and drops English stop words unless told otherwise, which is wrong for a table of many
languages; it is told otherwise here (no stemming, no stop words, accents kept), and cuts words into n-grams, as it has
no words for Chinese and Thai without a dictionary. A language is a filter before both legs.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lancedb
import pyarrow as pa
from lancedb.rerankers import RRFReranker

if TYPE_CHECKING:
    from benchmarks.peers.worker import Hits, Passages, Question

NAME = "passages"


class Peer:
    """One table."""

    def __init__(self, index: Path, model: str | None, data: Path) -> None:
        self._database = lancedb.connect(str(index))
        self._reranker = RRFReranker()
        self._model_name = model
        if model:
            _ = self._model

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(self._model_name, device="cpu")

    def ingest(self, passages: Passages) -> None:
        """Make the table and index its texts."""
        vectors = passages.vectors
        if vectors is None:
            vectors = self._model.encode_document(passages.texts, normalize_embeddings=True, show_progress_bar=False)
        rows = pa.table(
            {
                "id": passages.ids,
                "text": passages.texts,
                "language": passages.languages,
                "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), vectors.shape[1]),
            }
        )
        table = self._database.create_table(NAME, rows)
        table.create_fts_index("text", **FULL_TEXT)

    def open(self) -> None:
        """Open the table."""
        self._table = self._database.open_table(NAME)

    def search(self, question: Question, count: int, language: str | None) -> Hits:
        """Both legs, fused by rank."""
        vector = question.vector
        if vector is None:
            vector = self._model.encode_query(question.text, normalize_embeddings=True, show_progress_bar=False)
        query = self._table.search(query_type="hybrid").vector(vector).text(question.text).distance_type("cosine")
        if language:
            query = query.where(f"language = '{language}'", prefilter=True)
        found = query.rerank(self._reranker).limit(count).select(["id", "text"]).to_list()
        assert all(one["text"] for one in found)
        return [(one["id"], one["_relevance_score"]) for one in found]


FULL_TEXT: dict[str, Any] = {
    "base_tokenizer": "ngram",
    "ngram_min_length": 2,
    "ngram_max_length": 3,
    "stem": False,
    "remove_stop_words": False,
    "ascii_folding": False,
}

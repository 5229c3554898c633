"""sentence-transformers and a flat FAISS index: what one writes first, and the least that a dense search costs.

IndexFlatIP over unit vectors is exact; a language is an IDSelectorBatch, as FAISS's wiki on search parameters has it.
Texts lie in a list in memory. Questions and passages get the prompts of the model (encode_query, encode_document).
"""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np

if TYPE_CHECKING:
    from benchmarks.peers.worker import Hits, Passages, Question


class Peer:
    """A flat index beside a file with ids, texts and languages."""

    def __init__(self, index: Path, model: str | None, data: Path) -> None:
        self._index_file, self._rows_file = str(index / "vectors.faiss"), index / "passages.json"
        self._model_name = model
        if model:
            _ = self._model

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(self._model_name, device="cpu")

    def ingest(self, passages: Passages) -> None:
        """Add the vectors and write both files."""
        vectors = passages.vectors
        if vectors is None:
            vectors = self._model.encode_document(passages.texts, normalize_embeddings=True, show_progress_bar=False)
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(vectors)
        faiss.write_index(index, self._index_file)
        self._rows_file.write_text(json.dumps([passages.ids, passages.texts, passages.languages]))

    def open(self) -> None:
        """Read both files."""
        self._index = faiss.read_index(self._index_file)
        self._ids, self._texts, languages = json.loads(self._rows_file.read_text())
        spoken = np.array(languages)
        self._selectors = {one: faiss.IDSelectorBatch(np.flatnonzero(spoken == one)) for one in set(languages)}

    def search(self, question: Question, count: int, language: str | None) -> Hits:
        """The nearest passages."""
        vector = question.vector
        if vector is None:
            vector = self._model.encode_query(question.text, normalize_embeddings=True, show_progress_bar=False)
        limits = faiss.SearchParameters(sel=self._selectors[language]) if language else None
        scores, rows = self._index.search(vector[None], count, params=limits)
        found = [(row, score) for row, score in zip(rows[0].tolist(), scores[0].tolist(), strict=True) if row >= 0]
        assert all(self._texts[row] for row, _ in found)
        return [(self._ids[row], score) for row, score in found]

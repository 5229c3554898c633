"""A peer that a person can compute by hand: the score is the inner product, and its own embedding counts letters a."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from benchmarks.peers.worker import Hits, Passages, Question


class Peer:
    """Everything in one file."""

    def __init__(self, index: Path, model: str | None, data: Path) -> None:
        print("what libraries print when they are loaded")
        self._file = index / "all.json"

    def ingest(self, passages: Passages) -> None:
        """Write it down."""
        vectors = passages.vectors
        if vectors is None:
            vectors = np.array([[text.count("a"), 0.0] for text in passages.texts])
        self._file.write_text(json.dumps([passages.ids, passages.languages, vectors.tolist()]))

    def open(self) -> None:
        """Read it."""
        self._ids, self._languages, vectors = json.loads(self._file.read_text())
        self._vectors = np.array(vectors)

    def search(self, question: Question, count: int, language: str | None) -> Hits:
        """Inner products, best first."""
        if question.text == "fail":
            raise ValueError("no such question")
        if question.text == "die":
            os._exit(3)
        vector = np.array([1.0, 0.0]) if question.vector is None else question.vector
        scores = self._vectors @ vector
        order = [row for row in np.argsort(-scores) if language in (None, self._languages[row])]
        return [(self._ids[row], scores[row]) for row in order[:count]]

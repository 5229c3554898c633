"""The one thing a ranker does."""

from __future__ import annotations

from typing import Protocol

from eval.runs import Ranking
from eval.sets import Query


class Ranker(Protocol):
    """Ranks articles; may be called from several threads."""

    @property
    def name(self) -> str:
        """What reports call it."""

    def rank(self, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
        """The best `depth` articles; `languages`, unless empty, limits the pool to articles in them."""

    def close(self) -> None:
        """Let files and connections go."""

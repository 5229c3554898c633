"""What a ranker does, and how it says that it cannot."""

from __future__ import annotations

from typing import Protocol

from eval.runs import Ranking
from eval.sets import Query
from index.errors import ZitatError

PAGE = 10  # articles that a reader is shown at once: what is asked for where time is taken


class RankingFailed(ZitatError):
    """One query could not be ranked; others may be. The message says what was seen and what to do."""


class Ranker(Protocol):
    """Ranks articles; may be called from several threads."""

    @property
    def name(self) -> str:
        """What reports call it."""

    def rank(self, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
        """The best `depth` articles; `languages`, unless empty, limits the pool to articles in them."""

    def show(self, query: Query, languages: tuple[str, ...]) -> None:
        """Do all that it takes to show a reader the first page, so that its time can be taken."""

    def close(self) -> None:
        """Let files and connections go."""

"""Both legs of a search at once: the words are looked up on a thread of their own while the question is encoded."""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np

from index.documents import TermQuery
from index.scope import Scope
from index.view import Floats, Keys, View
from retrieval.ranking import Ranking


class Legs:
    """What each leg nominates for one question in one state of the archive."""

    def __init__(
        self, view: View, terms: TermQuery, scope: Scope, ranking: Ranking, depth: int, threads: Executor
    ) -> None:
        """Ask the lexical leg for its first `depth`; it needs no vector, and may take the longest of all."""
        self.view, self.terms, self.scope, self.ranking = view, terms, scope, ranking
        self.scores: dict[int, float] = {}  # the BM25 of what the lexical leg nominated
        self._threads = threads
        self._asked = {depth: threads.submit(view.lexical, terms, depth, scope)}

    def at(self, depth: int, vector: Floats) -> list[Keys]:
        """The keys of the best `depth` of each leg, both working at once; a leg that is switched off has none."""
        lexical = self._asked.get(depth) or self._threads.submit(self.view.lexical, self.terms, depth, self.scope)
        dense, _ = self.view.dense(vector, depth, self.scope)
        keys, scores = lexical.result()
        self.scores.update(zip(keys.tolist(), scores.tolist(), strict=True))
        none = np.zeros(0, np.int64)
        return [dense if self.ranking.dense_leg else none, keys if self.ranking.lexical_leg else none]

"""One score for each candidate, out of three: late interaction, the pooled vectors, and the lexical leg.

    score = MaxSim + DENSE * cosine + LEXICAL * (bm25 / best bm25 in the passage's language - 1)

BM25 is only comparable between passages of one language: in other languages a question's words hardly occur, and the
score would put the question's own language first whatever the passages say. So each passage is measured against the
best of its own language; in languages other than the question's, where only names and numbers can match, that weighs
less. The weights were chosen by measurement (docs/decisions/0005-ranking.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DENSE = 0.15
LEXICAL, LEXICAL_ELSEWHERE = 0.10, 0.03
FIRST_LEXICAL = 0.10
MINE_FIRST = 0.10
IN_PERIOD = 0.04


@dataclass(frozen=True)
class Features:
    """What is known of the candidates before their tokens are compared, one row each.

    `bm25` is 0 where no word matches; `in_period` tells whether the article may be of a time the question names.
    """

    keys: NDArray[np.int64]
    languages: NDArray[np.str_]
    cosine: Floats
    bm25: Floats
    in_period: NDArray[np.bool_]

    def rows(self, chosen: NDArray[np.int64]) -> Features:
        """Some of the candidates, in the order given."""
        parts = (self.languages, self.cosine, self.bm25, self.in_period)
        return Features(self.keys[chosen], *(part[chosen] for part in parts))


def first_stage(features: Features) -> Floats:
    """A score without late interaction, to choose which candidates are worth comparing token by token."""
    return np.asarray(features.cosine + FIRST_LEXICAL * _lexical(features), np.float32)


def scores(features: Features, max_sim: Floats, language: str, *, mine_first: bool) -> Floats:
    """The final score of each candidate, higher is better; `language` is the question's."""
    own = features.languages == language
    weight = np.where(own, LEXICAL, LEXICAL_ELSEWHERE)
    out = max_sim + DENSE * features.cosine + weight * _lexical(features) + IN_PERIOD * features.in_period
    return np.asarray(out + MINE_FIRST * own if mine_first else out, np.float32)


def _lexical(features: Features) -> Floats:
    """From -1 (no word in common) to 0 (the most of all candidates in this language); 0 where the leg is blind."""
    out = np.zeros(len(features.keys), np.float32)
    for language in np.unique(features.languages):
        rows = features.languages == language
        best = features.bm25[rows].max(initial=0.0)
        if best > 0:
            out[rows] = features.bm25[rows] / best - 1.0
    return out


def best_first(keys: NDArray[np.int64], values: Floats) -> NDArray[np.int64]:
    """Row numbers, the best value first; ties go to the older chunk."""
    return np.lexsort((keys, -values))

"""One score for each candidate, out of three: late interaction, the pooled vectors, and the lexical leg.

    score = late * MaxSim + dense * cosine + lexical * (bm25 / best bm25 in the passage's language - 1)

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


@dataclass(frozen=True)
class Ranking:
    """The weights of the score; `first_lexical` is the first stage's."""

    late: float = 1.0
    dense: float = 0.15
    lexical: float = 0.10
    lexical_elsewhere: float = 0.03
    first_lexical: float = 0.10
    mine_first: float = 0.10
    in_period: float = 0.04


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
        return Features(
            keys=self.keys[chosen],
            languages=self.languages[chosen],
            cosine=self.cosine[chosen],
            bm25=self.bm25[chosen],
            in_period=self.in_period[chosen],
        )


def first_stage(features: Features, ranking: Ranking) -> Floats:
    """A score without late interaction, to choose which candidates are worth comparing token by token."""
    return np.asarray(features.cosine + ranking.first_lexical * _lexical(features), np.float32)


def final_score(features: Features, max_sim: Floats, language: str, mine_first: bool, ranking: Ranking) -> Floats:
    """The score of each candidate, higher is better; `language` is the question's."""
    own = features.languages == language
    weight = np.where(own, ranking.lexical, ranking.lexical_elsewhere)
    out = ranking.late * max_sim + ranking.dense * features.cosine + weight * _lexical(features)
    out += ranking.in_period * features.in_period
    return np.asarray(out + ranking.mine_first * own if mine_first else out, np.float32)


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

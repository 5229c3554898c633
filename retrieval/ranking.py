"""One score for each candidate, out of three: late interaction, the pooled vectors, and the lexical leg.

    score = late * MaxSim + dense * cosine
          + lexical * trust * (share of the best of all - fair)     in the question's language
          + elsewhere * (share of the best in its own - 1)          in any other

A share is a passage's BM25 over the best BM25 of other candidates. BM25 is only comparable between passages of one
language: in others a question's words hardly occur, and the score itself would put the question's own language first
whatever the passages say. In the question's language, words are evidence both ways: a passage gains by them above the
share `fair`, and loses below it, as far as words can be trusted: where even the best passage has few of the
question's, they say little. In other languages only names and numbers can match, so that weighs less, and only
passages of one language are told apart. The weights were chosen by measurement (docs/decisions/0005-ranking.md).
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
    lexical: float = 0.30
    fair: float = 0.55
    trusted: float = 0.8
    lexical_elsewhere: float = 0.03
    first_lexical: float = 0.10
    mine_first: float = 0.10
    in_period: float = 0.04


@dataclass(frozen=True)
class Features:
    """What is known of the candidates before their tokens are compared, one row each.

    `bm25` is 0 where no word matches; `ideal_bm25` is what a passage would get in which every term of the question
    occurs as often as is usual; `in_period` tells whether the article may be of a time the question names.
    """

    keys: NDArray[np.int64]
    languages: NDArray[np.str_]
    cosine: Floats
    bm25: Floats
    ideal_bm25: float
    in_period: NDArray[np.bool_]

    def rows(self, chosen: NDArray[np.int64]) -> Features:
        """Some of the candidates, in the order given."""
        return Features(
            keys=self.keys[chosen],
            languages=self.languages[chosen],
            cosine=self.cosine[chosen],
            bm25=self.bm25[chosen],
            ideal_bm25=self.ideal_bm25,
            in_period=self.in_period[chosen],
        )


def first_stage(features: Features, ranking: Ranking) -> Floats:
    """A score without late interaction, to choose which candidates are worth comparing token by token."""
    share, seen = _lexical_share(features)
    return np.asarray(features.cosine + ranking.first_lexical * seen * (share - 1.0), np.float32)


def final_score(features: Features, max_sim: Floats, language: str, mine_first: bool, ranking: Ranking) -> Floats:
    """The score of each candidate, higher is better; `language` is the question's."""
    own = features.languages == language
    share, seen = _lexical_share(features)
    best = float(features.bm25.max(initial=0.0))
    trust = min(1.0, best / max(ranking.trusted * features.ideal_bm25, 1e-9))
    evidence = features.bm25 / max(best, 1e-9) - ranking.fair
    words = np.where(own, ranking.lexical * trust * evidence, ranking.lexical_elsewhere * (share - 1.0))
    out = ranking.late * max_sim + ranking.dense * features.cosine + seen * words
    out += ranking.in_period * features.in_period
    return np.asarray(out + ranking.mine_first * own if mine_first else out, np.float32)


def _lexical_share(features: Features) -> tuple[Floats, NDArray[np.bool_]]:
    """BM25 over the best in the same language, 0 to 1, and whether the leg sees anything in that language at all."""
    share = np.zeros(len(features.keys), np.float32)
    seen = np.zeros(len(features.keys), bool)
    for language in np.unique(features.languages):
        rows = features.languages == language
        best = features.bm25[rows].max(initial=0.0)
        if best > 0:
            share[rows], seen[rows] = features.bm25[rows] / best, True
    return share, seen


def best_first(keys: NDArray[np.int64], values: Floats) -> NDArray[np.int64]:
    """Row numbers, the best value first; ties go to the older chunk."""
    return np.lexsort((keys, -values))

"""One score for each candidate, out of three: late interaction, the pooled vectors, and the lexical leg.

    score = late * MaxSim + dense * cosine
          + lexical * trust * (share of the best of all - fair)     in the question's language
          + elsewhere * (share of the best in its own - 1)          in any other

MaxSim is a mean over the tokens of the question of how well a passage answers to each (`max_sim_of`). A token weighs
the more, the further the best candidate is above the usual one: what all meet alike says nothing. And the mean is a
strict one, in which the tokens met least count most: a passage about the right things and the wrong person is wrong.

A share is a passage's BM25 over the best BM25 of other candidates. BM25 is only comparable between passages of one
language: in others a question's words hardly occur, and the score itself would put the question's own language first
whatever the passages say. In the question's language, words are evidence both ways: a passage gains by them above the
share `fair`, and loses below it, as far as words can be trusted: where even the best passage has few of the
question's, they say little. In other languages only names and numbers can match, so that weighs less, and only
passages of one language are told apart.

At the end, passages in other languages than the first one's that say the same as it come closer to it
(`with_agreement`). They cannot pass it, so whatever is first stays first, and passages in its own language keep their
order. It is only a part of the way, so that what is nearly as good as the first is not buried under translations of
it. The weights were chosen by measurement (docs/decisions/0005-ranking.md, 0012-agreement.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

TELLS_NOTHING = 1e-3  # the least that a token's match can spread, so that there is always something to divide by


@dataclass(frozen=True)
class Ranking:
    """The weights of the score; `first_lexical` is the first stage's.

    `telling` is the power to which a token's spread over the candidates is its weight. Two passages are taken to say
    the same, the more the further their cosine is from `alike` up to `same`; then one takes over that share of the
    other's lead, at most `agreeing` of it.
    """

    late: float = 1.0
    telling: float = 1.5
    strictness: float = 4.0
    dense: float = 0.15
    lexical: float = 0.30
    fair: float = 0.55
    trusted: float = 0.8
    lexical_elsewhere: float = 0.03
    first_lexical: float = 0.10
    agreeing: float = 0.5
    alike: float = 0.75
    same: float = 0.85
    mine_first: float = 0.10
    in_period: float = 0.04
    dense_leg: bool = True  # whether a leg nominates at all: switched off only to measure what it adds
    lexical_leg: bool = True


@dataclass(frozen=True)
class Features:
    """What is known of the candidates before their tokens are compared, one row each.

    `vectors` have unit length. `bm25` is 0 where no word matches; `ideal_bm25` is what a passage would get in which
    every term of the question occurs as often as is usual; `in_period` tells whether the article may be of a time the
    question names.
    """

    keys: NDArray[np.int64]
    languages: NDArray[np.str_]
    vectors: Floats
    cosine: Floats
    bm25: Floats
    ideal_bm25: float
    in_period: NDArray[np.bool_]

    def rows(self, chosen: NDArray[np.int64]) -> Features:
        """Some of the candidates, in the order given."""
        return Features(
            keys=self.keys[chosen],
            languages=self.languages[chosen],
            vectors=self.vectors[chosen],
            cosine=self.cosine[chosen],
            bm25=self.bm25[chosen],
            ideal_bm25=self.ideal_bm25,
            in_period=self.in_period[chosen],
        )

    def likeness(self, row: int) -> Floats:
        """The cosine of every candidate with one of them."""
        return np.asarray(self.vectors @ self.vectors[row], np.float32)


def first_stage(features: Features, ranking: Ranking) -> Floats:
    """A score without late interaction, to choose which candidates are worth comparing token by token."""
    share, seen = _lexical_share(features)
    return np.asarray(features.cosine + ranking.first_lexical * seen * (share - 1.0), np.float32)


def max_sim_of(tokens: Floats, ranking: Ranking) -> Floats:
    """The strict mean over the question's tokens, for each passage.

    `tokens` is how well each passage answers to each token, shape (passages, tokens), neither of them 0. With weights w
    and strictness s the mean is -log(sum(w * exp(-s * tokens))) / s, which for small s is the usual one.
    """
    telling = np.maximum(tokens.max(0) - np.median(tokens, 0), TELLS_NOTHING) ** ranking.telling
    missed = np.exp(-ranking.strictness * tokens) @ (telling / telling.sum())
    return np.asarray(-np.log(missed) / ranking.strictness, np.float32)


def final_score(features: Features, late: Floats, language: str, ranking: Ranking) -> Floats:
    """The score of each candidate by itself, higher is better; `language` is the question's."""
    own = features.languages == language
    share, seen = _lexical_share(features)
    best = float(features.bm25.max(initial=0.0))
    trust = min(1.0, best / max(ranking.trusted * features.ideal_bm25, 1e-9))
    evidence = features.bm25 / max(best, 1e-9) - ranking.fair
    words = np.where(own, ranking.lexical * trust * evidence, ranking.lexical_elsewhere * (share - 1.0))
    out = ranking.late * late + ranking.dense * features.cosine + seen * words
    return np.asarray(out + ranking.in_period * features.in_period, np.float32)


def with_agreement(features: Features, score: Floats, ranking: Ranking) -> Floats:
    """The scores, where passages in other languages that say the same as the first have come closer to it."""
    if not len(score):
        return score
    first = int(best_first(features.keys, score)[0])
    said = (features.likeness(first) - ranking.alike) / (ranking.same - ranking.alike)
    taken = ranking.agreeing * said.clip(0.0, 1.0) * (features.languages != features.languages[first])
    return np.asarray(score + taken * (score[first] - score), np.float32)


def _lexical_share(features: Features) -> tuple[Floats, NDArray[np.bool_]]:
    """BM25 over the best in the same language, 0 to 1, and whether the leg sees anything in that language at all."""
    share = np.zeros(len(features.keys), np.float32)
    seen = np.zeros(len(features.keys), bool)
    for language in set(features.languages.tolist()):
        rows = features.languages == language
        best = features.bm25[rows].max(initial=0.0)
        if best > 0:
            share[rows], seen[rows] = features.bm25[rows] / best, True
    return share, seen


def best_first(keys: NDArray[np.int64], values: Floats) -> NDArray[np.int64]:
    """Row numbers, the best value first; ties go to the older chunk."""
    return np.lexsort((keys, -values))

"""Candidates compared with one question: what each leg says of them, then token by token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.encoders.codes import token_matches
from index.encoders.encoder import Codes, EncodedQuery
from index.truth.schema import Candidate
from index.view import View
from retrieval.question import Question
from retrieval.ranking import Features, Floats, Ranking, final_score, max_sim_of


@dataclass(frozen=True)
class Comparison:
    """Candidates with their features and, by token codes, how well each answers to each of the question's tokens."""

    found: list[Candidate]
    features: Features
    codes: list[Codes]
    tokens: Floats


@dataclass(frozen=True)
class Comparer:
    """Compares passages of one state of the archive with one question."""

    view: View
    asked: Question
    query: EncodedQuery
    ranking: Ranking

    def features(self, found: Sequence[Candidate]) -> Features:
        """What both legs say, one row for each of the candidates, which come in the order of their keys."""
        keys = np.array([c.key for c in found], np.int64)
        vectors = self.view.store.vectors_of(keys.tolist()).reshape(len(keys), -1)
        return Features(
            keys=keys,
            languages=np.array([c.language for c in found], np.str_),
            vectors=vectors,
            cosine=vectors @ self.query.vector,
            bm25=self.view.lexical_scores(self.asked.terms, keys),
            ideal_bm25=sum(self.view.rarity(self.asked.terms).values()),
            in_period=np.array([_in_period(c, self.asked) for c in found], bool),
        )

    def compared(self, found: list[Candidate], features: Features) -> Comparison:
        """The same candidates, token by token."""
        codes = self.view.store.codes(features.keys.tolist(), self.query.vector.size // 8)
        return Comparison(found, features, codes, token_matches(self.query.tokens, codes))

    def scores(self, comparison: Comparison) -> tuple[Floats, Floats]:
        """The late interaction and the score of each candidate by itself.

        One that cannot be compared token by token, as its encoder gives no codes, is judged by its cosine instead.
        """
        late = comparison.features.cosine.copy()
        coded = np.array([len(codes) > 0 for codes in comparison.codes], bool)
        if coded.any() and len(self.query.tokens):
            late[coded] = max_sim_of(comparison.tokens[coded], self.ranking)
        language = self.asked.understood.language
        return late, final_score(comparison.features, late, language, self.ranking)


def joined(one: Comparison, other: Comparison) -> Comparison:
    """The candidates of both."""
    first, second = one.features, other.features
    return Comparison(
        found=one.found + other.found,
        features=Features(
            keys=np.concatenate([first.keys, second.keys]),
            languages=np.concatenate([first.languages, second.languages]),
            vectors=np.concatenate([first.vectors, second.vectors]),
            cosine=np.concatenate([first.cosine, second.cosine]),
            bm25=np.concatenate([first.bm25, second.bm25]),
            ideal_bm25=first.ideal_bm25,
            in_period=np.concatenate([first.in_period, second.in_period]),
        ),
        codes=one.codes + other.codes,
        tokens=np.concatenate([one.tokens, other.tokens]),
    )


def _in_period(candidate: Candidate, asked: Question) -> bool:
    if candidate.earliest is None or candidate.latest is None:
        return False
    return any(
        candidate.earliest <= period.latest.toordinal() and period.earliest.toordinal() <= candidate.latest
        for period in asked.understood.dates
    )

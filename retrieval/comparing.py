"""Candidates compared with one question: what each leg says of them, then token by token."""

from __future__ import annotations

from collections.abc import Mapping, Set
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.encoders.codes import token_matches
from index.encoders.encoder import Codes, EncodedQuery
from index.truth.schema import Candidate
from index.view import View
from retrieval.question import Question
from retrieval.ranking import Features, Floats, Ranking, final_score, max_sim_of


@dataclass(frozen=True)
class Nominated:
    """Candidates that still exist, what each leg says of them, and their token codes: one row each of all three."""

    found: list[Candidate]
    features: Features
    codes: list[Codes]

    def rows(self, chosen: NDArray[np.int64]) -> Nominated:
        """Some of them, in the order given."""
        places = chosen.tolist()
        return Nominated(
            [self.found[row] for row in places], self.features.rows(chosen), [self.codes[row] for row in places]
        )


@dataclass(frozen=True)
class Comparison(Nominated):
    """Candidates and, by token codes, how well each answers to each of the question's tokens."""

    tokens: Floats


@dataclass(frozen=True)
class Comparer:
    """Compares passages of one state of the archive with one question."""

    view: View
    asked: Question
    query: EncodedQuery
    ranking: Ranking
    threads: Executor

    def alive(self, keys: Set[int], without: Set[int]) -> list[Candidate]:
        """Those of some chunks that still exist, in the order of their keys; none of the clusters `without`."""
        found = self.view.store.candidates(sorted(key for key in keys if key <= self.view.state.last_chunk))
        return [one for one in found if one.cluster not in without]

    def nominated(self, found: list[Candidate], known: Mapping[int, float]) -> Nominated:
        """What is known of candidates; vectors and codes are read while the words' index is asked for its scores.

        It is only asked for those that are not `known`.
        """
        keys = np.array([one.key for one in found], np.int64)
        bm25 = np.array([known.get(one.key, -1.0) for one in found], np.float32)
        unknown = bm25 < 0
        scores = self.threads.submit(self.view.lexical_scores, self.asked.terms, keys[unknown])
        dimension = self.query.vector.size
        stored, codes = self.view.store.encodings_of(keys.tolist(), dimension // 8)
        vectors = stored.reshape(len(keys), dimension)
        bm25[unknown] = scores.result()
        features = Features(
            keys=keys,
            languages=np.array([c.language for c in found], np.str_),
            vectors=vectors,
            cosine=vectors @ self.query.vector,
            bm25=bm25,
            ideal_bm25=sum(self.view.rarity(self.asked.terms).values()),
            in_period=np.array([_in_period(c, self.asked) for c in found], bool),
        )
        return Nominated(found, features, codes)

    def compared(self, nominated: Nominated) -> Comparison:
        """The same candidates, token by token."""
        tokens = token_matches(self.query.tokens, nominated.codes)
        return Comparison(nominated.found, nominated.features, nominated.codes, tokens)

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

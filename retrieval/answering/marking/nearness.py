"""How well a candidate answers, by where the sentence's counterparts of the question's tokens stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.encoders.encoder import Vectors
from retrieval.answering.evidence import Sentence
from retrieval.answering.marking.candidates import Candidate

REACH = 20.0  # tokens over which a word of the question counts for a candidate, fading
NEAR, BEST, LIKELY, NOUN = 9.0, 0.6, 0.5, 8.0  # weights of what is added up in `fitness`
COUNTED, BEHIND, BEFORE = 2, 4, 2  # tokens of the question that say what is counted, and beside a figure those that may
EVEN, AFTER = 0.6, 4.0  # what each token of the question counts; more those behind the words that ask, fading so
DONE, HEARD = 3, 0.28  # tokens behind the words that ask in which the deed is, and the cosine from which it is told
SUFFERED = 0.4  # the same of people and of what became of them
FADING = 2.0  # tokens of the question over which those that say what is counted fade

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Nearness:
    """Tells candidates of a sentence apart.

    `telling` is how much each of the question's tokens counts: those that one place of the sentence answers to, not all
    of it. `behind` are the distances of its tokens behind the words that ask, 0 for those that are not. What stands
    nearer to one of the `offered` candidates is not beside another.
    """

    sentence: Sentence
    telling: Floats
    behind: Floats
    offered: Sequence[Candidate]

    @classmethod
    def of(cls, sentence: Sentence, behind: Floats, offered: Sequence[Candidate]) -> Nearness:
        """From the distances of the question's tokens behind the words that ask, and all candidates."""
        telling = _telling(sentence.pairs)
        if len(behind) == len(telling) and behind.any():
            telling = telling * (EVEN + np.where(behind > 0, np.exp(-(behind - 1) / AFTER), 0.0))
        return cls(sentence, telling / max(float(telling.sum()), 1e-6), behind, offered)

    def tells_of_deed(self) -> bool:
        """Whether anything in the sentence answers to the words behind those that ask: "who built the bridge"."""
        return self._told(DONE).max(initial=0.0) >= HEARD or not self._told(DONE).size

    def tells_of_fate(self) -> bool:
        """Whether the sentence tells of people, and of what became of them: "how many people died"."""
        return bool((self._told(COUNTED) >= SUFFERED).all())

    def _told(self, words: int) -> Floats:
        """How well the sentence answers to each of the first tokens behind the words that ask."""
        asked = (self.behind > 0) & (self.behind <= words)
        pairs = self.sentence.pairs
        return pairs[asked].max(1).astype(np.float64) if pairs.size and asked.any() else np.zeros(0)

    def fitness(self, candidate: Candidate) -> float:
        """It looks like what is asked for, is near what the question speaks of, and what is counted is beside it."""
        counted = NOUN * self._noun(candidate) if candidate.counts else 0.0
        return self.near(candidate) + LIKELY * candidate.likelihood + counted

    def near(self, candidate: Candidate) -> float:
        """How near it is to counterparts of the question's tokens, and to the best of them."""
        pairs = self.sentence.pairs
        if not pairs.size:
            return 0.0
        away = np.abs(self._places(candidate)).astype(np.float64)
        fading = np.where(away > 0, np.exp(-away / REACH), 0.0)  # its own words are the answer, not what it is about
        near = NEAR * float(self.telling @ (pairs * fading).max(1))
        return near - BEST * float(self.telling @ np.log1p(away[pairs.argmax(1)]))

    def _noun(self, candidate: Candidate) -> float:
        """How well the words beside a figure answer to those behind the words that ask: "how many people died"."""
        asked = (self.behind > 0) & (self.behind <= COUNTED)
        if not self.sentence.pairs.size or not asked.any():
            return 0.0
        beside = self._beside(candidate)
        best = np.maximum((self.sentence.pairs[asked] * beside).max(1), 0.0)
        weights = np.exp(-(self.behind[asked] - 1) / FADING)
        return float(best @ weights / weights.sum())

    def _beside(self, candidate: Candidate) -> Floats:
        """What each token of the sentence counts as one beside a figure, unless it is nearer to another figure."""
        places = self._places(candidate)
        others = [np.abs(self._places(one)) - (one.start < candidate.start) for one in self.offered if one != candidate]
        beside = np.where(places > 0, places <= BEHIND, (places < 0) & (places >= -BEFORE))
        return np.asarray(beside & np.logical_and.reduce([np.abs(places) <= one for one in others]), np.float64)

    def _places(self, candidate: Candidate) -> NDArray[np.int64]:
        """How many tokens each of the sentence's stands behind a candidate; less than 0 before it, 0 for its own."""
        ends, at = self.sentence.ends - self.sentence.start, np.arange(len(self.sentence.ends))
        first = int(np.searchsorted(ends, candidate.start, side="right"))
        last = min(int(np.searchsorted(ends, candidate.end, side="left")), len(at) - 1)
        return np.where(at < first, at - first, np.maximum(at - last, 0))


def _telling(pairs: Vectors) -> Floats:
    if not pairs.size:
        return np.zeros(len(pairs))
    return np.asarray(np.maximum(pairs.max(1) - pairs.mean(1), 0.0), np.float64)

"""Two sentences, in whatever two languages, compared token by token."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.encoders.encoder import EncodedQuery

# Means of the best cosines, token by token and both ways, from which two sentences say the same: the nearest sentence
# that says something else is nearer where it shares the language, and so the very words.
SAME_LANGUAGE, OTHER_LANGUAGE = 0.60, 0.46
BY_VECTOR = 0.75  # the same for the cosine of an encoder that gives no token vectors
# The closeness of some words to another sentence: their best cosines, less where the whole sentence is close (languages
# differ in that), and more where the tokens nearest to them are nearest to them in turn.
FAR, MUTUAL = 0.60, 0.07


@dataclass(frozen=True, eq=False)
class Read:
    """A text as the checks see it; `ends` are those of its tokens."""

    text: str
    language: str
    encoded: EncodedQuery
    ends: NDArray[np.int64]

    def tokens_of(self, start: int, end: int) -> NDArray[np.bool_]:
        """Which of its token vectors are of the text from `start` to `end`."""
        ends = self.ends[: len(self.encoded.tokens)]
        starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
        out = np.zeros(len(self.encoded.tokens), bool)
        out[: len(ends)] = (ends > start) & (starts < end)
        return out


class Alignment:
    """The cosines of a claim's tokens (rows) with a source's."""

    def __init__(self, claim: Read, source: Read) -> None:
        self.claim, self.source = claim, source
        self.same_language = claim.language == source.language
        self._pairs = claim.encoded.tokens @ source.encoded.tokens.T

    def similarity(self) -> float:
        """How nearly the two say the same; 1 or more is enough."""
        if not self._pairs.size:
            return float(self.claim.encoded.vector @ self.source.encoded.vector) / BY_VECTOR
        enough = SAME_LANGUAGE if self.same_language else OTHER_LANGUAGE
        return float(self._pairs.max(1).mean() + self._pairs.max(0).mean()) / (2 * enough)

    def closeness(self, start: int, end: int) -> float | None:
        """How close the claim's words from `start` to `end` come to any of the source's; None where none has tokens."""
        own = self.claim.tokens_of(start, end)
        if not own.any() or not self._pairs.size:
            return None
        nearest = self._pairs[own].argmax(1)
        mutual = own[self._pairs[:, nearest].argmax(0)].mean()
        return float(self._pairs[own].max(1).mean() - FAR * self._pairs.max(1).mean() + MUTUAL * mutual)

    def turned(self) -> Alignment:
        """The same with claim and source exchanged."""
        return Alignment(self.source, self.claim)

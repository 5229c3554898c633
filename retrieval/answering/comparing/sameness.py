"""How nearly two sentences, in whatever languages, speak of one thing: by their tokens, figures and dates aside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.encoders.codes import sign_similarity
from index.encoders.encoder import Vectors
from retrieval.answering.evidence import Sentence

Span = tuple[int, int]
WINDOW = 32  # code points on each side of a figure in which stand what it counts and what happened


def cosines(a: Sentence, b: Sentence) -> Vectors:
    """Estimated cosines of the tokens of two sentences, shape (tokens of a, tokens of b), from their codes alone."""
    if not len(a.codes) or not len(b.codes):
        return np.zeros((len(a.codes), len(b.codes)), np.float32)
    return sign_similarity(a.codes, b.codes)


def token_spans(sentence: Sentence) -> NDArray[np.int64]:
    """Start and end of each token within the sentence's own text, shape (tokens, 2)."""
    ends = sentence.ends - sentence.start
    starts = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    return np.stack([starts, ends], axis=1)


def outside(sentence: Sentence, spans: Iterable[Span]) -> NDArray[np.bool_]:
    """Which tokens have letters of their own and lie in none of the spans of the sentence's text."""
    tokens = token_spans(sentence)
    kept = np.array([any(map(str.isalpha, sentence.text[start:end])) for start, end in tokens.tolist()], bool)
    for start, end in spans:
        kept &= (tokens[:, 1] <= start) | (tokens[:, 0] >= end)
    return kept


def near(sentence: Sentence, span: Span, width: int = WINDOW) -> NDArray[np.bool_]:
    """Which tokens lie around a span of the sentence's text."""
    tokens = token_spans(sentence)
    return np.asarray((tokens[:, 1] > span[0] - width) & (tokens[:, 0] < span[1] + width), bool)


@dataclass(frozen=True)
class Alignment:
    """The tokens of two sentences that count, and their estimated cosines."""

    pairs: Vectors
    kept_a: NDArray[np.bool_]
    kept_b: NDArray[np.bool_]

    def similarity(self, of_a: NDArray[np.bool_] | None = None, of_b: NDArray[np.bool_] | None = None) -> float:
        """Mean of the best counterparts, in the worse direction; of the tokens given, or of all."""
        rows = self.kept_a if of_a is None else self.kept_a & of_a
        columns = self.kept_b if of_b is None else self.kept_b & of_b
        if not rows.any() or not columns.any():
            return 0.0
        ahead = self.pairs[np.ix_(rows, self.kept_b)].max(1).mean()
        back = self.pairs[np.ix_(self.kept_a, columns)].max(0).mean()
        return float(min(ahead, back))

    def weakest(self, of_a: NDArray[np.bool_], of_b: NDArray[np.bool_]) -> float:
        """The lowest among the best counterparts of some tokens of each."""
        rows, columns = self.kept_a & of_a, self.kept_b & of_b
        if not rows.any() or not columns.any():
            return 0.0
        ahead = self.pairs[np.ix_(rows, self.kept_b)].max(1).min()
        return float(min(ahead, self.pairs[np.ix_(self.kept_a, columns)].max(0).min()))

    def mutual(self, of_a: NDArray[np.bool_], of_b: NDArray[np.bool_]) -> float:
        """Mean of the best counterparts of some tokens of each among those of the other, in the worse direction."""
        back = Alignment(self.pairs.T, self.kept_b, self.kept_a)
        return min(self.between(of_a, of_b), back.between(of_b, of_a))

    def between(self, of_a: NDArray[np.bool_], of_b: NDArray[np.bool_]) -> float:
        """Mean of the best counterparts of some tokens of one among some of the other."""
        rows, columns = self.kept_a & of_a, self.kept_b & of_b
        return float(self.pairs[np.ix_(rows, columns)].max(1).mean()) if rows.any() and columns.any() else 0.0


def alignment_of(
    a: Sentence, b: Sentence, pairs: Vectors, aside_a: Iterable[Span], aside_b: Iterable[Span]
) -> Alignment:
    """Two sentences, `pairs` their `cosines`, without the parts that are to be left aside."""
    return Alignment(pairs, outside(a, aside_a), outside(b, aside_b))

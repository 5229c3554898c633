"""BM25 as Tantivy computes it, over sparse vectors that do not have to be written anew when the archive grows.

A dimension is a field and a hash of a term. What is stored for it is the part of BM25 that its chunk alone decides, by
the average length that fields had when it was written (a pivot); the search multiplies it by the inverse document
frequency, and nominates. The counts can be got back from what is stored, so nominated chunks get their exact score by
the averages of today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xxhash
from numpy.typing import NDArray

from index.documents import TermDocument

K1, B = 1.2, 0.75
FIELDS = ("terms", "context", "names")
# 30 bits of a hash and two for the field. Among ten million terms a question's term meets another one's dimension once
# in a hundred times, and that one is nearly always rare: half of the words of any archive occur once.
HASH_BITS = 30
EMPTY = 3  # the dimension of a chunk without any terms: Milvus wants one
PIVOT_SHIFT, MOST_PIVOTS = 24, 255
SMALLEST_AVERAGE = 1.0

Floats = NDArray[np.float32]
Averages = tuple[float, ...]


def _lengths() -> NDArray[np.int64]:
    """The lengths that a byte can stand for: all up to 40, then those of four binary digits, as in Lucene."""
    plain = [*range(24)]
    for code in range(256 - len(plain)):
        shift, digits = (code >> 3) - 1, code & 7
        plain.append(24 + (digits if shift < 0 else (digits | 8) << shift))
    return np.array(plain, np.int64)


LENGTHS = _lengths()


def length_code(length: int) -> int:
    """The byte for a field's length: the longest that is not longer."""
    return int(np.searchsorted(LENGTHS, length, side="right")) - 1


def dimension_of(field: str, term: str) -> int:
    """Where a term of a field stands in sparse vectors."""
    return xxhash.xxh3_64_intdigest(term.encode()) >> (64 - HASH_BITS) << 2 | FIELDS.index(field)


@dataclass(frozen=True, eq=False)
class Counts:
    """How often each term occurs in a chunk: `dimensions` ascending, and the code of each field's length."""

    dimensions: NDArray[np.uint32]
    counts: Floats
    codes: tuple[int, ...]

    @property
    def tokens(self) -> Averages:
        """How many terms each field has."""
        fields = self.dimensions & 3
        return tuple(float(self.counts[fields == field].sum()) for field in range(len(FIELDS)))


def counted(document: TermDocument) -> Counts:
    """A chunk's terms."""
    found: Counter[int] = Counter()
    codes = []
    for field in FIELDS:
        terms = [term for term in getattr(document, field) if term]
        found.update(dimension_of(field, term) for term in terms)
        codes.append(length_code(len(terms)))
    order = sorted(found)
    return Counts(np.array(order, np.uint32), np.array([found[one] for one in order], np.float32), tuple(codes))


def stored_weights(one: Counts, pivot: Averages) -> dict[int, float]:
    """What is stored of a chunk under each dimension."""
    fixed = _length_part(one, pivot)
    weights = (K1 + 1) * one.counts / (one.counts + fixed)
    return dict(zip(one.dimensions.tolist(), weights.tolist(), strict=True)) or {EMPTY: 1.0}


def counts_again(weights: Mapping[int, float], packed: int, pivots: Sequence[Averages]) -> Counts:
    """The counts that stored weights were made from."""
    dimensions = np.array(sorted(weights), np.uint32)
    dimensions = dimensions[dimensions != EMPTY]
    values = np.array([weights[one] for one in dimensions.tolist()], np.float64)
    codes, pivot = unpacked(packed)
    bare = Counts(dimensions, np.zeros(len(dimensions), np.float32), codes)
    counts = values * _length_part(bare, pivots[pivot]) / (K1 + 1 - values)
    return Counts(dimensions, np.rint(counts).astype(np.float32), codes)


def packed(codes: Sequence[int], pivot: int) -> int:
    """The codes of a chunk's lengths and the number of its pivot in one integer."""
    return sum(code << 8 * at for at, code in enumerate(codes)) | pivot << PIVOT_SHIFT


def unpacked(number: int) -> tuple[tuple[int, ...], int]:
    """The same taken apart."""
    return tuple(number >> 8 * at & 255 for at in range(len(FIELDS))), number >> PIVOT_SHIFT


def _length_part(one: Counts, averages: Averages) -> NDArray[np.float64]:
    """What BM25 adds to the count below the line, for each dimension."""
    part: NDArray[np.float64] = _by_length(one.codes, averages)[one.dimensions & 3]
    return part


def _by_length(codes: tuple[int, ...], averages: Averages) -> NDArray[np.float64]:
    lengths = LENGTHS[list(codes)]
    return K1 * (1 - B + B * lengths / np.maximum(averages, 1e-9))


def usable_pivot(averages: Averages) -> Averages:
    """Averages to divide by, even where a field is empty as yet."""
    return tuple(max(average, SMALLEST_AVERAGE) for average in averages)


def rare_weight(documents: int, containing: int) -> float:
    """The inverse document frequency."""
    return float(np.log1p((documents - containing + 0.5) / (containing + 0.5)))


@dataclass(frozen=True, eq=False)
class Weighted:
    """A question: the dimension of each term, and its inverse document frequency times the field's boost."""

    dimensions: NDArray[np.uint32]
    weights: NDArray[np.float64]

    def sparse(self) -> dict[int, float]:
        """As a sparse vector to search with."""
        return dict(zip(self.dimensions.tolist(), self.weights.tolist(), strict=True))

    def score(self, one: Counts, averages: Averages) -> float:
        """The BM25 of a chunk, where fields have these average lengths."""
        if not len(one.dimensions):
            return 0.0
        at = np.minimum(np.searchsorted(one.dimensions, self.dimensions), len(one.dimensions) - 1)
        counts = np.where(one.dimensions[at] == self.dimensions, one.counts[at], 0.0)
        below = counts + _by_length(one.codes, averages)[self.dimensions & 3]
        return float(self.weights @ ((K1 + 1) * counts / below))

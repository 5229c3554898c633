"""Late interaction on one bit a dimension: token vectors as sign codes, and MaxSim over them.

A token vector, centred and rotated at random, keeps its direction in the signs of its components (RaBitQ, arXiv
2405.12497): 384 dimensions take 48 bytes. The question's tokens stay floats. MaxSim is that of ColBERT (2004.12832):
the mean over the question's tokens of the largest inner product with the passage's tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoders.bits import products, rounded
from index.encoders.encoder import Codes, Vectors

BLOCK = 2_048  # passage tokens compared at once: unpacked, a token's signs take 32 times its code


def normalise(vectors: Vectors) -> Vectors:
    """Rows scaled to unit length; a zero row stays zero."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12), np.float32)


def pack(tokens: Vectors) -> Codes:
    """Centred and rotated token vectors, shape (n, d), as sign codes, shape (n, d / 8)."""
    return np.packbits(tokens > 0, axis=-1)


def alignment(query: Vectors, codes: Codes) -> Vectors:
    """Estimated cosines, shape (question tokens, passage tokens)."""
    signs = np.unpackbits(codes, axis=-1).astype(np.float32)
    return _cosines(query @ signs.T, query.sum(1, keepdims=True), query.shape[1])


def sign_similarity(one: Codes, other: Codes) -> Vectors:
    """Estimated cosines of tokens known by their codes alone, shape (tokens of one, tokens of the other).

    Of two directions at angle t, random projections differ in sign with probability t / pi (SimHash, Charikar 2002).
    """
    signs = [2.0 * np.unpackbits(codes, axis=-1).astype(np.float32) - 1.0 for codes in (one, other)]
    agreement = signs[0] @ signs[1].T / signs[0].shape[1]
    return np.asarray(np.sin(np.pi / 2 * agreement), np.float32)


def max_sim(query: Vectors, passages: Sequence[Codes]) -> NDArray[np.float32]:
    """The MaxSim of a question, shape (n, d), with each passage; 0 for a passage or a question without codes."""
    return token_matches(query, passages).mean(1) if len(query) else np.zeros(len(passages), np.float32)


def token_matches(query: Vectors, passages: Sequence[Codes]) -> Vectors:
    """How well each passage answers to each token of a question, shape (passages, n); 0 without codes."""
    out = np.zeros((len(passages), len(query)), np.float32)
    if len(query):
        whole, step = rounded(query)
        for rows in _blocks([len(codes) for codes in passages]):
            best = _best_products(whole, [passages[row] for row in rows])
            out[rows] = _cosines(best * step, query.sum(1), query.shape[1])
    return out


def _blocks(sizes: Sequence[int]) -> Iterator[list[int]]:
    """The rows of passages that have codes, together no more than a block unless one alone is."""
    rows: list[int] = []
    total = 0
    for row, size in enumerate(sizes):
        if rows and total + size > BLOCK:
            yield rows
            rows, total = [], 0
        if size:
            rows.append(row)
            total += size
    if rows:
        yield rows


def _best_products(whole: NDArray[np.int8], passages: Sequence[Codes]) -> NDArray[np.int32]:
    """Of each passage and token of the question the greatest product; that of whole numbers is that of the cosines."""
    starts = np.cumsum([0, *(len(codes) for codes in passages[:-1])])
    return np.maximum.reduceat(products(np.concatenate(passages), whole), starts, axis=0)


def _cosines(products: NDArray[Any], total: NDArray[np.float32], dimension: int) -> Vectors:
    """<q, 2b - 1> = 2 <q, b> - sum(q); the factor makes the estimate of the cosine unbiased for a random rotation."""
    return np.asarray((2.0 * products - total) * np.sqrt(np.pi / (2 * dimension)), np.float32)

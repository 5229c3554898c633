"""What an encoder is: the protocol that both implementations keep, and the records that pass through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Codes = NDArray[np.uint8]

BUNDLED = "bundled"


@dataclass(frozen=True)
class Passage:
    """What the encoder sees of a chunk. `context` (title, source, date) colours the vector but has no token codes."""

    text: str
    context: str
    language: str


@dataclass(frozen=True)
class EncodedPassage:
    """`vector`: unit length, shape (d,). `codes`: sign codes of the text's tokens, shape (tokens, d / 8), or empty."""

    vector: Vectors
    codes: Codes


@dataclass(frozen=True)
class EncodedQuery:
    """`vector`: unit length, shape (d,). `tokens`: rotated unit token vectors, shape (n, d), n = 0 without codes."""

    vector: Vectors
    tokens: Vectors


class Encoder(Protocol):
    """Turns passages and questions into vectors that may be compared by inner product."""

    @property
    def fingerprint(self) -> dict[str, str | int]:
        """All that makes vectors comparable: two encoders with equal fingerprints may share an archive."""

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""

    @property
    def window(self) -> int:
        """The most tokens a passage's text may have, its prefix, context and special tokens already set aside."""

    def token_ends(self, text: str) -> NDArray[np.int64]:
        """The end in code points of each token of `text`, in order, without special tokens."""

    def encode_passages(self, passages: Sequence[Passage]) -> list[EncodedPassage]:
        """Encode, in the order given."""

    def encode_query(self, question: str, language: str) -> EncodedQuery:
        """Encode one question."""


def load_encoder(name: str = BUNDLED, device: str | None = None, threads: int | None = None) -> Encoder:
    """The bundled encoder, or any sentence-transformers model by name or path.

    `device` is where passages are encoded: "cpu", "cuda", "auto" for a GPU where there is one, or None for what suits
    the model: the bundled one runs in int8 on the CPU. `threads` limits the bundled one's; None is one a core.
    """
    from index.encoders.device import chosen

    device = chosen(device) if device else None
    if name == BUNDLED and device == "cuda":
        from index.encoders.gpu import GpuEncoder

        return GpuEncoder(device)
    if name == BUNDLED:
        from index.encoders.bundled import BundledEncoder

        return BundledEncoder(threads)
    from index.encoders.sbert import SentenceTransformerEncoder

    return SentenceTransformerEncoder(name, device)

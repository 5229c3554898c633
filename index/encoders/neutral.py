"""Language means: what of a vector says only which language its text is in, so that it can be taken away.

Multilingual encoders put the question's own language first. Subtracting each language's mean, for passages and
questions separately, makes ranks comparable across languages (LAReQA, arXiv 2004.05484). The means that ship were
fitted on parallel sentences (SIB-200, Apache-2.0, of FLORES-200, CC BY-SA 4.0) by benchmarks/fit_means.py; a language
without a mean of its own gets the mean over all languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

import numpy as np

from index.encoders.codes import normalise
from index.encoders.encoder import Vectors

KEPT = 0.6  # the share of the all-language mean left in pooled vectors (docs/decisions/0004-language-neutral.md)


@dataclass(frozen=True)
class LanguageMeans:
    """Means of one side (passages or questions): rows of `pooled` and `tokens`, shape (languages, d), unit vectors."""

    languages: tuple[str, ...]
    pooled: Vectors
    tokens: Vectors

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {language: row for row, language in enumerate(self.languages)}

    @cached_property
    def _common(self) -> tuple[Vectors, Vectors]:
        return self.pooled.mean(0), self.tokens.mean(0)

    def neutral(self, vector: Vectors, language: str, strength: float) -> Vectors:
        """A pooled unit vector, shape (d,), without its language's share; `strength` 0 leaves it as it is."""
        return normalise(vector - self.share(language, strength))

    def share(self, language: str, strength: float) -> Vectors:
        """What `neutral` takes away, shape (d,)."""
        common = self._common[0]
        row = self._rows.get(language)
        offset = self.pooled[row] - common if row is not None else np.zeros_like(common)
        return np.asarray(strength * (offset + (1.0 - KEPT) * common), np.float32)

    def centred(self, tokens: Vectors, language: str) -> Vectors:
        """Token vectors, shape (n, d), minus their language's mean token, as unit vectors."""
        return normalise(normalise(tokens) - self.mean_token(language))

    def mean_token(self, language: str) -> Vectors:
        """The mean token of a language, shape (d,); of all together where it has none of its own."""
        row = self._rows.get(language)
        return self.tokens[row] if row is not None else self._common[1]


@dataclass(frozen=True)
class NeutralSpace:
    """The fitted means of both sides and the rotation, shape (d, d), applied before signs are taken."""

    passages: LanguageMeans
    questions: LanguageMeans
    rotation: Vectors
    digest: str


def load_neutral_space() -> NeutralSpace:
    """The means and rotation that ship with the bundled encoder."""
    import hashlib
    import io

    raw = files("index").joinpath("data/neutral.npz").read_bytes()
    with np.load(io.BytesIO(raw)) as data:
        languages = tuple(data["languages"].tolist())
        passages, questions = (
            LanguageMeans(
                languages, data[f"{side}_pooled"].astype(np.float32), data[f"{side}_tokens"].astype(np.float32)
            )
            for side in ("passage", "query")
        )
        return NeutralSpace(
            passages, questions, data["rotation"].astype(np.float32), hashlib.sha256(raw).hexdigest()[:16]
        )

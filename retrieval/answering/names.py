"""Whether two sentences name different things: where each has a name that the other has not."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import numpy as np
import regex
from anyascii import anyascii

from index.encoder import Vectors
from index.folding import fold
from retrieval.answering.evidence import Sentence
from retrieval.answering.sameness import token_spans

KNOWN = 0.6  # estimated cosine from which a word of the other sentence is the same name
_SHORTEST = 4  # letters; shorter names are matched whole
_WORD = regex.compile(r"\p{Lu}[\p{L}\p{M}'’-]+|[\p{Katakana}ー]{2,}")
_STARTS = regex.compile(r"[.!?:;\"“”«»„‘(\[\n–—-]\s*$")


def names(text: str, language: str) -> list[tuple[int, int]]:
    """Where words stand that are written as names are, sentence beginnings aside; German marks no names."""
    if language == "de":
        return []
    return [word.span() for word in _WORD.finditer(text) if word.start() and not _STARTS.search(text[: word.start()])]


def contrast(a: Sentence, b: Sentence, pairs: Vectors) -> bool:
    """Whether each sentence has a name that the other has not; `pairs` are the cosines of their tokens."""
    return bool(unknown(a, b.text, pairs)) and bool(unknown(b, a.text, pairs.T))


def unknown(sentence: Sentence, other: str, pairs: Vectors) -> list[str]:
    """The names of a sentence that the other one has neither by letters nor by meaning."""
    spans, best = token_spans(sentence), pairs.max(1) if pairs.size else np.zeros(len(pairs))
    context = _latin(other)
    out = []
    for start, end in names(sentence.text, sentence.language):
        tokens = [row for row, (first, last) in enumerate(spans.tolist()) if first < end and last > start]
        if _stem(sentence.text[start:end]) not in context and not _aligned(best, tokens):
            out.append(sentence.text[start:end])
    return out


def _aligned(best: Iterable[float], tokens: list[int]) -> bool:
    values = [value for row, value in enumerate(best) if row in tokens]
    return bool(values) and sum(values) / len(values) >= KNOWN


@lru_cache(maxsize=512)
def _latin(text: str) -> str:
    return anyascii(fold(text)).lower()


def _stem(name: str) -> str:
    """The beginning of a name, in Latin letters: endings of cases and possessives aside."""
    latin = regex.sub(r"[^a-z]", "", _latin(regex.split("['’]", name)[0]))
    return latin if len(latin) <= _SHORTEST else latin[: max(_SHORTEST, len(latin) - 2)]

"""Whether two sentences name different things: where each has a name that the other has not, in any script."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import regex
from anyascii import anyascii

from index.encoders.encoder import Encoder, Vectors
from index.text.folding import fold
from index.text.scripts import UNSPACED
from retrieval.answering.comparing.sameness import token_spans
from retrieval.answering.evidence import Sentence
from retrieval.answering.marking.names import Name, names_in

SURE = 1.0  # log-odds from which a word is surely a name
KNOWN = 0.6  # estimated cosine from which a name of the other sentence is the same
_SHORTEST = 4  # letters; shorter names are matched whole
_WORD = regex.compile(rf"[{UNSPACED}]+|(?:(?![{UNSPACED}])[\p{{L}}\p{{M}}'’])+")


def contrast(a: Sentence, b: Sentence, pairs: Vectors, encoder: Encoder) -> bool:
    """Whether each sentence has a name that the other has not; `pairs` are the cosines of their tokens."""
    ahead, back = _unknown(a, b.text, pairs, encoder), _unknown(b, a.text, pairs.T, encoder)
    return any(True for _ in ahead) and any(True for _ in back)


def _unknown(sentence: Sentence, other: str, pairs: Vectors, encoder: Encoder) -> Iterator[Name]:
    """The names of a sentence that the other one has neither by letters, not even a word of theirs, nor by meaning."""
    best = pairs.max(1) if pairs.size else np.zeros(len(pairs))
    for name in names_in(sentence, encoder):
        if name.likelihood >= SURE and not is_written(sentence.text[name.start : name.end], other):
            tokens = token_spans(sentence)
            inside = (tokens[:, 0] < name.end) & (tokens[:, 1] > name.start)
            if not inside.any() or best[inside].mean() < KNOWN:
                yield name


def is_written(name: str, text: str) -> bool:
    """Whether a text has a word of a name, in whatever script."""
    return any(len(stem) > 1 and stem in _latin(text) for stem in map(_stem, _WORD.findall(name)))


@lru_cache(maxsize=512)
def _latin(text: str) -> str:
    return anyascii(fold(text)).lower()


def _stem(name: str) -> str:
    """The beginning of a name, in Latin letters: endings of cases and possessives aside."""
    latin = regex.sub(r"[^a-z]", "", _latin(regex.split("['’]", name)[0]))
    return latin if len(latin) <= _SHORTEST else latin[: max(_SHORTEST, len(latin) - 2)]

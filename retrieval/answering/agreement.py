"""Whether two sentences, in whatever languages, say the same: by their token codes, and by the figures in them."""

from __future__ import annotations

import regex

from index.analyser import analyse
from index.encoder import Vectors
from retrieval.answering.evidence import Sentence
from retrieval.answering.names import contrast
from retrieval.answering.sameness import cosines

SAME = 0.6  # similarity from which sentences of different articles say the same (docs/decisions/0008-answers.md)
REPEATED = 0.93  # and sentences of one article repeat each other
_FIGURE = regex.compile(r"\p{Nd}+")


def similarity(one: Sentence, other: Sentence) -> float:
    """How much of each sentence is in the other: the smaller of both MaxSims, or of shared words without codes."""
    return _similarity(one, other, cosines(one, other))


def _similarity(one: Sentence, other: Sentence, pairs: Vectors) -> float:
    if pairs.size:
        return float(min(pairs.max(1).mean(), pairs.max(0).mean()))
    mine, theirs = _words(one), _words(other)
    return len(mine & theirs) / max(len(mine), len(theirs), 1)


def agree(one: Sentence, other: Sentence) -> bool:
    """Whether sentences of different articles say the same. Different figures, or names, are never agreement."""
    figures, others = _figures(one.text), _figures(other.text)
    if figures and others and figures.isdisjoint(others):
        return False
    pairs = cosines(one, other)
    return _similarity(one, other, pairs) >= SAME and not contrast(one, other, pairs)


def _words(sentence: Sentence) -> set[str]:
    return set(analyse(sentence.text, sentence.language))


def _figures(text: str) -> set[int]:
    """The digit groups of a text, in whatever script they are written."""
    return {int(found[0][:18]) for found in _FIGURE.finditer(text)}

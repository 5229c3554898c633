"""Whether two sentences, in whatever languages, say the same: by their token codes, and by the figures in them."""

from __future__ import annotations

import regex

from index.analyser import analyse
from index.encoder import Encoder, Vectors
from retrieval.answering.comparing.contrast import contrast
from retrieval.answering.comparing.sameness import cosines
from retrieval.answering.evidence import Sentence

SAME = 0.75  # similarity from which sentences of different articles say the same (docs/decisions/0008-answers.md)
ACROSS = 0.8  # times: translations of one sentence are less alike than it and its copy
REPEATED = 0.93  # and sentences of one article repeat each other
_FIGURE = regex.compile(r"\p{Nd}+(?:[.,'’٫٬]\p{Nd}+)*")
_MARK = regex.compile(r"\P{Nd}")


def similarity(one: Sentence, other: Sentence) -> float:
    """How much of each sentence is in the other: the smaller of both MaxSims, or of shared words without codes."""
    return _similarity(one, other, cosines(one, other))


def _similarity(one: Sentence, other: Sentence, pairs: Vectors) -> float:
    if pairs.size:
        return float(min(pairs.max(1).mean(), pairs.max(0).mean()))
    mine, theirs = _words(one), _words(other)
    return len(mine & theirs) / max(len(mine), len(theirs), 1)


def agree(one: Sentence, other: Sentence, encoder: Encoder) -> bool:
    """Whether sentences of different articles say the same. Different figures, or names, are never agreement."""
    figures, others = _figures(one.text), _figures(other.text)
    if figures and others and figures.isdisjoint(others):
        return False
    pairs = cosines(one, other)
    least = SAME if one.language == other.language else SAME * ACROSS
    return _similarity(one, other, pairs) >= least and not contrast(one, other, pairs, encoder)


def _words(sentence: Sentence) -> set[str]:
    return set(analyse(sentence.text, sentence.language))


def _figures(text: str) -> set[int]:
    """The digits of each number of a text, in whatever script and with whatever separators they are written."""
    return {int(_MARK.sub("", found[0])[:18]) for found in _FIGURE.finditer(text)}

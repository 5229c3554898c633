"""Whether two sentences, in whatever languages, say the same.

By their token codes, by the figures and names in them, by whether they deny it, and by whether both answer what was
asked: "Pence will not appeal the order" is no source beside "a judge has ordered Pence to testify".
"""

from __future__ import annotations

import numpy as np
import regex

from index.encoders.encoder import Encoder, Vectors
from index.text.analyser import analyse
from retrieval.answering.comparing.contrast import contrast
from retrieval.answering.comparing.sameness import cosines
from retrieval.answering.evidence import Sentence
from retrieval.answering.generative.negation import denies

SAME = 0.75  # similarity from which sentences of different articles say the same (docs/decisions/0008-answers.md)
ACROSS = 0.8  # times: translations of one sentence are less alike than it and its copy
REPEATED = 0.93  # and sentences of one article repeat each other
VERBATIM = 0.88  # from here on one is mostly the other's words
LESS = 0.3  # so much worse may one answer to a token of the question than the other, and still say the same of it
LESS_ACROSS = 0.5  # the same between languages, where the one in the question's language has its very words
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
    if figures - others and others - figures:
        return False
    if bool(denies(one.text, one.language)) != bool(denies(other.text, other.language)):
        return False
    pairs = cosines(one, other)
    least = SAME if one.language == other.language else SAME * ACROSS
    same = _similarity(one, other, pairs)
    told = same >= VERBATIM or answer_alike(one, other)
    return same >= least and told and not contrast(one, other, pairs, encoder)


def answer_alike(one: Sentence, other: Sentence) -> bool:
    """Whether both answer to each of the question's tokens, or neither does."""
    if not one.pairs.size or not other.pairs.size:
        return True
    most = LESS if one.language == other.language else LESS_ACROSS
    return float(np.abs(one.pairs.max(1) - other.pairs.max(1)).max()) <= most


def _words(sentence: Sentence) -> set[str]:
    return set(analyse(sentence.text, sentence.language))


def _figures(text: str) -> set[int]:
    """The digits of each number of a text, in whatever script and with whatever separators they are written."""
    return {int(_MARK.sub("", found[0])[:18]) for found in _FIGURE.finditer(text)}

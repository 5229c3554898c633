"""What tells, after a search, whether the passages found hold the answer.

The usual sign of an answer that is not there is one part of the question - a name, a year, a relation - to which the
best passage does not answer, while some other passage does. So each of the question's tokens is looked at by itself:
how well the first passage and the best sentence answer to it, and how far that is from the best that any candidate
does. What was tried, and what each is worth, is in docs/decisions/0007-refusal.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from index.analyser import analyse
from retrieval.answering.evidence import Sentence
from retrieval.found import Compared, Found

Signals = dict[str, float]
_Values = NDArray[np.float64]

NO_FIGURE = 0.5  # stands for how well a question's figures are met where it has none: between met and not met
STRICT, MILD = 20.0, 8.0  # how much the token that falls shortest counts: at 0 all alike, far above these it alone
BLUR = 0.02  # added to a spread, which is next to nothing where there are few candidates
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")


def signals(found: Found, sentences: Sequence[Sentence]) -> Signals:
    """By name; the same names for every search of one encoder, whether or not it gives token codes."""
    compared = found.compared
    if compared is None or found.query is None:
        return {}
    known = _of_legs(compared, found.asked.understood.language)
    coded = [one.pairs.max(1) for one in sentences if one.pairs.size]
    if len(found.query.tokens) and coded and compared.tokens[0].any():
        known |= _of_tokens(found, compared, np.array(coded, np.float64))
    return known


def _of_legs(compared: Compared, language: str) -> Signals:
    features = compared.features
    ideal = max(features.ideal_bm25, 1e-9)
    others = compared.late[1:]
    by_words, by_meaning = int(features.bm25.argmax()), int(features.cosine.argmax())
    return {
        "own language": float(features.languages[0] == language),
        "cosine": float(features.cosine.max()),
        "lead of cosine over the 5th": _lead(features.cosine, 4),
        "lead of cosine over the 20th": _lead(features.cosine, 19),
        "lead of score": _lead(compared.score, 1),
        "lead of score over the 5th": _lead(compared.score, 4),
        "words": float(features.bm25[0]) / ideal,
        "lead of words over the 5th": _lead(features.bm25, 4) / ideal,
        "stands out": float(compared.late[0] - others.mean()) / (float(others.std()) + BLUR) if len(others) else 0.0,
        "words and late interaction agree": float(by_words == int(compared.late.argmax())),
        "words and cosine agree": float(by_words == by_meaning),
        "candidates": float(len(compared.late)),
    }


def _of_tokens(found: Found, compared: Compared, sentences: _Values) -> Signals:
    """`sentences`: how well each answers to each of the question's tokens."""
    passages = compared.tokens.astype(np.float64)
    first, best = passages[0], passages.max(0)
    telling = best - np.median(passages, 0)  # a token that all candidates meet alike tells nothing
    return {
        "met": float(_rarity_of_tokens(found) @ first),
        "quarter met least": float(np.quantile(first, 0.25)),
        "figures met": _figures_met(found, first),
        "best passage falls short": _least_shortfall(best, passages, MILD),
        "best sentence falls short": _least_shortfall(best, sentences, STRICT),
        "first passage falls short": float((best - first).mean()),
        "lead of sentence": _lead(sentences @ (telling / max(float(telling.sum()), 1e-6)), 1),
    }


def _lead(values: NDArray[np.floating], place: int) -> float:
    """How far the largest is above the one at a place counted from 0, or above the last where there are fewer."""
    ordered = np.sort(values)[::-1]
    return float(ordered[0] - ordered[min(place, len(ordered) - 1)])


def _least_shortfall(best: _Values, rows: _Values, strictness: float) -> float:
    """The smallest mean over tokens of how far a row is below the best, in which far ones count for more."""
    return float((np.log(np.exp(strictness * (best - rows)).mean(1)) / strictness).min())


@dataclass(frozen=True)
class QuestionWord:
    """A word of the question, its inverse document frequency, and the numbers of its tokens."""

    text: str
    rarity: float
    tokens: list[int]


def question_words(found: Found) -> Iterator[QuestionWord]:
    """The words that have tokens, in order; none where the encoder gives no codes."""
    ends = found.encoder.token_ends(found.asked.text)
    if found.query is None or len(ends) != len(found.query.tokens):
        return
    starts = np.concatenate([[0], ends[:-1]])
    for word in _WORD.finditer(found.asked.text):
        tokens = np.flatnonzero((ends > word.start()) & (starts < word.end())).tolist()
        terms = analyse(word[0], found.asked.understood.language)
        if tokens:
            yield QuestionWord(word[0], max((found.rarity.get(term, 0.0) for term in terms), default=0.0), tokens)


def _rarity_of_tokens(found: Found) -> _Values:
    """A weight for each of the question's tokens, together 1."""
    assert found.query is not None
    out = np.zeros(len(found.query.tokens))
    for word in question_words(found):
        out[word.tokens] = np.maximum(out[word.tokens], word.rarity)
    return out / out.sum() if out.any() else np.full(len(out), 1.0 / len(out))


def _figures_met(found: Found, first: _Values) -> float:
    """How well the first passage answers to the figure that it answers to least."""
    figures = [word for word in question_words(found) if any(letter.isdecimal() for letter in word.text)]
    return min((float(first[word.tokens].mean()) for word in figures), default=NO_FIGURE)

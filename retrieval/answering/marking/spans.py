"""The words within a quotation that answer a question for a time, a person, a quantity or a place.

Candidates are the sentence's dates, figures or names, by what is asked for, but for those that the question itself
gives. Of these the one is marked that stands nearest to what the question speaks of (docs/decisions/0008-answers.md).
"""

from __future__ import annotations

import numpy as np
import regex
from numpy.typing import NDArray

from index.encoders.encoder import Vectors
from index.text.analyser import analyse, transliterated
from retrieval.answering.evidence import Sentence
from retrieval.answering.marking.candidates import Candidate, candidates
from retrieval.answering.marking.kinds import Kind
from retrieval.answering.marking.measures import Measure
from retrieval.found import Found
from retrieval.question import Question
from retrieval.results import Span

REACH = 20.0  # tokens over which a word of the question counts for a candidate, fading
NEAR, BEST, LIKELY = 9.0, 0.6, 0.5  # weights: see _fitness
SAID = 0.5  # the share of its words in the question from which a name is no news
LONG = 4  # letters from which a word of the question, found inside a longer word, is the same name: "COP29-Präsident"
_DIGITS = regex.compile(r"\p{Nd}+")


def answer_span(found: Found, sentence: Sentence, kind: Kind | None, measure: Measure | None = None) -> Span | None:
    """Where in the article's text a thing of a kind stands that answers; None where nothing of the kind is named."""
    if kind is None:
        return None
    offered = candidates(kind, sentence, found.encoder, measure)
    fresh = [one for one in offered if not _is_said(kind, one, sentence, found.asked)]
    if not fresh:
        return None
    weights = _telling(sentence.pairs)
    best = max(fresh, key=lambda one: _fitness(one, sentence, weights))
    return Span(sentence.start + best.start, sentence.start + best.end)


def is_named(mark: str, words: str, text: str) -> bool:
    """Whether an earlier mark is named again: its figures among the words marked now, or its name in their sentence."""
    if figures := _figures(mark):
        return figures <= _figures(words)
    return mark in text or not {*transliterated(mark)}.isdisjoint(transliterated(text))


def _is_said(kind: Kind, candidate: Candidate, sentence: Sentence, asked: Question) -> bool:
    """Whether the question names it already, in whatever script; of a quantity its digits, as its unit may be asked."""
    text = sentence.text[candidate.start : candidate.end]
    theirs = {*asked.terms.terms, *analyse(asked.text, sentence.language), *asked.terms.names}
    figures = _figures(text)
    if figures and kind in ("time", "quantity"):
        words = set() if kind == "quantity" else set(analyse(text, sentence.language))
        return figures <= _figures(asked.text) and words <= theirs
    mine = {*analyse(text, sentence.language), *transliterated(text)}
    named = any(len(one) >= LONG and one in text.casefold() for one in theirs)
    return named or len(mine & theirs) >= SAID * len(mine) > 0


def _figures(text: str) -> set[int]:
    return {int(found[0][:18]) for found in _DIGITS.finditer(text)}


def _telling(pairs: Vectors) -> NDArray[np.float64]:
    """How much each of the question's tokens counts: those that one place in the sentence answers to, not all of it."""
    if not pairs.size:
        return np.zeros(len(pairs))
    telling = np.maximum(pairs.max(1) - pairs.mean(1), 0.0)
    return np.asarray(telling / max(float(telling.sum()), 1e-6), np.float64)


def _fitness(candidate: Candidate, sentence: Sentence, weights: NDArray[np.float64]) -> float:
    """How well a candidate answers: it looks like what is asked for, near counterparts of the question's tokens, and
    near the best of them.
    """
    near = 0.0
    if sentence.pairs.size:
        away = _distances(candidate, sentence)
        fading = np.where(away > 0, np.exp(-away / REACH), 0.0)  # its own words are the answer, not what it is about
        near = NEAR * float(weights @ (sentence.pairs * fading).max(1))
        near -= BEST * float(weights @ np.log1p(away[sentence.pairs.argmax(1)]))
    return near + LIKELY * candidate.likelihood


def _distances(candidate: Candidate, sentence: Sentence) -> NDArray[np.float64]:
    """How many tokens each token of the sentence is away from a candidate; 0 for its own."""
    ends, at = sentence.ends - sentence.start, np.arange(len(sentence.ends))
    first = int(np.searchsorted(ends, candidate.start, side="right"))
    last = min(int(np.searchsorted(ends, candidate.end, side="left")), len(at) - 1)
    return np.asarray(np.maximum(np.maximum(first - at, at - last), 0), np.float64)

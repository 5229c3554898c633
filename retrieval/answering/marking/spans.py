"""The words within a quotation that answer a question for a time, a person, a quantity or a place.

Candidates are the sentence's dates, figures or names, by what is asked for, but for those that the question itself
gives. Of these the one is marked that stands nearest to what the question speaks of (docs/decisions/0008-answers.md).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import regex
from numpy.typing import NDArray

from index.text.analyser import analyse, transliterated
from retrieval.answering.evidence import Sentence
from retrieval.answering.marking.candidates import Candidate, candidates
from retrieval.answering.marking.counted import counted_in
from retrieval.answering.marking.kinds import Kind, asking_words
from retrieval.answering.marking.measures import Measure
from retrieval.answering.marking.names import is_fitted_for
from retrieval.answering.marking.nearness import Nearness
from retrieval.answering.marking.persons import offers_choice
from retrieval.found import Found
from retrieval.question import Question
from retrieval.results import Span

LEAD = 0.2  # of a figure over the next, below which nothing tells the two apart
MANY, NEAR_ENOUGH = 3, 2.0  # of so many names none is marked that is less near what the question speaks of
SAID = 0.5  # the share of its words in the question from which a name is no news
LONG = 4  # letters from which a word of the question, found inside a longer word, is the same name: "COP29-Präsident"
_FIRST_WORD = regex.compile(r"(?<word>\p{L}{4,})\s(?:\p{Ll}+\s)*(?=\p{L})")
_DIGITS = regex.compile(r"\p{Nd}+")


def answer_span(found: Found, sentence: Sentence, kind: Kind | None, measure: Measure | None = None) -> Span | None:
    """Where in the article's text a thing of a kind stands that answers; None where nothing of the kind is named."""
    if kind is None:
        return None
    asked, language = found.asked, found.asked.understood.language
    if kind == "person" and offers_choice(asked.text, language):
        return None
    asking = asking_words(asked.text, language, kind)
    counted = counted_in(asked.text, language) if kind == "quantity" else None
    offered = candidates(kind, sentence, found.encoder, measure, counted)
    if kind == "person":
        offered = [_without_office(one, sentence, asked) for one in offered]
    fresh = [one for one in offered if not _is_said(kind, one, sentence, asked)]
    nearness = Nearness.of(sentence, _behind(found, asking), offered)
    best = _best(kind, fresh, nearness)
    if best is None or (is_fitted_for(found.encoder) and not _is_sure(kind, measure, len(fresh), best, nearness)):
        return None
    return Span(sentence.start + best.start, sentence.start + best.end)


def _best(kind: Kind, fresh: list[Candidate], nearness: Nearness) -> Candidate | None:
    """The candidate that answers; none where one of another kind does better, or nothing tells two apart."""
    ordered = sorted(fresh, key=nearness.fitness, reverse=True)
    if not ordered:
        return None
    best, *others = ordered
    if best.barred or any(one.barred and nearness.near(one) > nearness.near(best) for one in others):
        return None
    if kind == "quantity" and others and nearness.fitness(best) - nearness.fitness(others[0]) < LEAD:
        return None
    return best


def _is_sure(kind: Kind, measure: Measure | None, offered: int, best: Candidate, nearness: Nearness) -> bool:
    """Whether the sentence speaks of what the question does; what became of people, and who did something."""
    if measure == "people":
        return nearness.tells_of_fate()
    near = offered < MANY or nearness.near(best) >= NEAR_ENOUGH
    return kind != "person" or (near and nearness.tells_of_deed())


def _behind(found: Found, asking: tuple[int, int] | None) -> NDArray[np.float64]:
    """How many tokens each of the question's stands behind the words that ask; 0 for all others."""
    if asking is None:
        return np.zeros(0)
    ends = found.encoder.token_ends(found.asked.text)
    return np.maximum(np.arange(len(ends)) - int(np.searchsorted(ends, asking[1], side="left")), 0).astype(np.float64)


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


def _without_office(candidate: Candidate, sentence: Sentence, asked: Question) -> Candidate:
    """A name without the word in front that the question has: "Kanzler Werner Faymann"."""
    office = _FIRST_WORD.match(sentence.text, candidate.start, candidate.end)
    if office and asked.text.casefold().find(office["word"].casefold()) >= 0:
        return replace(candidate, start=office.end())
    return candidate


def _figures(text: str) -> set[int]:
    return {int(found[0][:18]) for found in _DIGITS.finditer(text)}

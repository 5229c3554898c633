"""The words within a quotation that answer a question for a time, a person, a quantity or a place.

Candidates are the sentence's dates, figures or names, by what is asked for, but for those that the question itself
gives. Of these the one is marked around which most of the question's words stand (docs/decisions/0008-answers.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import regex

from index.analyser import analyse, transliterated
from index.encoder import Vectors
from retrieval.answering.asked_for import Kind, asked_for
from retrieval.answering.evidence import Sentence
from retrieval.answering.figures import Figure, find_figures
from retrieval.answering.name_spans import names_in
from retrieval.dates import find_dates
from retrieval.found import Found
from retrieval.question import Question
from retrieval.results import Span

AROUND = 8  # tokens on each side; the nearest counts most
FARTHEST = 0.3  # weight of the farthest of them
SURE_NAME = 0.4  # for each unit of log-odds that a word is a name
FIRST = 0.3  # for standing at the beginning of the sentence rather than at its end
MEASURED, PLAIN_NUMBER = 0.5, -1.0  # of likelihood: money, shares and measures; numbers of nothing, or in words
SAID = 0.5  # the share of its words in the question from which a candidate is no news
LONG = 4  # letters from which a word of the question, found inside a longer word, is the same name: "COP29-Präsident"
_ANY_DAY = date(2000, 1, 1)  # only where the dates stand matters here, not which days they are
_YEAR = regex.compile(r"(?<!\d)(?:1\d{3}|20\d\d)(?!\d)")
_NUMBER = regex.compile(r"(?<![\p{L}\p{Nd}])\p{Nd}+(?:[.,\u00a0\u066b\u066c ]\p{Nd}+)*(?:\s?%)?")


@dataclass(frozen=True)
class _Candidate:
    start: int
    end: int
    likelihood: float = 0.0


def answer_span(found: Found, sentence: Sentence) -> Span | None:
    """Where in the article's text the answer itself stands; None where nothing of the kind asked for is named."""
    kind = asked_for(found.asked.text, found.asked.understood.language)
    if kind is None:
        return None
    fresh = [one for one in _candidates(kind, sentence, found) if not _is_said(one, sentence, found.asked)]
    if not fresh:
        return None
    best = max(fresh, key=lambda one: _fitness(one, sentence))
    return Span(sentence.start + best.start, sentence.start + best.end)


def _candidates(kind: Kind, sentence: Sentence, found: Found) -> Sequence[_Candidate]:
    if kind == "time":
        return list(_times(sentence))
    if kind == "quantity":
        return list(_quantities(sentence))
    return [_Candidate(name.start, name.end, name.likelihood) for name in names_in(sentence, found.encoder)]


def _times(sentence: Sentence) -> Iterator[_Candidate]:
    dates = [(one.start, one.end) for one in find_dates(sentence.text, sentence.language, _ANY_DAY)]
    yield from (_Candidate(*span) for span in dates)
    yield from (_Candidate(*year.span()) for year in _YEAR.finditer(sentence.text) if _is_free(year, dates))


def _quantities(sentence: Sentence) -> Iterator[_Candidate]:
    found = find_figures(sentence.text, sentence.language)
    figures = [(one.start, one.end) for one in found]
    dates = [(one.start, one.end) for one in find_dates(sentence.text, sentence.language, _ANY_DAY)]
    yield from (_Candidate(one.start, one.end, _amount(one, sentence.text)) for one in found)
    for number in _NUMBER.finditer(sentence.text):
        if _is_free(number, figures + dates):
            yield _Candidate(*number.span(), PLAIN_NUMBER)


def _amount(figure: Figure, text: str) -> float:
    """How much a figure looks like what a question for a quantity is after: "two" mostly goes with something else."""
    if figure.kind != "count":
        return MEASURED
    return 0.0 if any(map(str.isnumeric, text[figure.start : figure.end])) else PLAIN_NUMBER


def _is_free(found: regex.Match[str], taken: Sequence[tuple[int, int]]) -> bool:
    return all(found.end() <= start or found.start() >= end for start, end in taken)


def _is_said(candidate: _Candidate, sentence: Sentence, asked: Question) -> bool:
    """Whether the question names it already, in whatever script."""
    text = sentence.text[candidate.start : candidate.end]
    mine = {*analyse(text, sentence.language), *transliterated(text)}
    theirs = {*asked.terms.terms, *analyse(asked.text, sentence.language), *asked.terms.names}
    named = any(len(one) >= LONG and one in text.casefold() for one in theirs)
    return named or len(mine & theirs) >= SAID * len(mine) > 0


def _fitness(candidate: _Candidate, sentence: Sentence) -> float:
    position = candidate.start / max(len(sentence.text), 1)
    return _surroundings(candidate, sentence) + SURE_NAME * candidate.likelihood - FIRST * position


def _surroundings(candidate: _Candidate, sentence: Sentence) -> float:
    """How much of the question stands around the candidate: estimated cosines, about 0 to 2."""
    if not sentence.pairs.size:
        return 0.0
    closeness, ends = sentence.pairs.max(0), sentence.ends - sentence.start
    first = int(np.searchsorted(ends, candidate.start, side="right"))
    last = int(np.searchsorted(ends, candidate.end, side="left"))
    before, after = closeness[max(first - AROUND, 0) : first][::-1], closeness[last + 1 : last + 1 + AROUND]
    return (_faded(before) + _faded(after)) / (AROUND / 2)


def _faded(closeness: Vectors) -> float:
    """The sum, what is farther away counting less; the nearest comes first."""
    weights = np.linspace(1.0, FARTHEST, AROUND)
    return float(closeness @ weights[: len(closeness)])

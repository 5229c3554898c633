"""What in a sentence may answer a question for a time, a quantity, a person or a place: its dates, figures or names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import regex

from index.encoder import Encoder
from index.scripts import UNSPACED
from retrieval.answering.evidence import Sentence
from retrieval.answering.figures import Figure, figure_words, find_figures, plain
from retrieval.answering.figures.numerals import numbers_in
from retrieval.answering.marking.kinds import Kind
from retrieval.answering.marking.names import names_in
from retrieval.dates import find_dates

MEASURED = 0.5  # likelihood of money, shares and measures
PLAIN_NUMBER = -3.0  # of numbers that count nothing, or in words: "two" mostly goes with something else
LASTING = -0.5  # of a duration where a time is asked for: "66 million years ago"
_ANY_DAY = date(2000, 1, 1)  # only where the dates stand matters here, not which days they are
_YEAR = regex.compile(r"(?<!\d)(?:1\d{3}|20\d\d)(?!\d)")
_LINK = regex.compile(rf"\s?(?:[-–—~～/]|[{UNSPACED}])\s?|\s\p{{Ll}}{{1,4}}\s")  # of a range: "2005 y 2010"


@dataclass(frozen=True)
class Candidate:
    """From `start` to `end` of the sentence's text; `likelihood` says how much it looks like what is asked for."""

    start: int
    end: int
    likelihood: float = 0.0


def candidates(kind: Kind, sentence: Sentence, encoder: Encoder) -> list[Candidate]:
    """What in a sentence is of a kind, in order."""
    if kind == "time":
        found = _times(sentence)
    elif kind == "quantity":
        found = _quantities(sentence)
    else:
        found = (Candidate(name.start, name.end, name.likelihood) for name in names_in(sentence, encoder))
    return sorted(found, key=lambda one: one.start)


def _times(sentence: Sentence) -> Iterator[Candidate]:
    dates = _dates(sentence)
    years = [year.span() for year in _YEAR.finditer(sentence.text) if _is_free(year.span(), dates)]
    yield from (Candidate(*span) for span in _ranges(sentence.text, sorted(dates + years)))
    for figure in find_figures(sentence.text, sentence.language):
        if figure.unit.startswith("duration-") and _is_free((figure.start, figure.end), dates + years):
            yield Candidate(figure.start, figure.end, LASTING)


def _ranges(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans; two with nothing but a short word or a dash between them are one."""
    out: list[tuple[int, int]] = []
    for start, end in spans:
        if out and _LINK.fullmatch(text, out[-1][1], start):
            out[-1] = (out[-1][0], end)
        else:
            out.append((start, end))
    return out


def _quantities(sentence: Sentence) -> Iterator[Candidate]:
    figures = find_figures(sentence.text, sentence.language)
    yield from (Candidate(one.start, one.end, _amount(one, sentence.text)) for one in figures)
    words, taken = figure_words(sentence.language), [(one.start, one.end) for one in figures] + _dates(sentence)
    for number in numbers_in(plain(sentence.text), sentence.language, words.decimal, words.group):
        if _is_free((number.start, number.end), taken):
            yield Candidate(number.start, number.end, PLAIN_NUMBER)


def _amount(figure: Figure, text: str) -> float:
    """How much a figure looks like what a question for a quantity is after."""
    if figure.kind != "count":
        return MEASURED
    return 0.0 if any(map(str.isnumeric, text[figure.start : figure.end])) else PLAIN_NUMBER


def _dates(sentence: Sentence) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in find_dates(sentence.text, sentence.language, _ANY_DAY)]


def _is_free(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return all(span[1] <= start or span[0] >= end for start, end in taken)

"""What in a sentence may answer a question for a time, a quantity, a person or a place: its dates, figures or names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

import regex

from index.encoders.encoder import Encoder
from index.text.scripts import UNSPACED
from retrieval.answering.evidence import Sentence
from retrieval.answering.figures import Figure, figure_words, find_figures, plain
from retrieval.answering.figures.lookalikes import LETTER_OF_UNSPACED
from retrieval.answering.figures.numerals import Number, numbers_in
from retrieval.answering.following.parts import parts_of
from retrieval.answering.marking.clocks import clock_times
from retrieval.answering.marking.counted import Counted, is_counted, is_numbered
from retrieval.answering.marking.kinds import Kind
from retrieval.answering.marking.measures import Measure, ages_in, fits
from retrieval.answering.marking.names import names_in
from retrieval.answering.marking.persons import persons_among
from retrieval.dates import find_dates

MEASURED = 0.5  # likelihood of money, shares and measures
PLAIN_NUMBER = -3.0  # of numbers that count nothing, and of those in words where nothing is to be counted one by one
PLACE = 1.0  # of a country or city, where a place is asked for; where a person is, they are no answer
MOSTLY = 0.6  # of a name that is a country's or city's, and not "Juan Manuel Santos of Colombia"
SHORTEST = 3  # code points of a name, but for scripts that write a word with fewer
LASTING = -0.5  # of a duration where a time is asked for: "66 million years ago"
_ANY_DAY = date(2000, 1, 1)  # only where the dates stand matters here, not which days they are
_SHORT_SCRIPTS = regex.compile(r"[\p{Han}\p{Hangul}\p{Katakana}\p{Lu}]{2}")
_YEAR = regex.compile(r"(?<!\d)(?:1\d{3}|20\d\d)(?!\d)")
_LINK = regex.compile(rf"\s?(?:[-–—~～/]|[{UNSPACED}])\s?|\s\p{{Ll}}{{1,4}}\s")  # of a range: "2005 y 2010"
_WIDE_COMMA = regex.compile(r"(?<!\p{Nd})，")  # parts clauses, and no thousands: "受灾，6人遇难"
_SCALED = regex.compile(r"\d\s?\p{L}+ \d")  # where a number written in parts goes on: "170 mil 625"


@dataclass(frozen=True)
class Candidate:
    """From `start` to `end` of the sentence's text; `likelihood` says how much it looks like what is asked for.

    `counts` where what is counted may stand beside it; `barred` where it is of another kind, and if it answers best,
    nothing of the kind does.
    """

    start: int
    end: int
    likelihood: float = 0.0
    counts: bool = False
    barred: bool = False


def candidates(
    kind: Kind,
    sentence: Sentence,
    encoder: Encoder,
    measure: Measure | None = None,
    counted: Counted | None = None,
) -> list[Candidate]:
    """What in a sentence is of a kind, and of a quantity what a question measures or counts, in order."""
    if measure == "hour" and kind in ("time", "quantity"):
        found: Iterator[Candidate] = (Candidate(*span) for span in clock_times(plain(sentence.text)))
    elif kind == "time":
        found = _times(sentence)
    elif kind == "quantity":
        found = _quantities(sentence, measure, counted)
    else:
        found = _names(kind, sentence, encoder)
    return sorted(found, key=lambda one: one.start)


def _names(kind: Kind, sentence: Sentence, encoder: Encoder) -> Iterator[Candidate]:
    """Names, without those of days and months, and without countries and cities where a person is asked for."""
    dates = _dates(sentence)
    places = [part for part in parts_of(sentence.text, sentence.language, _ANY_DAY) if part.kind in ("country", "city")]
    names = names_in(sentence, encoder)
    for name in persons_among(names, sentence) if kind == "person" else names:
        if _is_free((name.start, name.end), dates) and _is_long(sentence.text[name.start : name.end]):
            shared = sum(max(0, min(one.end, name.end) - max(one.start, name.start)) for one in places)
            is_place = shared >= MOSTLY * (name.end - name.start)
            likelihood = name.likelihood + PLACE * (is_place and kind == "place")
            yield Candidate(name.start, name.end, likelihood, barred=is_place and kind == "person")


def _is_long(name: str) -> bool:
    """Whether it is more than a letter or two: what is cut so is a piece of a word."""
    return len(name) >= SHORTEST or (len(name) > 1 and bool(_SHORT_SCRIPTS.match(name)))


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


def _quantities(sentence: Sentence, measure: Measure | None, counted: Counted | None) -> Iterator[Candidate]:
    scanned = plain(sentence.text)
    ages = list(ages_in(scanned)) if measure in ("age", "people") else []
    if measure == "age":
        yield from (Candidate(*span, MEASURED) for span in ages)
    yield from _joined(sorted(_figures(sentence, scanned, measure, counted, ages), key=lambda one: one.start), scanned)


def _figures(
    sentence: Sentence,
    scanned: str,
    measure: Measure | None,
    counted: Counted | None,
    ages: Sequence[tuple[int, int]],
) -> Iterator[Candidate]:
    """Figures that fit, and where things are counted the numbers that are no figures, but for those of files."""
    unit = counted.unit if counted and measure is None else ""
    figures = find_figures(_WIDE_COMMA.sub("；", sentence.text), sentence.language)
    for one in figures:
        fitting = fits(measure, one) and is_counted(unit, one) and _is_free((one.start, one.end), ages)
        if fitting and not is_numbered(scanned, one.start, one.end) and not _is_bare_year(scanned, one):
            counting = unit == "count" or measure == "people"
            yield Candidate(one.start, one.end, 0.0 if counting else _amount(one, sentence.text), counts=True)
    if measure not in (None, "people") or unit not in ("", "count"):
        return
    words = figure_words(sentence.language)
    taken = [(one.start, one.end) for one in figures] + _dates(sentence) + list(ages)
    for number in numbers_in(scanned, sentence.language, words.decimal, words.group):
        if _may_count(number, scanned) and _is_free((number.start, number.end), taken):
            yield Candidate(number.start, number.end, PLAIN_NUMBER, counts=True)


def _amount(figure: Figure, text: str) -> float:
    """How much a figure looks like what a question for an amount is after."""
    if figure.kind != "count":
        return MEASURED
    return 0.0 if any(map(str.isnumeric, text[figure.start : figure.end])) else PLAIN_NUMBER


def _may_count(number: Number, scanned: str) -> bool:
    """Whether a number that is no figure may count something: no year, no file's, and not the seven of "七里乡"."""
    in_name = number.spelled and LETTER_OF_UNSPACED.match(scanned, number.start)
    year = _YEAR.fullmatch(scanned, number.start, number.end)
    return not in_name and not year and not is_numbered(scanned, number.start, number.end)


def _is_bare_year(scanned: str, figure: Figure) -> bool:
    """Whether it may be a year as well as a number of things: "1361"."""
    return figure.kind == "count" and bool(_YEAR.fullmatch(scanned, figure.start, figure.end))


def _joined(found: Sequence[Candidate], scanned: str) -> Iterator[Candidate]:
    """The candidates; two with a word of scale and a space between them are one."""
    taken = -1
    for one, following in pairwise([*found, Candidate(-1, -1)]):
        link = following.start == one.end + 1 and _SCALED.search(scanned, one.start, following.start + 1)
        if one.start >= taken:
            taken = following.end if link else one.end
            yield replace(one, end=taken)


def _dates(sentence: Sentence) -> list[tuple[int, int]]:
    return [(one.start, one.end) for one in find_dates(sentence.text, sentence.language, _ANY_DAY)]


def _is_free(span: tuple[int, int], taken: Sequence[tuple[int, int]]) -> bool:
    return all(span[1] <= start or span[0] >= end for start, end in taken)

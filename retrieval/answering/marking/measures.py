"""What a question measures: an age, money, a share, people, a time of the day, or how long or far something is.

A question that does not say may be answered by any quantity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import regex

from retrieval.answering.figures import Figure
from retrieval.answering.figures.figure import Kind
from retrieval.answering.word_lists import word_list

Measure = Literal["age", "money", "share", "distance", "hour", "length", "people"]

_UNITS: dict[Measure, tuple[str, ...]] = {
    "age": ("duration-year",),
    "share": ("percent", "percentage-point"),
    "distance": ("length-",),
    "hour": (),  # no figures: see clocks.py
    "length": ("duration-", "length-"),
}
_KINDS: dict[Measure, Kind] = {"money": "money", "people": "count"}
_AGES = regex.compile(  # as news has them; "73 years" is a duration like others, and no more than a candidate
    r"\b\d{1,3}[- ](?:years?|months?)[- ]olds?\b|(?<=\bage[ds]? )\d{1,3}\b|(?<=\p{L}, )\d{2}(?=,)|(?<=\()\d{2}(?=\))"
    r"|\b\d{1,3}[- ]?jährige?[rnms]?\b|\b\d{1,3} jahre alt|\b\d{1,3}enne\b|\b\d{1,3}[- ]let[a-zýíé]*\b"
    r"|\b\d{1,3} (?:ans|años|anos|lat|år|лет|года?|років|роки|рік|ετών|χρονών|ani|anni|jaar|tuổi|tahun|godina|години)\b"
    r"|\b\d{1,3}[- ]?(?:летн|річн|vuotia|åri)\p{L}*|\b\d{1,3}-letni\p{L}+|\b\d{1,3} (?:yaş|éves)\p{L}*"
    r"|\b\d{1,3} (?:عاما|عامًا|عام|سنة|سنوات)|\b\d{1,3} ?(?:साल|वर्ष)[\p{L}\p{M}]*|\b\d{1,3}(?= ?ساله)"
    r"|\d{1,3} ?[歳才岁歲세살]|(?<=อายุ ?)\d{1,3}(?: ?ปี)?|miaka \d{1,3}"
)


@dataclass(frozen=True, order=True)
class Measured:
    """What a question measures, and from where to where it says so."""

    start: int
    end: int
    measure: Measure


def asked_measure(question: str) -> Measured | None:
    """What a question measures; None where it does not say."""
    found = ((pattern.search(question), measure) for measure, pattern in _patterns())
    return min((Measured(*match.span(), measure) for match, measure in found if match), default=None)


def fits(measure: Measure | None, figure: Figure) -> bool:
    """Whether a figure can be what a question measures."""
    if measure is None:
        return True
    if measure in _KINDS:
        return figure.kind == _KINDS[measure]
    return figure.unit.startswith(_UNITS[measure])


def ages_in(scanned: str) -> Iterator[tuple[int, int]]:
    """Where ages stand in a text in lower case and ASCII digits."""
    yield from (match.span() for match in _AGES.finditer(scanned))


@cache
def _patterns() -> tuple[tuple[Measure, regex.Pattern[str]], ...]:
    words = word_list(__package__, "measures.toml")
    return tuple((measure, regex.compile("|".join(words[measure]), regex.I)) for measure in get_args(Measure))

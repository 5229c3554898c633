"""Quantities in running text, in any language and script.

Read are digits of every script, their separators as the language writes them, Chinese numerals, scale words
("million", "億", "lakh"), ranges, and how exact a figure means to be. What only looks like a quantity is left out.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal

import regex

from retrieval.answering.figures.exactness import Bound, bound_before
from retrieval.answering.figures.lookalikes import (
    AROUND,
    LETTER_OF_UNSPACED,
    NOUN,
    counts_in_words,
    is_label,
    is_lookalike,
    is_year,
)
from retrieval.answering.figures.numerals import Number, number_at, numbers_in
from retrieval.answering.figures.words import FigureWords, figure_words, known_word
from retrieval.dates import find_dates

Kind = Literal["money", "percent", "measure", "count"]

_ANY_DAY = date(2000, 1, 1)  # only where the dates stand matters here, not which days they are
_TYPED = str.maketrans(
    dict.fromkeys("\u00a0\u202f\u2009\u2007\t\n\r", " ")
    | {"٫": ".", "٬": "'", "’": "'", "−": "-", "‐": "-", "‑": "-", "～": "~", "〜": "~", "，": ",", "．": "."}
)
_DIGIT = regex.compile(r"[^\P{Nd}0-9]")  # of other scripts
_MAYBE = regex.compile(r"\d|[〇零一二三四五六七八九十百千两兩]|\p{L}{3}")
_TO = regex.compile(r"(?:\s?(?:-|–|—|~|至|到|から)\s?|[ ](?:to|bis|a|à|до|hadi)[ ])(?=\d)")
_SMALLEST_RANGE = 10  # below, two numbers with a dash are a score sooner than a range
_POINTS = regex.compile(r"[ -]?(?:percentage )?(?:point|punkt|punt|пункт|п\.|个百分点|個百分點|ポイント|puan)")
_CODES_LIKE_WORDS = frozenset("try all cad cop sek mad ars ron gel inr huf php".split())


@dataclass(frozen=True)
class Figure:
    """A quantity at `start` to `end` of the text, in code points; `low` equals `high` unless it is a range.

    `unit` is a currency's ISO 4217 code, a unit of CLDR, or for kind "count" the word that follows, "" where none does.
    `step` is what the last digit given stands for: 0.1 million in "626.8 million", 100 in "600".
    """

    low: Decimal
    high: Decimal
    kind: Kind
    unit: str
    bound: Bound
    step: Decimal
    start: int
    end: int


@lru_cache(maxsize=4096)
def find_figures(text: str, language: str) -> tuple[Figure, ...]:
    """The quantities of `text`, in order; `language` is an ISO 639-1 code, "und" is read as English."""
    scanned = plain(text)
    if not _MAYBE.search(scanned):
        return ()
    words = figure_words(language)
    numbers = numbers_in(scanned, language, words.decimal, words.group)
    dates = [(found.start, found.end) for found in find_dates(text, language, _ANY_DAY)] if numbers else []
    reader = _Reader(text, scanned, language, words)
    out: list[Figure] = []
    for number in numbers:
        taken = out[-1].end if out else 0
        dated = any(start < number.end and number.start < end for start, end in dates)
        if number.start >= taken and not dated and (figure := reader.figure(number, taken)):
            out.append(figure)
    return tuple(out)


def plain(text: str) -> str:
    """The text in lower case, its digits and marks those of ASCII, each code point where it was."""
    typed = _DIGIT.sub(lambda found: str(unicodedata.decimal(found[0])), text.translate(_TYPED))
    lower = typed.lower()
    return lower if len(lower) == len(typed) else "".join(c.lower() if len(c.lower()) == 1 else c for c in typed)


@dataclass(frozen=True)
class _Behind:
    """A number with the scale and the unit that follow it: its value in all, and where it ends."""

    value: Decimal
    step: Decimal
    scaled: bool
    unit: str
    end: int


@dataclass(frozen=True)
class _Ahead:
    """What stands in front of a number and belongs to it: where that begins, its power of ten and its unit."""

    start: int
    power: int
    unit: str


@dataclass(frozen=True)
class _Reader:
    """Makes figures of the numbers of a text; `scanned` is the text as `plain` gives it."""

    text: str
    scanned: str
    language: str
    words: FigureWords

    def figure(self, number: Number, taken: int) -> Figure | None:
        """The quantity that a number is part of, if it is one; what lies before `taken` belongs to another."""
        second = self._range_end(number)
        last, ahead = self._behind(second or number), self._ahead(number, taken)
        if not ahead.power and self._is_rest(self.scanned[taken : number.start]):
            return None
        if not self._is_quantity(number, last, ahead, second is not None):
            return None
        kind, unit = self._kind(last.unit or ahead.unit, last.end)
        if kind == "count" and is_label(self.text[: ahead.start], float(last.value), self.language):
            return None
        step = last.step if last.scaled or last.step < 1 or number.spelled else _round_step(last.value)
        first = number.value * last.value / second.value if second else last.value
        factor = Decimal(10) ** ahead.power
        low, high = sorted((first * factor, last.value * factor))
        bound = bound_before(self.scanned[max(0, ahead.start - AROUND) : ahead.start])
        return Figure(low, high, kind, unit, bound, step * factor, ahead.start, last.end)

    def _number_at(self, start: int) -> Number | None:
        return number_at(self.scanned, start, self.words.decimal, self.words.group)

    def _range_end(self, number: Number) -> Number | None:
        """The second number of a range such as 10-12; None where there is none, or it is a score."""
        link = _TO.match(self.scanned, number.end)
        if number.spelled or not link or number.value <= 0:
            return None
        second = self._number_at(link.end())
        return second if second and second.value > number.value else None

    def _behind(self, number: Number) -> _Behind:
        """Goes on where a number is written in parts: 3億5000万, "42 milyar 327 milyon", "2 crore 50 lakh"."""
        power, unit, end = self._words_behind(number)
        factor = Decimal(10) ** power
        whole = _Behind(number.value * factor, number.step * factor, power > 0, unit, end)
        while power and not whole.unit:
            following = self._number_at(whole.end + self.scanned.startswith(" ", whole.end))
            if following is None:
                break
            smaller, unit, end = self._words_behind(following)
            joined = smaller or LETTER_OF_UNSPACED.match(self.scanned, whole.end - 1) or self.words.in_parts
            if smaller >= power or not joined or following.value * 10**smaller >= 10**power:
                break
            power, factor = smaller, Decimal(10) ** smaller
            whole = _Behind(whole.value + following.value * factor, following.step * factor, True, unit, end)
        return whole

    def _words_behind(self, number: Number) -> tuple[int, str, int]:
        """The power of ten and the unit that follow a number, and where they end."""
        match = self.words.after.match(self.scanned, number.end)
        if match is None or (match["scale"] and not self._multiplies(match, number)):
            return 0, "", number.end
        scale = self.words.scales[known_word(match["scale"], self.words.scales)] if match["scale"] else 0
        if not match["unit"] or not self._is_code_or_word(match):
            return scale, "", match.end("scale") if match["scale"] else number.end
        return scale, self.words.units[known_word(match["unit"], self.words.units)], match.end()

    def _multiplies(self, match: regex.Match[str], number: Number) -> bool:
        """Whether a scale is a word, or one letter that multiplies: "$5m" and "35K" do, "5m" are metres."""
        if len(match["scale"]) > 1 or not match["scale"].isascii():
            return True
        money = regex.search(r"\p{Sc}\s?$", self.text[: number.start]) is not None
        return match.end("scale") == number.end + 1 and (money or self.text[number.end] == "K")

    def _is_code_or_word(self, match: regex.Match[str]) -> bool:
        """Whether three letters that are a currency's code and a word are written as the code: "TRY", not "try"."""
        written = self.text[match.start("unit") : match.end("unit")]
        return written.lower() not in _CODES_LIKE_WORDS or written.isupper()

    def _ahead(self, number: Number, taken: int) -> _Ahead:
        match = self.words.before.search(self.scanned, max(taken, number.start - AROUND), number.start)
        if match is None or (match["unit"] and not self._is_code_or_word(match)):
            return _Ahead(number.start, 0, "")
        power = self.words.scales[known_word(match["scale"], self.words.scales)] if match["scale"] else 0
        unit = self.words.units[known_word(match["unit"], self.words.units)] if match["unit"] else ""
        return _Ahead(match.start(), power, unit)

    def _is_rest(self, before: str) -> bool:
        """Whether a scale word stands bare in front of a number, which is then only the rest of one: "bin 292"."""
        return before.endswith(" ") and before.split(" ")[-2] in self.words.scales

    def _is_quantity(self, number: Number, last: _Behind, ahead: _Ahead, is_range: bool) -> bool:
        """Whether the number counts or measures something."""
        year = is_year(self.scanned[number.start : number.end])
        if last.scaled or last.unit or ahead.unit or ahead.power:
            one_numeral = number.spelled and LETTER_OF_UNSPACED.match(self.text, number.start) and not last.scaled
            short = one_numeral and number.end - number.start == 1
            return not (year and last.unit == "duration-year") and not short
        if number.spelled:
            return counts_in_words(self.scanned, last.end)
        if is_range and number.value < _SMALLEST_RANGE:
            return False
        return not year and not is_lookalike(self.scanned, self.language, last.end)

    def _kind(self, unit: str, end: int) -> tuple[Kind, str]:
        if unit.isupper():
            return "money", unit
        if unit == "concentr-percent":
            return "percent", "percentage-point" if _POINTS.match(self.scanned, end) else "percent"
        if unit:
            return "measure", unit
        noun = NOUN.match(self.scanned, end)
        return "count", noun["noun"] if noun else ""


def _round_step(value: Decimal) -> Decimal:
    """What a whole number is exact to: the place of its last digit that is not 0."""
    digits = str(abs(int(value)))
    return Decimal(1).scaleb(len(digits) - len(digits.rstrip("0"))) if int(value) else Decimal(1)

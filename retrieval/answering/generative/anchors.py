"""What a sentence says that must stand in its source word for word, in whatever script: figures, dates and names.

A figure is compared by value, however it is grouped and whichever digits it is written in; a date by its day and month,
its year as a figure; a name by how it sounds in Latin letters, so that Алиев is Aliyev. A name that its source spells
in a script without sounds to compare, or translates, is not found here: the caller asks the encoder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import regex

from index.text.analyser import transliterated
from index.text.folding import fold
from retrieval.answering.figures import figure_words, find_figures, plain
from retrieval.answering.following.small_words import words_of
from retrieval.dates import DateSpan, find_dates

# A key begins with what it is of: "#" digits as they stand, "=" a value with its scale, "?" digits in a language whose
# scale words are not known, "d" a day, "m" a month, "'" a word as it is written, "~" as it sounds in Latin letters.
Kind = Literal["figure", "date", "name"]

ENDING, SHORTEST = 3, 4  # letters by which a name may be longer in another case, and from which it may be

_ANY_DAY = date(2000, 1, 1)  # dates are compared without the year that is guessed for them
_NUMBER = regex.compile(r"\d+(?:[.,' ]\d{3})*(?:[.,]\d+)?(?!\d)|\d+")
_DIGIT = regex.compile(r"\p{Nd}")
_NAME = regex.compile(r"(?:\p{Lu}|\p{Lt})[\p{L}\p{M}\p{Nd}'’]*(?:-[\p{L}\p{M}\p{Nd}]+)*")
_OPENING = regex.compile(r"[\p{P}\s]*")


@dataclass(frozen=True)
class Anchor:
    """The words from `start` to `end` of a sentence; a source that has one of `keys` has them."""

    kind: Kind
    start: int
    end: int
    keys: frozenset[str]


def anchors_of(text: str, language: str, source_language: str) -> list[Anchor]:
    """What a source of this sentence must have; a number in words only where the source counts in the same ones."""
    dates = [found for found in find_dates(text, language, _ANY_DAY) if _is_absolute(found)]
    dated = [(found.start, found.end) for found in dates]
    figures = [
        anchor
        for anchor in _figures(text, language)
        if not _within(anchor, dated) and (language == source_language or _DIGIT.search(text, anchor.start, anchor.end))
    ]
    return [*(_date(found) for found in dates), *_years(text, dates), *figures, *_names(text, language, dated)]


@lru_cache(maxsize=4096)
def keys_of(text: str, language: str) -> frozenset[str]:
    """All that a source can show of what anchors ask for."""
    keys = {key for number in _numbers(text, language) for key in number.shown(language)}
    for found in find_dates(text, language, _ANY_DAY):
        keys |= {_month(found), _day(found)}
    return frozenset(keys | {f"~{word}" for word in _sounds(text)} | {f"'{fold(word)}" for word in _words(text)})


def is_found(anchor: Anchor, keys: frozenset[str]) -> bool:
    """Whether a source with these keys has it; a name may have another ending there."""
    if anchor.keys & keys:
        return True
    sounds = [key for key in anchor.keys if key.startswith("~") and len(key) > SHORTEST]
    return any(_same_stem(mine, theirs) for mine in sounds for theirs in keys if theirs.startswith("~"))


@dataclass(frozen=True)
class _Number:
    """A number as written, without separators in each way it may be read, and what a scale word makes of it."""

    start: int
    end: int
    readings: frozenset[str]
    scaled: str | None

    def asked(self, language: str) -> frozenset[str]:
        """Keys by which a source proves it; "5" is not proved by "5 million" where the scale would be understood."""
        if self.scaled:
            return frozenset([f"={self.scaled}", *(f"?{reading}" for reading in self.readings)])
        marks = "=" if figure_words(language).scales else "#="
        return frozenset([f"{mark}{reading}" for reading in self.readings for mark in marks])

    def shown(self, language: str) -> Iterator[str]:
        """Keys that it gives a source: "5 million" shows five million, and the 5."""
        yield from (f"#{reading}" for reading in self.readings)
        if self.scaled:
            yield f"={self.scaled}"
            return
        yield from (f"={reading}" for reading in self.readings)
        if not figure_words(language).scales:
            yield from (f"?{reading}" for reading in self.readings)


def _figures(text: str, language: str) -> Iterator[Anchor]:
    for number in _numbers(text, language):
        yield Anchor("figure", number.start, number.end, number.asked(language))


def _numbers(text: str, language: str) -> list[_Number]:
    """Numbers in digits with their scale, and those in words that count something."""
    figures = find_figures(text, language)
    out: list[_Number] = []
    for match in _NUMBER.finditer(plain(text)):
        around = next((f for f in figures if f.start <= match.start() and match.end() <= f.end), None)
        value = _plain_value(str(around.high)) if around and around.low == around.high else None
        readings = frozenset(_readings(match[0]))
        out.append(_Number(*match.span(), readings, value if value and value not in readings else None))
    for figure in figures:
        if not any(figure.start <= number.start < figure.end for number in out):
            value = _plain_value(str(figure.high))
            out.append(_Number(figure.start, figure.end, frozenset([value]), None))
    return out


def _readings(digits: str) -> Iterator[str]:
    """What the digits are worth if their last mark is decimal, and if it groups thousands."""
    yield _plain_value(regex.sub(r"\D", "", digits))
    head, mark, tail = regex.sub("[' ]", "", digits).replace(",", ".").rpartition(".")
    if mark:
        yield _plain_value(f"{head.replace('.', '')}.{tail}")


def _plain_value(number: str) -> str:
    whole, _, part = f"{float(number):.6f}".partition(".") if "E" in number.upper() else number.partition(".")
    return (whole.lstrip("0") or "0") + (f".{part.rstrip('0')}" if part.rstrip("0") else "")


def _is_absolute(found: DateSpan) -> bool:
    """Whether the date names a day or month: "yesterday" does not."""
    return found.yearless or any(char.isdigit() for char in found.text)


def _date(found: DateSpan) -> Anchor:
    return Anchor("date", found.start, found.end, frozenset([_day(found)]))


def _years(text: str, dates: list[DateSpan]) -> Iterator[Anchor]:
    for found in dates:
        if not found.yearless and found.earliest.year == found.latest.year:
            yield Anchor("figure", found.start, found.end, frozenset([f"#{found.earliest.year}"]))


def _day(found: DateSpan) -> str:
    """The key of the day, or of what is known of it."""
    return f"d{found.earliest.month}-{found.earliest.day}" if found.earliest == found.latest else _month(found)


def _month(found: DateSpan) -> str:
    """The key of the month, of the year where it names none."""
    same = (found.earliest.year, found.earliest.month) == (found.latest.year, found.latest.month)
    return f"m{found.earliest.month}" if same else f"#{found.earliest.year}"


def _names(text: str, language: str, dated: list[tuple[int, int]]) -> Iterator[Anchor]:
    """Words in capitals; the first word of the sentence too, unless it is a small one."""
    first = _OPENING.match(text)
    begins = first.end() if first else 0
    known = words_of(language)
    for match in _NAME.finditer(text):
        word = match[0].removesuffix("'s").removesuffix("’s")
        initial = match.start() == begins
        anchor = Anchor("name", match.start(), match.start() + len(word), _name_keys(word))
        telling = not initial or (known is not None and fold(word) not in known.small)
        if len(word) > 1 and telling and not _within(anchor, dated):
            yield anchor


def _name_keys(word: str) -> frozenset[str]:
    return frozenset([f"'{fold(word)}", *(f"~{sound}" for sound in transliterated(word))])


def _words(text: str) -> list[str]:
    return [word.removesuffix("'s").removesuffix("’s") for word in regex.findall(r"[\p{L}\p{M}\p{Nd}'’-]+", text)]


@lru_cache(maxsize=4096)
def _sounds(text: str) -> frozenset[str]:
    return frozenset(transliterated(text))


def _same_stem(mine: str, theirs: str) -> bool:
    shorter, longer = sorted((mine, theirs), key=len)
    return len(shorter) > SHORTEST and len(longer) - len(shorter) <= ENDING and longer.startswith(shorter)


def _within(anchor: Anchor, spans: list[tuple[int, int]]) -> bool:
    return any(start < anchor.end and anchor.start < end for start, end in spans)

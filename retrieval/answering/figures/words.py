"""What languages write beside a figure: scales, currencies and units, from CLDR's data through Babel.

CLDR has the words of each language in the forms they take beside a number, and which side they stand on; no library
that reads figures out of running text covers more than a dozen languages. What newspapers write and CLDR does not is
added by hand in words.toml: "bn", "dollars" of no named country.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import takewhile
from typing import Any

import regex
from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, get_currency_name, get_currency_symbol
from babel.units import format_unit

from retrieval.answering.figures.lookalikes import LETTER_OF_UNSPACED
from retrieval.answering.word_lists import word_list

_COUNTS = (1, 2, 5, 100, Decimal("1.5"))  # one of each plural category, in nearly every language
_PERCENT = "concentr-percent"
_LONGEST_ENDING = 3
_SHORTEST_INFLECTED = 4  # letters; shorter words take no ending here, or "mil" would begin "mile"


@dataclass(frozen=True)
class FigureWords:
    """What a language writes beside a figure, as patterns over text in lower case.

    Words of `scales` and `units` name a power of ten and a unit; `after` finds them behind a figure (groups "scale" and
    "unit"), `before` in front of it. `in_parts` if "3 thousand 292" is one number. `decimal` and `group` are the
    separators; `group` is " " for any space.
    """

    decimal: str
    group: str
    scales: Mapping[str, int]
    units: Mapping[str, str]
    after: regex.Pattern[str]
    before: regex.Pattern[str]
    in_parts: bool


@dataclass
class _Words:
    """Words with what they stand for, by the side of the figure on which they stand."""

    after: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)

    def add(self, pattern: str, meaning: int | str) -> None:
        """From a quantity written with 0 for its number; the first meaning of a word is kept."""
        left, zero, right = pattern.partition("0")
        if zero and (word := _clean(right.lstrip("0")).rstrip(".")) and not _clean(left):
            self.after.setdefault(word, meaning)
        elif zero and (word := _clean(left)) and not _clean(right.lstrip("0")):
            self.before.setdefault(word, meaning)

    @property
    def all(self) -> dict[str, Any]:
        """Both sides."""
        return self.before | self.after


@cache
def figure_words(language: str) -> FigureWords:
    """Of an ISO 639-1 code; a language that CLDR does not know is read as English."""
    try:
        locale = Locale.parse({"no": "nb", "und": "en"}.get(language, language))
    except (UnknownLocaleError, ValueError):
        locale = Locale.parse("en")
    listed = _listed()
    symbols = _by_word(listed["symbols"])
    scales = _Words(dict(listed["scales"].get("en" if language == "und" else language, listed["scales"]["others"])))
    behind = _by_word(listed["measures"]) | _by_word(listed["money"].get(language, {}))
    units = _Words(symbols | behind, symbols | {"%": _PERCENT})
    for one in (locale, *map(Locale.parse, listed["also"].get(language, ()))):
        _add_scales(scales, one)
        _add_units(units, one)
        _add_currencies(units, one)
    link = r"(?:(?:de|of|di|d'|des)[ ]?)?"
    after = rf"(?:[ -]?(?P<scale>{_any(scales.after)})\.?)?(?:[ -]?{link}(?P<unit>{_any(units.after)}))?"
    ahead = rf"(?<!\p{{L}})(?:(?P<unit>{_any(units.before)})[ ]?)?(?:(?P<scale>{_any(scales.before)})[ ])?$"
    marks = locale.number_symbols.get("latn", {})
    group = str(marks.get("group", ","))
    return FigureWords(
        decimal=str(marks.get("decimal", ".")),
        group=" " if group.isspace() else group,
        scales=scales.all,
        units=units.all,
        after=regex.compile(after),
        before=regex.compile(ahead),
        in_parts=language in listed["in_parts"],
    )


def _listed() -> dict[str, Any]:
    return word_list(__package__, "words.toml")


def _by_word(listed: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    return {word: meaning for meaning, words in listed.items() for word in words}


def _any(words: Iterable[str]) -> str:
    """A pattern of any of the words, long ones first; those long enough may take the ending of a case."""
    out = ["(?!)"]
    for word in sorted(words, key=len, reverse=True):
        ending = ""
        if regex.search(r"[\p{L}\p{M}]$", word) and not LETTER_OF_UNSPACED.match(word[-1]):
            shortest = _SHORTEST_INFLECTED if regex.search(r"\p{Latin}$", word) else _SHORTEST_INFLECTED - 1
            ending = rf"[\p{{L}}\p{{M}}]{{0,{_LONGEST_ENDING}}}" if len(word) >= shortest else ""
            ending += r"(?![\p{L}\p{M}])"
        out.append(regex.escape(word) + ending)
    return "|".join(out)


def _clean(word: str) -> str:
    """As the text is scanned: in lower case, with plain spaces and without marks of direction."""
    return " ".join(regex.sub(r"[\u200e\u200f\u061c']", "", word).lower().split())


def _add_scales(scales: _Words, locale: Locale) -> None:
    """From patterns such as "00 million" for 10000000."""
    for length in ("long", "short"):
        formats = locale.compact_decimal_formats
        for by_number in formats[length].values() if length in set(formats) else ():
            for number, pattern in by_number.items():
                form = pattern.pattern.partition(";")[0]
                scales.add(form, len(number) - form.count("0"))


def _add_units(units: _Words, locale: Locale) -> None:
    for unit in _listed()["units"]:
        for length in ("long", "short"):
            for count in _COUNTS:
                pattern = _as_pattern(format_unit(count, unit, length, locale=locale))
                if unit not in pattern and not regex.fullmatch(r"\W*\p{Latin}?\W*", pattern.replace("0", "")):
                    units.add(pattern, unit)


def _as_pattern(formatted: str) -> str:
    """A formatted quantity with 0 for its number; "" where there is no number in it."""
    pattern, count = regex.subn(r"\p{Nd}+(?:[.,٫]\p{Nd}+)?", "0", formatted)
    return pattern if count == 1 else ""


def _add_currencies(units: _Words, locale: Locale) -> None:
    for code in _listed()["currencies"]:
        symbol = _clean(get_currency_symbol(code, locale))
        for word in (code.lower(), symbol):
            if len(word) > 1 or LETTER_OF_UNSPACED.match(word):
                units.after.setdefault(word, code)
                units.before.setdefault(word, code)
        for count in _COUNTS:
            units.add(_as_pattern(format_currency(count, code, locale=locale, format_type="name")), code)
    side = (
        units.before
        if _as_pattern(format_currency(5, "USD", locale=locale, format_type="name"))[-1:] == "0"
        else units.after
    )
    for head, sister in _listed()["families"]:
        for word in _shared(_names(head, locale), _names(sister, locale)):
            side.setdefault(word, head)


@cache
def _names(code: str, locale: Locale) -> frozenset[str]:
    return frozenset(_clean(get_currency_name(code, count, locale)) for count in _COUNTS)


def _shared(names: frozenset[str], sisters: frozenset[str]) -> set[str]:
    """The words that the names of two currencies share; in a script without spaces, the letters."""
    words = {word for name in names for word in regex.split(r"[\s-]+", name)}
    shared = words & {word for name in sisters for word in regex.split(r"[\s-]+", name)}
    if not shared and all(LETTER_OF_UNSPACED.search(name) for name in names):
        shared = {part for name in names for sister in sisters for part in _common(name, sister)}
    return {word for word in shared if len(word) > 1}


def _common(a: str, b: str) -> tuple[str, str]:
    """What two words begin with alike, and what they end in alike."""
    return _beginning(a, b), _beginning(a[::-1], b[::-1])[::-1]


def _beginning(a: str, b: str) -> str:
    return "".join(x for x, _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def known_word(found: str, words: Mapping[str, int] | Mapping[str, str]) -> str:
    """The word of a vocabulary that was found with the ending of a case."""
    return next(found[: len(found) - cut] for cut in range(_LONGEST_ENDING + 1) if found[: len(found) - cut] in words)

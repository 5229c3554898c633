"""What languages write beside a figure: scales, currencies and units, from CLDR's data through Babel.

CLDR has the words of each language in the forms they take beside a number, and which side they stand on; no library
that reads figures out of running text covers more than a dozen languages. What newspapers write and CLDR does not is
added here by hand: "bn", "dollars" of no named country.
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

from retrieval.answering.lookalikes import LETTER_OF_UNSPACED

_COUNTS = (1, 2, 5, 100, Decimal("1.5"))  # one of each plural category, in nearly every language
_CURRENCIES = """USD EUR GBP JPY CNY RUB INR TRY AZN KZT UAH CHF KRW CAD AUD NZD SGD HKD TWD BRL MXN ARS CLP COP SEK NOK
DKK PLN CZK HUF RON BGN RSD ILS SAR AED QAR KWD EGP IQD IRR PKR BDT LKR NGN ZAR KES TZS UGX ETB GHS THB VND IDR MYR PHP
UZS GEL AMD BYN TMT KPW""".split()
_FAMILIES = (  # what the two names share is how the first is called where no country is named
    ("USD", "CAD"), ("GBP", "EGP"), ("RUB", "BYN"), ("INR", "PKR"), ("KRW", "KPW"), ("AZN", "TMT"), ("SEK", "NOK"),
    ("SAR", "QAR"),
)  # fmt: skip
_SYMBOLS = {
    "$": "USD", "us$": "USD", "c$": "CAD", "ca$": "CAD", "a$": "AUD", "au$": "AUD", "nz$": "NZD", "hk$": "HKD",
    "nt$": "TWD", "s$": "SGD", "r$": "BRL", "mx$": "MXN", "€": "EUR", "£": "GBP", "¥": "JPY", "￥": "JPY", "₽": "RUB",
    "₹": "INR", "rs.": "INR", "rs": "INR", "₺": "TRY", "₼": "AZN", "₸": "KZT", "₴": "UAH", "₩": "KRW", "₪": "ILS",
    "₫": "VND", "₦": "NGN", "฿": "THB", "₱": "PHP", "zł": "PLN", "tl": "TRY",
}  # fmt: skip
_MORE_CURRENCIES = {
    "zh": {"元": "CNY", "块": "CNY", "¥": "CNY", "￥": "CNY", "美金": "USD", "卢布": "RUB"},
    "ja": {"元": "CNY", "ドル": "USD"},
    "ru": {"руб.": "RUB", "руб": "RUB"}, "ko": {"원": "KRW"}, "tr": {"lira": "TRY", "dolar": "USD", "avro": "EUR"},
    "en": {"sterling": "GBP"},
    "az": {"dollar": "USD", "rubl": "RUB"}, "hi": {"रुपये": "INR", "रुपए": "INR", "रुपया": "INR"},
}  # fmt: skip
_UNITS = """concentr-percent length-kilometer length-meter length-centimeter length-mile length-foot area-hectare
area-acre area-square-kilometer area-square-meter mass-kilogram mass-gram mass-tonne mass-pound volume-liter
volume-barrel volume-cubic-meter power-kilowatt power-megawatt power-gigawatt energy-kilowatt-hour temperature-celsius
temperature-fahrenheit speed-kilometer-per-hour speed-mile-per-hour duration-second duration-minute duration-hour
duration-day duration-week duration-month duration-year""".split()
_PERCENT = "concentr-percent"
_MORE_UNITS = {
    "%": _PERCENT, "٪": _PERCENT, "％": _PERCENT, "pct": _PERCENT, "per cent": _PERCENT, "pc": _PERCENT,
    "في المائة": _PERCENT, "في المئة": _PERCENT, "بالمئة": _PERCENT, "بالمائة": _PERCENT, "°c": "temperature-celsius",
    "°f": "temperature-fahrenheit", "km": "length-kilometer", "kg": "mass-kilogram", "mw": "power-megawatt",
}  # fmt: skip
_IN_PARTS = frozenset(["tr", "az", "uz", "kk", "ky", "fa", "ku"])
_ALSO = {"en": ("en_GB",), "pt": ("pt_PT",), "zh": ("zh_Hant",)}  # the same language as written elsewhere
_MORE_SCALES = {
    "en": {"bn": 9, "mn": 6, "mln": 6, "bln": 9, "tn": 12, "trn": 12, "lakh": 5, "lakhs": 5, "crore": 7, "crores": 7,
           "m": 6, "b": 9, "k": 3},
    "de": {"mio": 6, "mrd": 9, "tsd": 3}, "fr": {"mrd": 9, "mds": 9, "mio": 6}, "zh": {"億": 8, "萬": 4, "千": 3},
    "ja": {"千": 3, "百": 2}, "ko": {"천": 3}, "hi": {"हजार": 3, "करोड़": 7, "करोड": 7, "मिलियन": 6, "बिलियन": 9},
    "bn": {"মিলিয়ন": 6, "বিলিয়ন": 9}, "mr": {"दशलक्ष": 6}, "ur": {"لاکھ": 5, "کروڑ": 7},
}  # fmt: skip
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
    scales = _Words(dict(_MORE_SCALES.get("en" if language == "und" else language, {"bn": 9, "mln": 6})))
    units = _Words(_SYMBOLS | _MORE_UNITS | _MORE_CURRENCIES.get(language, {}), _SYMBOLS | {"%": _PERCENT})
    for one in (locale, *map(Locale.parse, _ALSO.get(language, ()))):
        _add_scales(scales, one)
        _add_units(units, one)
        _add_currencies(units, one)
    link = r"(?:(?:de|of|di|d'|des)[ ]?)?"
    after = rf"(?:[ -]?(?P<scale>{_any(scales.after)})\.?)?(?:[ -]?{link}(?P<unit>{_any(units.after)}))?"
    ahead = rf"(?<!\p{{L}})(?:(?P<unit>{_any(units.before)})[ ]?)?(?:(?P<scale>{_any(scales.before)})[ ])?$"
    symbols = locale.number_symbols.get("latn", {})
    group = str(symbols.get("group", ","))
    return FigureWords(
        decimal=str(symbols.get("decimal", ".")),
        group=" " if group.isspace() else group,
        scales=scales.all,
        units=units.all,
        after=regex.compile(after),
        before=regex.compile(ahead),
        in_parts=language in _IN_PARTS,
    )


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
    for unit in _UNITS:
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
    for code in _CURRENCIES:
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
    for head, sister in _FAMILIES:
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

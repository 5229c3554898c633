"""What Zitat says itself around quotations, in the reader's language, and dates and names of languages as read there.

The phrases are gettext catalogues (locale/<language>/LC_MESSAGES/zitat.po, compiled to zitat.mo); their keys are the
English phrases. Dates, figures and names of languages are CLDR's, from Babel. What is filled into a phrase and runs in
the other direction is isolated, so that it does not turn the words around it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal

from index.text.published import Published, parsed

ISOLATE, POP = "\u2068", "\u2069"
DOMAIN = "zitat"
_SAME = {"nb": "no", "nn": "no"}
_LIKELY_READ = {  # by those for whose language there is no catalogue; whoever is not here is spoken to in English
    own: read
    for read, owns in {
        "fr": "rn ln kg lu sg mg wo bm ff ht oc br co", "es": "ca gl eu ast qu ay gn",
        "ru": "be ky tg tk tt ba cv ce os", "cs": "sk", "bg": "mk", "nl": "af fy", "de": "lb gsw", "da": "fo kl",
        "id": "ms jv su", "fa": "ps", "tr": "ku", "zh": "yue bo ug ii",
    }.items()
    for own in owns.split()
}  # fmt: skip
_LEAP = 2000  # stands for a year that is not shown: the 29th of February exists


def say(language: str, phrase: str, **values: object) -> str:
    """A phrase in the language that a reader is spoken to in; `values` fill its fields."""
    language = read_in(language)
    return _filled(language, _catalogue(language).gettext(phrase), phrase, values)


def read_in(language: str) -> str:
    """The language itself where it has a catalogue; else one that most who read it read, too: French in Burundi."""
    return language if isinstance(_catalogue(language), GNUTranslations) else _LIKELY_READ.get(language, "en")


def say_many(language: str, one: str, many: str, count: int, **values: object) -> str:
    """The same for a phrase that depends on a number, its field {count}; `one` and `many` are its English forms."""
    language = read_in(language)
    said = _catalogue(language).ngettext(one, many, count)
    shown = format_decimal(count, locale=_locale(language))
    return _filled(language, said, one if count == 1 else many, {"count": shown, **values})


def listed(words: Sequence[str], language: str) -> str:
    """The words with "or" before the last, as a language lists them; "" for none."""
    return format_list([_isolated(word, _runs(language)) for word in words], "or", _locale(language)) if words else ""


def shown_date(published_at: str | None, language: str) -> str:
    """A date of publication, as exact as it is known, the way a language writes it: "November 2020", "undated"."""
    known = parsed(published_at)
    if known is None:
        return published_at or say(language, "undated")
    written = _written(known, _locale(language))
    if known.year is None:
        return say(language, "{date}, year not given", date=written)
    return say(language, "{date}, year inferred", date=written) if known.inferred else written


def language_name(code: str, language: str) -> str:
    """What a language is called in another one, else in English, else its code."""
    named: str | None = _locale(language).languages.get(code) or Locale("en").languages.get(code)
    return named or code


@cache
def _catalogue(language: str) -> NullTranslations:
    folder = files("retrieval.answering") / "locale" / _SAME.get(language, language) / "LC_MESSAGES"
    compiled = folder / f"{DOMAIN}.mo"
    if not language.isalpha() or not compiled.is_file():
        return NullTranslations()
    with compiled.open("rb") as file:
        return GNUTranslations(file)


@cache
def _locale(language: str) -> Locale:
    """CLDR's data of a language, of English where it has none."""
    try:
        return Locale.parse(_SAME.get(language, language))
    except (UnknownLocaleError, ValueError, TypeError):
        return Locale("en")


def _filled(language: str, said: str, phrase: str, values: Mapping[str, object]) -> str:
    """A phrase with its values; one that was not translated is English and runs as English does."""
    runs = _runs(language if said != phrase else "en")
    shown = {name: _isolated(str(value), runs) for name, value in values.items()}
    for name in (name for name, value in shown.items() if value.endswith(".")):
        said = said.replace(f"{{{name}}}.", f"{{{name}}}")  # the full stop of "2026 г." ends the sentence as well
    return said.format(**shown)


def _runs(language: str) -> str:
    """In which direction a language is written, right or left to right."""
    return "R" if _locale(language).text_direction == "rtl" else "L"


def _isolated(value: str, runs: str) -> str:
    """The value, isolated if letters in it run in the other direction."""
    other = {"L": ("R", "AL"), "R": ("L",)}[runs]
    if any(unicodedata.bidirectional(letter) in other for letter in value):
        return f"{ISOLATE}{value}{POP}"
    return value


def _written(known: Published, locale: Locale) -> str:
    year = _LEAP if known.year is None else known.year
    if known.month is None:
        return str(format_skeleton("y", date(year, 1, 1), locale=locale)) if known.year else known.plain
    try:
        day = date(year, known.month, known.day or 1)
    except ValueError:
        return known.plain
    if known.year is None and known.day is None:
        return str(locale.months["stand-alone"]["wide"][known.month])
    if known.year is None:
        return str(format_skeleton("MMMMd", day, locale=locale))
    return str(format_date(day, "long", locale=locale) if known.day else format_skeleton("yMMMM", day, locale=locale))

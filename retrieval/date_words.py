"""What languages call their months and relative times, as patterns over folded text.

The words are dateparser's locale data, with a few additions; its parser is not used, because it also finds dates in
"may", "COP29" and "1.5 million".
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import regex

from index.text.folding import fold

_SUFFIXED = frozenset(  # languages in which a month's name takes endings
    ["ru", "uk", "be", "bg", "mk", "pl", "cs", "sk", "sl", "hr", "sr", "bs", "lt", "lv", "et", "fi", "hu", "tr", "az",
     "kk", "ky", "uz", "ka", "hy", "eu", "el", "sq", "ta", "te", "ml", "kn", "bn", "mr"]
)  # fmt: skip
_UNSPACED = frozenset(["zh", "ja", "th", "lo", "km", "my", "yue"])
_IN = {  # words before a month that stands alone; without one, "March" may walk and "May" be a person
    "en": "in during since until last next this early late mid from between",
    "de": "im in seit bis letzten ende anfang mitte von vom zwischen",
    "fr": "en depuis fin debut mi entre", "es": "en desde hasta entre", "pt": "em desde ate entre",
    "it": "in da a nel tra",
    "ru": "в с во за до", "uk": "у в з до", "be": "у в з", "bg": "през в от", "pl": "w we od do", "cs": "v ve od do",
    "sk": "v vo od", "sl": "v od", "hr": "u od", "sr": "u у od од", "bs": "u", "nl": "in sinds vorige", "sv": "i sedan",
    "da": "i siden", "nb": "i siden", "no": "i siden", "ro": "in din", "el": "τον το στον", "ar": "في منذ خلال شهر",
    "fa": "در", "he": "ב", "hi": "में", "id": "pada bulan di", "ms": "pada bulan", "vi": "thang vao", "sw": "mwezi",
    "ca": "al a el", "hu": "",
}  # fmt: skip
_EXTRA_MONTHS = {"ru": {"мае": 5}, "pl": {"maju": 5}, "bg": {"май": 5}, "ar": {"تشرين الثاني": 11, "تشرين الاول": 10}}
_EXTRA_YEARS_AGO = {
    "de": {1: [f"{last} {year}" for last in ("letzten", "vorigen", "vergangenen") for year in ("jahres", "jahr")]},
    "ru": {1: ["прошлого года", "прошлый год"], 0: ["этого года"]}, "az": {1: ["ötən il"], 0: ["bu il"]},
    "fr": {1: ["l'an dernier", "l'année passée"]}, "uk": {0: ["цього року"]},
    "pl": {1: ["zeszłym roku", "ubiegłym roku"]},
}  # fmt: skip
_HOLD = "\ue001"  # stands for a figure while a phrase is folded
_FIGURE = r"(\d++[.,]?\d*+)"  # as dateparser's phrases have it
_MONTHS = [name.lower() for name in calendar.month_name[1:]]
_FIGURES = r"(?<year>(?:19|20|2[45])\d\d|2100)"  # 2400 and later: Buddhist, in Thai only
_YEAR = rf"{_FIGURES}(?![\d%]|[.,:]\d)"
_DAY = r"(?<day>\d{1,2})(?!\d|[.,:]\d)(?:-?\p{L}{1,3}\b\.?|[ºª.])?"
_OF = r"[\s.,'-]{0,2}(?:(?:de|del|of|the|di|du|den|d'|ngay|nam|thang|عام|لعام|سنه|من)\s+)*"
_UNSPACED_LETTER = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]"
_NO_WORD_BEFORE = rf"(?:(?<![\w$€£¥/+-]|\d[.,:\s])|(?<=(?:19|20)\d\d[-–/])|(?<={_UNSPACED_LETTER}))"


@dataclass(frozen=True)
class Phrase:
    """How a language says a relative time: `parts` are the words around its figure, or all of them.

    `ahead` is how many units lie ahead; None means as many ago as the group "count" says.
    """

    parts: tuple[str, ...]
    edge: str
    unit: str
    ahead: int | None

    def found_in(self, folded: str) -> Iterator[regex.Match[str]]:
        """Where a folded text has it; the group "date" holds the words."""
        if all(part in folded for part in self.parts):
            yield from self._pattern.finditer(folded)

    @cached_property
    def _pattern(self) -> regex.Pattern[str]:
        words = r"(?<count>\d{1,3})".join(map(regex.escape, self.parts))
        return regex.compile(f"{self.edge}(?<date>{words}){self.edge}")


@dataclass(frozen=True)
class Vocabulary:
    """What a language calls months and relative times, folded.

    `gate` finds something wherever one of the `dates` does. They are in order of precedence; their groups are "date"
    (the words), "year", "month" (a name), "number" (of a month), "day", "first" and "second" (day and month, in the
    language's order), "quarter" and "decade". `past` are the words for "last". Patterns are made when a text first
    seems to need them, as making all of a language takes longer than a search.
    """

    months: dict[str, int]
    gate: regex.Pattern[str]
    patterns: tuple[str, ...]
    relative: list[Phrase]
    past: frozenset[str]
    day_first: bool
    buddhist: bool

    @cached_property
    def dates(self) -> list[regex.Pattern[str]]:
        """What finds dates that name a year, a month or a quarter."""
        return [regex.compile(pattern) for pattern in self.patterns]


@cache
def vocabulary(language: str) -> Vocabulary:
    """Of an ISO 639-1 code; one that dateparser does not know has figures only, "und" also English."""
    info = _locale(language)
    months = {fold(form): number for number, name in enumerate(_MONTHS, 1) for form in info.get(name, [])}
    months = {form: number for form, number in months.items() if len(form) > 1 and not form[0].isdigit()}
    months |= {fold(form): number for form, number in _EXTRA_MONTHS.get(language, {}).items()}
    edge = "" if language in _UNSPACED else r"\b"
    extra = {f"{ago} year ago": forms for ago, forms in _EXTRA_YEARS_AGO.get(language, {}).items()}
    phrases = [*info.get("relative-type", {}).items(), *extra.items(), *info.get("relative-type-regex", {}).items()]
    relative = [found for key, forms in phrases for form in forms if (found := _relative(key, form, edge))]
    month = _month_pattern(months, language)
    gate = regex.compile(rf"\d|{month}")
    dates = tuple(_date_patterns(month, info, language))
    day_first = not str(info.get("date_order", "DMY")).startswith("M")
    return Vocabulary(months, gate, dates, relative, _past_words(info), day_first, language == "th")


def _locale(language: str) -> dict[str, Any]:
    """The file of dateparser's about a language, without importing that package: it would load its parser."""
    package = find_spec("dateparser")
    folders = package.submodule_search_locations if package else None
    if not folders:
        raise ModuleNotFoundError("the package dateparser is not installed: install the project's dependencies")
    name = {"no": "nb", "und": "en"}.get(language, language)
    path = Path(folders[0], "data", "date_translation_data", f"{name}.py")
    spec = spec_from_file_location(f"date_words_{name}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        return {}
    spec.loader.exec_module(module := module_from_spec(spec))
    info: dict[str, Any] = module.info
    return info


def _past_words(info: dict[str, Any]) -> frozenset[str]:
    """What a language puts before a unit of time that is over: "last", "letzten", "geçen"."""
    phrases = [info.get("relative-type", {}).get(key, []) for key in ("1 month ago", "1 year ago", "1 week ago")]
    return frozenset(fold(words[0]) for forms in phrases for form in forms if len(words := form.split()) == 2)


def _month_pattern(months: dict[str, int], language: str) -> str:
    if not months:
        return r"(?<month>(?!))"
    if language in _UNSPACED:
        return f"(?<month>{_any(months)})"
    if language not in _SUFFIXED:
        return rf"\b(?<month>{_any(months)})\b"
    stems = {form[:-1] if form[-1] in "аяьйaeyiueσυ" and len(form) > 4 else form for form in months if len(form) > 3}
    no_ending = r"(?<!\p{L}['’])"  # "Kupası'nı 2014'te" is no April, though "nı" is short for one
    return rf"\b{no_ending}(?<month>(?:{_any(stems)})\p{{L}}{{0,5}}|{_any(months)})\b"


def _any(forms: Collection[str]) -> str:
    return "|".join(regex.escape(form) for form in sorted(forms, key=len, reverse=True))


def _relative(key: str, phrase: str, edge: str) -> Phrase | None:
    """A phrase with its unit, and how many of it lie ahead; None for what is no such time, or too short a word.

    `key` is dateparser's: "1 year ago", "in 1 month", or "\\1 day ago" where the phrase holds a figure.
    """
    parsed = regex.fullmatch(r"(in )?(\d|\\1) (day|week|month|year)(?: ago)?", key)
    if not parsed or (parsed[1] and parsed[2] == "\\1"):
        return None
    if edge and len(phrase) <= 3:
        return None
    ahead = None if parsed[2] == "\\1" else int(parsed[2]) * (1 if parsed[1] else -1)
    return Phrase(tuple(fold(phrase.replace(_FIGURE, _HOLD)).split(_HOLD)), edge, parsed[3], ahead)


def _date_patterns(month: str, info: dict[str, Any], language: str) -> Iterator[str]:
    year_word = _any({fold(form) for form in info.get("year", []) if len(form) > 1} or {"year"})
    year = rf"{_YEAR}(?:[-'’]?\p{{L}}{{1,3}}\b)?(?:\s*(?:{year_word})\p{{L}}{{0,4}})?"
    yield rf"(?<![\w/.-])(?<date>{_FIGURES}(?<mark>[-/.])(?<number>\d\d?)(?:\g<mark>(?<day>\d\d?))?)(?![\w/-]|\.\d)"
    no_figure_after = r"(?![\w/-]|\.\d)"
    yield rf"(?<![\w/.-])(?<date>(?<first>\d\d?)(?<mark>[-/.])(?<second>\d\d?)\g<mark>{_FIGURES}){no_figure_after}"
    yield rf"(?<!\d)(?<date>(?:{_YEAR}\s*[年년]\s*)?(?<number>\d\d?)\s*[月월](?:\s*(?<day>\d\d?)\s*[日일号號])?)"
    yield rf"{_NO_WORD_BEFORE}(?<date>{year}[\s.,]*{month}(?:\s+{_DAY})?)"
    yield rf"{_NO_WORD_BEFORE}(?<date>{_DAY}{_OF}{month}(?:{_OF}{year})?)"
    yield rf"(?<date>{month}\s+{_DAY}(?:[\s,]+{year})?)(?!\s*[%\d])"
    yield rf"(?<date>{month}{_OF}{year})"
    yield rf"\b(?<date>q(?<quarter>[1-4])[\s/-]?{_YEAR})"
    before = _any({fold(word) for word in _IN.get(language, "").split()} | _past_words(info)) or "(?!)"
    yield rf"\b(?:{before})\s+(?<date>{month})"
    if language in _UNSPACED:
        yield rf"(?<date>{month})"
    elif language in _SUFFIXED:
        yield rf"(?<date>{month})(?<=\w{{4}})"  # "Мая" is a person
    ending = r"(?:(?<decade>s)\b|\s*[年년]|[-'’]\p{L}{1,3}\b|(?![\p{L}_/]))"
    yield rf"{_NO_WORD_BEFORE}(?<date>{_YEAR}{ending})(?!\s*(?:\d|km|%|€|\$))"

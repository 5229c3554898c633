"""What languages call their months and relative times, as patterns over folded text.

The words are dateparser's locale data, with a few additions; its parser is not used, because it also finds dates in
"may", "COP29" and "1.5 million".
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import regex

from index.text.folding import fold

_SUFFIXED = frozenset(  # languages in which a month's name takes endings
    ["ru", "uk", "be", "bg", "mk", "pl", "cs", "sk", "sl", "hr", "sr", "bs", "lt", "lv", "et", "fi", "hu", "tr", "az",
     "kk", "ky", "uz", "ka", "hy", "eu", "el", "sq", "ta", "te", "ml", "kn", "bn", "mr"]
)  # fmt: skip
_UNSPACED = frozenset(["zh", "ja", "th", "lo", "km", "my", "yue"])
_IN = {  # words before a month that stands alone; without one, "March" may walk and "May" be a person
    "en": "in during since until last next this early late mid", "de": "im in seit bis letzten ende anfang mitte",
    "fr": "en depuis fin debut mi", "es": "en desde hasta", "pt": "em desde ate", "it": "in da a nel",
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
_FIGURE = r"(\d++[.,]?\d*+)"  # as dateparser's phrases have it
_MONTHS = [name.lower() for name in calendar.month_name[1:]]
_FIGURES = r"(?<year>(?:19|20|2[45])\d\d|2100)"  # 2400 and later: Buddhist, in Thai only
_YEAR = rf"{_FIGURES}(?![\d%]|[.,:]\d)"
_DAY = r"(?<day>\d{1,2})(?!\d|[.,:]\d)(?:-?\p{L}{1,3}\b\.?|[ºª.])?"
_OF = r"[\s.,'-]{0,2}(?:(?:de|del|of|the|di|du|den|d'|ngay|nam|thang|عام|لعام|سنه|من)\s+)*"
_UNSPACED_LETTER = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]"
_NO_WORD_BEFORE = rf"(?:(?<![\w$€£¥/+-]|\d[.,:\s])|(?<=(?:19|20)\d\d[-–/])|(?<={_UNSPACED_LETTER}))"


@dataclass(frozen=True)
class Vocabulary:
    """What a language calls months and relative times, folded.

    `gate` finds nothing in most questions without a date. `dates` are in order of precedence; their groups are "date"
    (the words), "year", "month" (a name), "number" (of a month), "day", "first" and "second" (day and month, in the
    language's order), "quarter" and "decade". `relative` has a pattern, its unit, and how many of it lie ahead; None
    means as many ago as its group "count" says. `past` are the words for "last".
    """

    months: dict[str, int]
    gate: regex.Pattern[str]
    dates: list[regex.Pattern[str]]
    relative: list[tuple[regex.Pattern[str], str, int | None]]
    past: frozenset[str]
    day_first: bool
    buddhist: bool


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
    gate = "|".join([r"\d", month.replace("?<month>", "?:"), *(pattern.pattern for pattern, _, _ in relative)])
    dates = [regex.compile(pattern) for pattern in _date_patterns(month, info, language)]
    day_first = not str(info.get("date_order", "DMY")).startswith("M")
    return Vocabulary(months, regex.compile(gate), dates, relative, _past_words(info), day_first, language == "th")


def _locale(language: str) -> dict[str, Any]:
    name = {"no": "nb", "und": "en"}.get(language, language)
    try:
        info: dict[str, Any] = import_module(f"dateparser.data.date_translation_data.{name}").info
    except ModuleNotFoundError:
        return {}
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
    return rf"\b(?<month>(?:{_any(stems)})\p{{L}}{{0,5}}|{_any(months)})\b"


def _any(forms: Collection[str]) -> str:
    return "|".join(regex.escape(form) for form in sorted(forms, key=len, reverse=True))


def _relative(key: str, phrase: str, edge: str) -> tuple[regex.Pattern[str], str, int | None] | None:
    """The pattern of a phrase, its unit, and how many of it lie ahead (None: as many ago as the phrase says).

    `key` is dateparser's: "1 year ago", "in 1 month", or "\\1 day ago" where the phrase holds a figure.
    """
    parsed = regex.fullmatch(r"(in )?(\d|\\1) (day|week|month|year)(?: ago)?", key)
    if not parsed or (parsed[1] and parsed[2] == "\\1"):
        return None
    text = regex.escape(fold(phrase.replace(_FIGURE, "\ue001"))).replace("\ue001", r"(?<count>\d{1,3})")
    if edge and len(phrase) <= 3:
        return None
    ahead = None if parsed[2] == "\\1" else int(parsed[2]) * (1 if parsed[1] else -1)
    return regex.compile(f"{edge}(?<date>{text}){edge}"), parsed[3], ahead


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

"""Dates that a question joins to one stretch of time: "from June to August 2015", "since 2015".

Words that also mean other things ("and", Russian "с") join only what they stand between, or not at all.
"""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date

import regex

from index.text.folding import fold
from retrieval.dates import DateSpan, find_dates

_TO = {  # what stands between the first and the last of a stretch
    "en": "to till until through", "de": "bis bis_zum", "fr": "a au jusqu'a jusqu'en", "es": "a al hasta",
    "pt": "a ao ate", "it": "a al fino_a", "nl": "tot tot_en_met t/m", "ru": "по до", "uk": "по до", "be": "па да",
    "bg": "до", "pl": "do", "cs": "do az", "sk": "do az", "sr": "do до", "hr": "do", "sl": "do", "sv": "till",
    "da": "til", "nb": "til", "no": "til", "ro": "pana_in pana_la", "ar": "الى حتى", "fa": "تا",
    "he": "עד", "hi": "से", "vi": "den", "id": "sampai hingga", "el": "μεχρι εως", "zh": "到 至", "ja": "から",
    "ko": "부터", "tr": "ile", "az": "ile", "ca": "a al fins",
}  # fmt: skip
_BETWEEN = {"en": ("between", "and"), "de": ("zwischen", "und"), "fr": ("entre", "et"), "es": ("entre", "y"),
            "pt": ("entre", "e"), "it": ("tra", "e"), "nl": ("tussen", "en"), "ru": ("между", "и"),
            "pl": ("miedzy", "a"), "sv": ("mellan", "och")}  # fmt: skip
_SINCE = {"en": "since", "de": "seit", "fr": "depuis", "es": "desde", "pt": "desde", "it": "dal dall'", "nl": "sinds",
          "sv": "sedan", "da": "siden", "nb": "siden", "no": "siden", "ar": "منذ", "fa": "از", "ca": "des_de",
          "el": "απο_το", "id": "sejak", "vi": "tu"}  # fmt: skip
_DASH = r"\s?[-–—~～]\s?"
_DAY_BEFORE = regex.compile(rf"(?<!\d)(\d\d?)[.日]?(?:({_DASH})|\s*([^\d.,]{{1,12}}?)\s*)$")


def find_periods(question: str, language: str, today: date) -> list[DateSpan]:
    """As `find_dates`; two dates that are the ends of a stretch are one, and one that it begins with lasts to today."""
    out: list[DateSpan] = []
    for span in find_dates(question, language, today):
        if out and (both := _stretch(question, out[-1], span, language)):
            out[-1] = both
        else:
            out.append(_from_day(question, span, language))
    return [_to_today(question, span, language, today) for span in out]


def _stretch(question: str, first: DateSpan, last: DateSpan, language: str) -> DateSpan | None:
    """Both ends as one; a first end without a year is in the last one's, or in the year before."""
    between = question[first.end : last.start]
    if not (regex.fullmatch(_DASH, between) or _joins(question[: first.start], fold(between).strip(), language)):
        return None
    earliest, latest = first.earliest, last.latest
    later_in_year = (earliest.month, earliest.day) > (latest.month, latest.day)
    if first.yearless:
        earliest = _in_year(earliest, latest.year - later_in_year)
    elif last.yearless:
        latest = _in_year(latest, earliest.year + later_in_year)
    if earliest > latest:
        return None
    text, yearless = question[first.start : last.end], first.yearless and last.yearless
    return replace(last, text=text, start=first.start, earliest=earliest, latest=latest, yearless=yearless)


def _in_year(day: date, year: int) -> date:
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def _from_day(question: str, span: DateSpan, language: str) -> DateSpan:
    """A day with that of the same month before it: "vom 3. bis 5. Mai"."""
    before = _DAY_BEFORE.search(question[: span.start])
    if span.earliest != span.latest or not before or not 1 <= int(before[1]) < span.earliest.day:
        return span
    if not before[2] and fold(before[3]).strip() not in _words(_TO, language):
        return span
    text = question[before.start() : span.end]
    return replace(span, text=text, start=before.start(), earliest=span.earliest.replace(day=int(before[1])))


def _joins(before: str, between: str, language: str) -> bool:
    if between in _words(_TO, language):
        return True
    opening, word = _BETWEEN.get(language, ("", ""))
    return bool(word) and between == word and fold(before).split()[-1:] == [opening]


def _to_today(question: str, span: DateSpan, language: str, today: date) -> DateSpan:
    before = fold(question[: span.start]).rstrip()
    begun = any(regex.search(rf"(?<!\p{{L}}){regex.escape(word)}$", before) for word in _words(_SINCE, language))
    return replace(span, latest=today) if begun and span.earliest <= today else span


def _words(words: dict[str, str], language: str) -> list[str]:
    return [word.replace("_", " ") for word in words.get(language, "").split()]

"""Dates as files give them, made EDTF (ISO 8601-2). With index/text/dateline.py the only file that knows dateparser.

A date keeps the precision it was given with. What cannot be a date of publication ("yesterday", the 32nd, the year
3024) gives None; the caller says so.
"""

from __future__ import annotations

import re
import warnings
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from index.text.published import Published, parsed

_FIRST_YEAR = 1600  # the first newspapers
_YEAR_FIRST = re.compile(r"(\d{4})[./-](\d{1,2})[./-](\d{1,2})\.?")
_YEAR_LAST = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})\.?")
_EAST_ASIAN = re.compile(r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日일]")
_EPOCH = re.compile(r"(\d{9,10}|\d{12,13})(?:\.\d+)?")
_EPOCHS_FROM = datetime(1990, 1, 1, tzinfo=UTC)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?")
_DIGIT = re.compile(r"(?![0-9])\d")
_CLOCK = re.compile(r"\d[:h]\d\d")


@lru_cache(maxsize=4096)
def normal_date(given: str, language: str) -> str | None:
    """The date in EDTF, None where it is none; `language` decides what 03/04/2020 means."""
    text = _DIGIT.sub(lambda digit: str(int(digit[0])), " ".join(given.split()))
    for reading in (_edtf, _compact, _epoch, _numeric, _iso, _rfc_822):
        found = reading(text, language)
        if found is not None:
            return found or None
    return _in_words(text, language)


def day(year: int | str, month: int | str, day_of_month: int | str) -> str | None:
    """A calendar day in EDTF, None where there is no such day or no newspaper had it yet."""
    try:
        found = date(int(year), int(month), int(day_of_month))
    except ValueError:
        return None
    return found.isoformat() if _plausible(found) else None


def day_without_year(month: int | str, day_of_month: int | str) -> str | None:
    """A day of an unknown year in EDTF; the 29th of February exists."""
    try:
        leap = date(2000, int(month), int(day_of_month))
    except ValueError:
        return None
    return Published(None, leap.month, leap.day).edtf


@lru_cache(maxsize=4096)
def month_of(word: str, language: str) -> int | None:
    """The month, 1 to 12, that a word names in a language, in any of its cases and abbreviations."""
    found = _parsed(f"15 {word} 2000", language, ("day", "month", "year"))
    return found.date_obj.month if found is not None else None


def _plausible(day_given: date) -> bool:
    """Whether a newspaper may be of that day: not after tomorrow, as somewhere on earth it is tomorrow already."""
    return day_given.year >= _FIRST_YEAR and date.toordinal(day_given) <= _tomorrow().toordinal()


def _tomorrow() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


def _edtf(text: str, language: str) -> str | None:
    """As the archive writes it; "" where it has the form of a date but is none."""
    found = parsed(text)
    if found is None or found.time:
        return None
    month, of_month = (1 if part is None else part for part in (found.month, found.day))
    known = day_without_year(month, of_month) if found.year is None else day(found.year, month, of_month)
    return text if known else ""


def _compact(text: str, language: str) -> str | None:
    """YYYYMMDD, with HHMM or HHMMSS; twelve digits that are no such time may still be an epoch."""
    found = _COMPACT.fullmatch(text)
    if found is None:
        return None
    try:
        stamp = datetime(*(int(part) for part in found.groups() if part))  # type: ignore[arg-type]
    except ValueError:
        stamp = None
    if stamp is None or not _plausible(stamp):
        return None if len(text) == 12 else ""
    return stamp.isoformat() if len(text) > 8 else stamp.date().isoformat()


def _epoch(text: str, language: str) -> str | None:
    """Seconds or milliseconds since 1970; "" where that was before news was kept so, or is after tomorrow."""
    found = _EPOCH.fullmatch(text)
    if found is None:
        return None
    seconds = int(found[1]) if len(found[1]) < 12 else int(found[1]) // 1000
    stamp = datetime.fromtimestamp(seconds, UTC)
    return stamp.isoformat() if _EPOCHS_FROM <= stamp <= _tomorrow() else ""


def _iso(text: str, language: str) -> str | None:
    """An ISO time stamp, whole; midnight without a zone is how a table writes a day."""
    try:
        found = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return None
    if not _plausible(found):
        return ""
    midnight = found.tzinfo is None and (found.hour, found.minute, found.second) == (0, 0, 0)
    return found.date().isoformat() if midnight else found.isoformat()


def _numeric(text: str, language: str) -> str | None:
    if found := _YEAR_FIRST.fullmatch(text) or _EAST_ASIAN.match(text):
        return day(*found.groups()) or ""
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return None
    first, mark, second, year = found.groups()
    month_first = int(second) > 12 or (mark != "." and int(first) <= 12 and _month_first(language))
    return (day(year, first, second) if month_first else day(year, second, first)) or ""


def _rfc_822(text: str, language: str) -> str | None:
    """As mail and RSS write it."""
    if not re.match(r"(\w{3},? )?\d{1,2} \w{3} \d{2,4} \d", text):
        return None
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found.isoformat() if _plausible(found) else ""


def _in_words(text: str, language: str) -> str | None:
    if len(text) > 60 or not re.search(r"\d{4}", text):
        return None
    found = _parsed(text, language) or _parsed(text, "en")
    if found is None or not _plausible(found.date_obj):
        return None
    if _CLOCK.search(text):
        return str(found.date_obj.isoformat())
    length = {"year": 4, "month": 7}.get(found.period, 10)
    return str(found.date_obj.date().isoformat()[:length])


@lru_cache(maxsize=256)
def _parser(language: str, required: tuple[str, ...]) -> Any:
    """A parser of absolute dates that name the required parts; None where dateparser does not know the language."""
    from dateparser.date import DateDataParser

    settings = {"PARSERS": ["absolute-time"], "REQUIRE_PARTS": list(required), "PREFER_DAY_OF_MONTH": "first"}
    try:
        return DateDataParser(languages=[language], settings=settings)
    except ValueError:
        return None


def _parsed(text: str, language: str, required: tuple[str, ...] = ("year",)) -> Any:
    """What dateparser makes of it: date_obj and period; None where it makes nothing of it."""
    parser = _parser({"no": "nb"}.get(language, language), required)
    if parser is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its own use of deprecated functions is not our caller's concern
        try:
            found = parser.get_date_data(text)
        except (ValueError, OverflowError):
            return None
    return found if found.date_obj is not None else None


def _month_first(language: str) -> bool:
    """Whether the language writes the month before the day."""
    from dateparser.languages.loader import default_loader

    try:
        order: str = default_loader.get_locale(language).info.get("date_order", "DMY")
    except (ValueError, KeyError, AttributeError):
        return False
    return order.index("M") < order.index("D")

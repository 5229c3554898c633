"""The dates a question names, in any language, each as the days it may mean.

What languages call months and relative times is in retrieval/date_words.py. Weekdays and times of day are left out: an
archive is searched by days, months and years.
"""

from __future__ import annotations

import calendar
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import regex

from index.text.folding import fold
from retrieval.date_words import Vocabulary, vocabulary

Days = tuple[date, date]


@dataclass(frozen=True)
class DateSpan:
    """`text`, the code points `start` to `end` of the question, may mean any day from `earliest` to `latest`.

    `yearless` is true where the question shows no year; then the latest such day or month up to today is meant.
    """

    text: str
    start: int
    end: int
    earliest: date
    latest: date
    yearless: bool = False


def find_dates(question: str, language: str, today: date) -> list[DateSpan]:
    """The dates in `question`, in order; `language` is an ISO 639-1 code, "und" sees figures and English only."""
    folded, offsets = _folded(question)
    spans: list[DateSpan] = []
    for match, days, yearless in _candidates(folded, vocabulary(language), today):
        start, end = offsets[match.start("date")], offsets[match.end("date")]
        span = DateSpan(question[start:end], start, end, *days, yearless)
        if all(end <= other.start or start >= other.end for other in spans) and not _is_verb(span, language):
            spans.append(span)
    return _with_years(question, sorted(spans, key=lambda span: span.start))


def _is_verb(span: DateSpan, language: str) -> bool:
    """Whether an English "may" or "march" beside a figure is none of the months: "these 5 may be"."""
    if language not in ("en", "und") or not span.yearless:
        return False
    return bool(regex.search(r"\d\D*\bm(ay|arch)|m(ay|arch)\b.*\d", span.text))


def _with_years(question: str, spans: list[DateSpan]) -> list[DateSpan]:
    """Dates without a year take that of a year beside them: "in October last year"."""
    out: list[DateSpan] = []
    for span in spans:
        pair = [out[-1], span] if out and span.start - out[-1].end <= 4 else [span]
        dates, years = [part for part in pair if part.yearless], [part for part in pair if _is_year(part)]
        days = _in_year(dates[0], years[0].earliest.year) if len(dates) == len(years) == 1 else None
        if days:
            out[-1] = DateSpan(question[pair[0].start : span.end], pair[0].start, span.end, *days)
        else:
            out.append(span)
    return out


def _is_year(span: DateSpan) -> bool:
    return not span.yearless and span.latest == date(span.earliest.year, 12, 31) and span.earliest.month == 1


def _in_year(span: DateSpan, year: int) -> Days | None:
    day = span.earliest.day if span.earliest == span.latest else None
    return _of_calendar(year, span.earliest.month, day, span.earliest)


def _folded(text: str) -> tuple[str, list[int]]:
    """Folded `text`, and for each of its characters, and its end, the offset in `text`."""
    if text.isascii():
        return text.lower(), list(range(len(text) + 1))
    letters, offsets = [], []
    for cluster in regex.finditer(r"\X", text):
        letter = "".join(map(_digit, fold(cluster[0])))
        letters.append(letter)
        offsets += [cluster.start()] * len(letter)
    return "".join(letters), [*offsets, len(text)]


def _digit(letter: str) -> str:
    """A digit of any script as patterns have it: "٢٠٣٠" is 2030."""
    return str(unicodedata.decimal(letter)) if letter.isdecimal() else letter


def _candidates(folded: str, words: Vocabulary, today: date) -> Iterator[tuple[regex.Match[str], Days, bool]]:
    for pattern in words.dates if words.gate.search(folded) else ():
        for match in pattern.finditer(folded):
            before = folded[: match.start("date")].split()[-1:]
            past = bool(before) and before[0] in words.past
            if days := _days(match, words, today.replace(day=1) - timedelta(days=1) if past else today):
                yield match, days, "year" not in pattern.groupindex or match["year"] is None
    for phrase in words.relative:
        for match in phrase.found_in(folded):
            if days := _shifted(today, phrase.unit, -int(match["count"]) if phrase.ahead is None else phrase.ahead):
                yield match, days, False


def _days(match: regex.Match[str], words: Vocabulary, today: date) -> Days | None:
    parts = {name: value for name, value in match.groupdict().items() if value}
    year = int(parts["year"]) if "year" in parts else None
    day = int(parts["day"]) if "day" in parts else None
    if year and year > 2100:
        if not words.buddhist:
            return None
        year -= 543
    if "quarter" in parts and year:
        return _month_days(year, 3 * int(parts["quarter"]) - 2)[0], _month_days(year, 3 * int(parts["quarter"]))[1]
    if "first" in parts:
        month, day = _in_order(int(parts["first"]), int(parts["second"]), words.day_first)
    elif "number" in parts:
        month = int(parts["number"])
    elif "month" in parts:
        month = _month_number(parts["month"], words.months)
    else:
        return _year_days(year or 0, 10 if "decade" in parts else 1)
    return _of_calendar(year, month, day, today)


def _in_order(first: int, second: int, day_first: bool) -> tuple[int, int]:
    """Month and day; the language's order, unless only the other one is a date."""
    month, day = (second, first) if day_first else (first, second)
    return (day, month) if month > 12 else (month, day)


def _month_number(form: str, months: dict[str, int]) -> int:
    """The month whose name shares the longest beginning with `form`."""
    if form in months:
        return months[form]
    return months[max(months, key=lambda name: len(_common(name, form)) - 0.1 * len(name))]


def _common(a: str, b: str) -> str:
    length = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return a[:length]


def _of_calendar(year: int | None, month: int, day: int | None, today: date) -> Days | None:
    """A day or month; without a year, the latest that has begun; None where the calendar has no such day."""
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= 31):
        return None
    for candidate in [year] if year else range(today.year, today.year - 9, -1):
        first, last = _month_days(candidate, month)
        if day is not None and day <= last.day:
            first = last = first.replace(day=day)
        elif day is not None:
            continue
        if year or first <= today:
            return first, last
    return None


def _month_days(year: int, month: int) -> Days:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _year_days(year: int, years: int) -> Days:
    first = year // years * years
    return date(first, 1, 1), date(first + years - 1, 12, 31)


def _shifted(today: date, unit: str, ahead: int) -> Days | None:
    """The day, week (from Monday), month or year that lies `ahead` of today's."""
    if unit == "day":
        return (day := today + timedelta(days=ahead)), day
    if unit == "week":
        return (monday := today + timedelta(days=7 * ahead - today.weekday())), monday + timedelta(days=6)
    months = today.year * 12 + today.month - 1 + ahead * (12 if unit == "year" else 1)
    return _year_days(months // 12, 1) if unit == "year" else _month_days(months // 12, months % 12 + 1)

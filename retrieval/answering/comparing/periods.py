"""Of when a sentence speaks: the days it names, or else those of its article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

import regex
from babel import Locale, UnknownLocaleError

from index.text.published import parsed
from retrieval.answering.evidence import Sentence
from retrieval.dates import find_dates
from retrieval.found import Found

Days = tuple[date, date]

SAME_NEWS = timedelta(days=3)  # between two reports of one state of things, if not of one event
STILL_NEWS = timedelta(days=45)  # between two reports of one event, or of one figure that is still growing
_UNDATED = date(2000, 1, 1)
_SHOWN = regex.compile(r"\p{N}|[一二三四五六七八九十]")


@dataclass(frozen=True)
class DayNamed:
    """A day of the calendar at `start` to `end` of a sentence's text; without a year it is of the article's."""

    day: date
    yearless: bool
    start: int
    end: int


@dataclass(frozen=True)
class Period:
    """`named` are the days that a sentence names in figures; `relative` if it also says "yesterday" or "last month".

    `weekdays` are those it names, Monday is 0. `published` are the days its article may be of, None where it is
    undated. `days` are dates exact to the day; `spans` is where anything of time stands in the text.
    """

    named: tuple[Days, ...]
    relative: bool
    published: Days | None
    weekdays: frozenset[int]
    days: tuple[DayNamed, ...]
    spans: tuple[tuple[int, int], ...]


def period_of(found: Found, sentence: Sentence) -> Period:
    """Of when a sentence speaks."""
    return _period(sentence.text, sentence.language, found.result.passages[sentence.passage].article.published_at)


@lru_cache(maxsize=4096)
def _period(text: str, language: str, published_at: str | None) -> Period:
    known = parsed(published_at)
    published = known.days if known else None
    spans = find_dates(text, language, published[1] if published else _UNDATED)
    shown = [span for span in spans if _SHOWN.search(span.text)]
    sure = [span for span in shown if published or not span.yearless]
    return Period(
        named=tuple((span.earliest, span.latest) for span in sure),
        relative=len(shown) < len(spans),
        published=published,
        weekdays=_weekdays(text, language),
        days=tuple(DayNamed(s.earliest, s.yearless, s.start, s.end) for s in shown if s.earliest == s.latest),
        spans=tuple((span.start, span.end) for span in spans),
    )


def may_be_one(a: Period, b: Period) -> bool:
    """Whether two sentences speak of times that may be the same; False where it is not known of when one speaks."""
    if a.weekdays and b.weekdays and not a.weekdays & b.weekdays:
        return False
    if a.named and b.named:
        return any(x[0] <= y[1] and y[0] <= x[1] for x in a.named for y in b.named)
    if a.named or b.named:
        named, other = (a.named, b) if a.named else (b.named, a)
        return other.published is not None and any(_near(days, other.published) for days in named)
    if a.published is None or b.published is None:
        return False
    if (a.relative or b.relative) and a.published != b.published:
        return False
    return _near(a.published, b.published)


def are_of_one_time(a: Period, b: Period) -> bool:
    """Whether two articles are known to have appeared within a few days, and none alone names a weekday."""
    if a.published is None or b.published is None:
        return False
    if bool(a.weekdays) != bool(b.weekdays):
        return False
    return _near(a.published, b.published, SAME_NEWS)


def _near(a: Days, b: Days, distance: timedelta = STILL_NEWS) -> bool:
    return a[0] <= b[1] + distance and b[0] <= a[1] + distance


def _weekdays(text: str, language: str) -> frozenset[int]:
    words, pattern = _weekday_words(language)
    return frozenset(words[found[0]] for found in pattern.finditer(text.lower()))


@cache
def _weekday_words(language: str) -> tuple[dict[str, int], regex.Pattern[str]]:
    """The names of the days of the week, in lower case, without the last letter where cases change it."""
    try:
        days = Locale.parse({"no": "nb", "und": "en"}.get(language, language)).days["format"]["wide"]
    except (UnknownLocaleError, ValueError):
        return {}, regex.compile("(?!)")
    words = {_stem(name.lower()): number for number, name in days.items()}
    return words, regex.compile("|".join(map(regex.escape, sorted(words, key=len, reverse=True))))


def _stem(name: str) -> str:
    return name[:-1] if name[-1] in "аяьuiae" and len(name) > 5 else name

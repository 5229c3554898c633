"""What a search gives back: frozen records, and the one JSON object that says the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Span:
    """Code points from `start` to before `end` of the article's text."""

    start: int
    end: int


@dataclass(frozen=True)
class ArticleCard:
    """What is known of an article, without its text."""

    id: str
    title: str
    source: str | None
    author: str | None
    language: str
    published_at: str | None
    url: str | None
    content_hash: str


@dataclass(frozen=True)
class Passage:
    """A ranked passage. `text` is the article's text from `start` to `end`; the highlights lie within it.

    `also_in` are the ids of articles that carry nearly the same text and were folded into this one.
    """

    rank: int
    score: float
    chunk_id: str
    text: str
    start: int
    end: int
    highlights: tuple[Span, ...]
    article: ArticleCard
    also_in: tuple[str, ...]


@dataclass(frozen=True)
class DateRange:
    """A date as the question words it, and the days it may mean, both included."""

    text: str
    earliest: date
    latest: date


@dataclass(frozen=True)
class Understood:
    """What was made of the question; `language` is "und" when it could not be told."""

    language: str
    dates: tuple[DateRange, ...]


@dataclass(frozen=True)
class SearchResult:
    """The passages, best first. `took_ms` is the time spent in each stage, and in all."""

    question: str
    understood: Understood
    passages: tuple[Passage, ...]
    took_ms: dict[str, float]

    def as_json(self) -> dict[str, Any]:
        """The result as plain JSON values."""
        out = asdict(self)
        plain_dates(out["understood"]["dates"])
        return out


def plain_dates(dates: Iterable[dict[str, Any]]) -> None:
    """Write the days of date ranges, taken apart for JSON, as JSON has them."""
    for found in dates:
        found["earliest"], found["latest"] = found["earliest"].isoformat(), found["latest"].isoformat()

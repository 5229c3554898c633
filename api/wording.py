"""How an answer is worded for a reader, whatever it is shown on: quotations, languages, dates, sources.

The reader's language is the question's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from retrieval.answering.phrases import language_name, say, shown_date
from retrieval.results import DateRange, Passage

LONGEST_EXCERPT, BEFORE_HIGHLIGHT = 240, 60  # code points
_MARKS = (("“", "”"), ("«", "»"), ("‹", "›"))
_OPENING, _CLOSING = '“"„«‹「『', '”"“»›」』'


class Described(Protocol):
    """What citations and articles both know of their source."""

    @property
    def source(self) -> str | None:
        """Who published it."""

    @property
    def published_at(self) -> str | None:
        """When, in EDTF."""


def quoted(text: str) -> str:
    """The text between quotation marks that do not occur in it; as it is where it is one quotation already."""
    if is_quotation(text):
        return text
    free = next((pair for pair in _MARKS if not set(pair) & set(text.replace('"', "“"))), _MARKS[0])
    return f"{free[0]}{text}{free[1]}"


def is_quotation(text: str) -> bool:
    """Whether the whole text stands in quotation marks of its own."""
    around, inside = (text[:1], text[-1:]), set(text[1:-1])
    return len(text) > 1 and around[0] in _OPENING and around[1] in _CLOSING and not inside & set(_OPENING + _CLOSING)


def values_cited(text: str, values: Sequence[str], citations: Sequence[int]) -> str:
    """A remark on values that differ, each with the number of its citation; all behind it where it names them not."""
    out, rest = "", text
    for value, n in zip(values, citations, strict=True):
        before, found, rest = rest.partition(value)
        if not found:
            return " ".join([text, *(f"[{n}]" for n in citations)])
        out += f"{before}{found} [{n}]"
    return out + rest


def foreign(language: str, reader: str) -> str:
    """What is said behind a quotation in another language than the reader's; nothing where it is the same."""
    if language in (reader, "und") or reader == "und":
        return ""
    return f"({language_name(language, reader)})"


def facts_of(described: Described, language: str, reader: str, author: str | None = None) -> str:
    """Source, author, date and language on one line, as far as they are known."""
    facts = [described.source, author, shown_date(described.published_at, reader), language_name(language, reader)]
    return " · ".join(fact for fact in facts if fact)


def understood_as(reader: str, dates: Sequence[DateRange], question: str | None = None) -> str:
    """What was made of a question: its language, the question searched for where that is another one, its dates."""
    parts = [language_name(reader, reader)]
    parts += [f"“{question}”"] if question else []
    parts += [f"{one.text}: {_days(one, reader)}" for one in dates]
    return say(reader, "understood as {question}", question=" · ".join(parts))


def _days(dates: DateRange, reader: str) -> str:
    first, last = (shown_date(day.isoformat(), reader) for day in (dates.earliest, dates.latest))
    return first if first == last else f"{first} – {last}"


def excerpt(passage: Passage) -> str:
    """The part of a passage around its first highlight."""
    text = passage.text
    if len(text) <= LONGEST_EXCERPT:
        return text
    first = passage.highlights[0].start - passage.start if passage.highlights else 0
    start = max(0, min(first - BEFORE_HIGHLIGHT, len(text) - LONGEST_EXCERPT))
    start = 0 if start == 0 else _word_start(text, start)
    return ("…" if start else "") + shorter(text[start:], LONGEST_EXCERPT)


def shorter(text: str, length: int) -> str:
    """The text cut to so many code points, at the end of a word where there is one near."""
    if len(text) <= length:
        return text
    cut = text[:length]
    space = cut.rfind(" ", length - length // 4)
    return f"{cut[: space if space > 0 else length].rstrip()}…"


def _word_start(text: str, at: int) -> int:
    """The next beginning of a word, where there is one near."""
    space = text.find(" ", at, at + 30)
    return at if space < 0 else space + 1

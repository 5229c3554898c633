"""What a caller may ask of a search besides the question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from index.errors import BadInput
from index.text.language import UNKNOWN, normalise_code

LONGEST_QUESTION = 4_000  # code points; the encoder reads 512 tokens
MOST_PASSAGES = 1_000


@dataclass(frozen=True)
class SearchOptions:
    """Filters are hard: what they leave out is never returned. Dates in the question only prefer, unless said.

    `preference` "balanced" treats languages alike; "mine-first" puts passages in the question's language first where
    they are nearly as good. `per_article` limits the passages of one article; None lifts the limit.
    """

    count: int = 10
    languages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    article_ids: tuple[str, ...] = ()
    preference: Literal["balanced", "mine-first"] = "balanced"
    per_article: int | None = 3
    question_language: str | None = None
    dates_filter: bool = False
    fold_duplicates: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST_PASSAGES:
            raise BadInput(f"{self.count} passages were asked for", f"ask for 1 to {MOST_PASSAGES}")
        if self.per_article is not None and self.per_article < 1:
            raise BadInput(f"per_article is {self.per_article}", "give 1 or more, or None for no limit")
        if self.after and self.before and self.after > self.before:
            raise BadInput(f"the dates run from {self.after} to {self.before}", "give the earlier date as --after")
        if self.preference not in ("balanced", "mine-first"):
            raise BadInput(f"the preference is {self.preference!r}", 'give "balanced" or "mine-first"')
        for name in (*self.languages, *self.sources, *self.article_ids):
            _checked_text(name)


def checked_question(question: str) -> str:
    """The question without white space around it, if it can be searched for."""
    cleaned = question.replace("\0", " ").strip()
    if not cleaned:
        raise BadInput("the question is empty", "type a question or some words")
    _checked_text(cleaned)
    if len(cleaned) > LONGEST_QUESTION:
        raise BadInput(f"the question has {len(cleaned):,} characters", f"use at most {LONGEST_QUESTION:,}")
    return cleaned


def language_code(given: str) -> str:
    """The code under which articles in a language are kept; it may be named in any usual way."""
    code = UNKNOWN if given.strip().lower() == UNKNOWN else normalise_code(given)
    if code is None:
        raise BadInput(f"there is no language {given!r}", "give an ISO 639 code such as de, or its English name")
    return code


def _checked_text(text: str) -> None:
    """Bytes that are no UTF-8 reach a program's arguments as lone surrogates, which no index can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInput(f"{text[:40]!r} holds bytes that are no text", "type it in UTF-8") from None

"""What an archive holds, as far as understanding questions needs it: its languages, and from when to when it goes."""

from __future__ import annotations

from dataclasses import dataclass

from index.truth.store import Store


@dataclass(frozen=True)
class Holdings:
    """The languages of the articles, and when the first and last dated one are of, as `Article.published_at` has it."""

    languages: frozenset[str] = frozenset()
    first: str | None = None
    last: str | None = None


UNKNOWN = Holdings()


def holdings(store: Store, sequence: int) -> Holdings:
    """What a store holds; `sequence` tells one state of the archive from the next to whoever keeps the result."""
    return Holdings(frozenset(store.language_names()), *store.dates_covered())

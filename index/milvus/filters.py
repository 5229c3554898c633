"""A scope as a filter on Milvus's rows. What is not known of an article is kept as a value that no range has."""

from __future__ import annotations

import json
from collections.abc import Iterator

from index.scope import Scope

NO_EARLIEST, NO_LATEST = 2**31 - 1, -1  # days of an article without a date: outside of every range
LONGEST_SOURCE = 1_000  # characters; longer names are cut alike in rows and in filters


def source_cell(source: str | None) -> str:
    """A source as rows hold it."""
    return (source or "")[:LONGEST_SOURCE]


def condition(scope: Scope) -> str:
    """The scope as Milvus's filter expression; empty where nothing is left out."""
    return " and ".join(_parts(scope))


def _parts(scope: Scope) -> Iterator[str]:
    if scope.languages:
        yield f"language in [{', '.join(map(_quoted, scope.languages))}]"
    if scope.sources:
        yield f"source in [{', '.join(_quoted(source_cell(source)) for source in scope.sources)}]"
    if scope.articles:
        yield f"article in [{', '.join(map(str, scope.articles))}]"
    if scope.after:
        yield f"latest >= {scope.after.toordinal()}"
    if scope.before:
        yield f"earliest <= {scope.before.toordinal()}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

"""What the service tells, as the records that it was told from: plain JSON values back to frozen dataclasses, exactly.

What a newer service tells besides is left out; what is missing, or of another type, is an error.
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")


class Unreadable(Exception):
    """A value that a record cannot be made of; the message says where it stands."""


@dataclass(frozen=True)
class Chunk:
    """Where a chunk lies in the article's text, in code points, and how long it is in tokens."""

    start: int
    end: int
    tokens: int
    llm_tokens: int
    language: str


@dataclass(frozen=True)
class WholeArticle:
    """An article with its text; `also_in` are the ids of articles that carry nearly the same."""

    id: str
    title: str
    source: str | None
    author: str | None
    language: str
    published_at: str | None
    url: str | None
    content_hash: str
    text: str
    chunks: tuple[Chunk, ...]
    also_in: tuple[str, ...]


@dataclass(frozen=True)
class ListedArticle:
    """One line of the list of articles."""

    id: str
    title: str
    source: str | None
    language: str
    published_at: str | None


@dataclass(frozen=True)
class Page:
    """A page of the list of articles; `next` is the cursor of the page after it, None on the last one."""

    articles: tuple[ListedArticle, ...]
    next: str | None


@dataclass(frozen=True)
class Stats:
    """What the archive holds; `earliest` and `latest` are EDTF dates."""

    articles: int
    chunks: int
    near_duplicates: int
    dated: int
    earliest: str | None
    latest: str | None
    languages: dict[str, int]
    sources: dict[str, int]
    model: str
    chunk_tokens: int
    generation: int


@dataclass(frozen=True)
class Period:
    """So many articles of one month ("2020-11"), or of one year of which no month is known ("2020")."""

    period: str
    articles: int


@dataclass(frozen=True)
class Timeline:
    """How many articles there are of each time, oldest first, and how many have no known year."""

    periods: tuple[Period, ...]
    undated: int


@dataclass(frozen=True)
class Source:
    """A source, and how many articles are from it."""

    source: str
    articles: int


@dataclass(frozen=True)
class Sources:
    """Sources, the most frequent first of those that begin as was asked."""

    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Health:
    """That the service is up and answers questions."""

    status: str


def rebuilt(kind: type[T], value: object, where: str = "answer") -> T:
    """The value of a type, made of plain JSON values; raises Unreadable."""
    if is_dataclass(kind):
        return cast(T, _record(kind, value, where))
    return cast(T, _value(kind, value, where))


def _record(kind: type, value: object, where: str) -> object:
    if not isinstance(value, dict):
        raise _unreadable(kind.__name__, value, where)
    hints = _hints(kind)
    said = {name: _value(hint, value[name], f"{where}.{name}") for name, hint in hints.items() if name in value}
    if missing := _needed(kind) - said.keys():
        raise Unreadable(f"{where} lacks {', '.join(sorted(missing))}")
    return kind(**said)


def _value(kind: Any, value: object, where: str) -> object:
    origin, inner = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _record(cast(type, kind), value, where)
    if origin in (Union, UnionType):
        return _optional(inner, value, where)
    if origin is tuple and isinstance(value, list):
        return tuple(_value(inner[0], one, f"{where}[{at}]") for at, one in enumerate(value))
    if origin is dict and isinstance(value, dict):
        return {str(name): _value(inner[1], one, f"{where}.{name}") for name, one in value.items()}
    return _plain(kind, value, where)


def _optional(kinds: tuple[Any, ...], value: object, where: str) -> object:
    if value is None and NoneType in kinds:
        return None
    (kind,) = (kind for kind in kinds if kind is not NoneType)
    return _value(kind, value, where)


def _plain(kind: Any, value: object, where: str) -> object:
    if get_origin(kind) is Literal:
        if value in get_args(kind):
            return value
    elif kind is date and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    elif kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    elif kind in (str, int, bool) and type(value) is kind:
        return value
    raise _unreadable(getattr(kind, "__name__", str(kind)), value, where)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


@cache
def _needed(kind: type) -> frozenset[str]:
    without = (one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING)
    return frozenset(without)


def _unreadable(wanted: str, value: object, where: str) -> Unreadable:
    return Unreadable(f"{where} is {value!r:.100}, not {wanted}")

"""A record that `zitat export` wrote: it is known by its content hash, and taken as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from index.article import Article, Draft

_SAID = ("title", "text", "language")
_MAY_BE_SAID = ("published_at", "source", "author", "url")


@dataclass(frozen=True)
class Exported(Draft):
    """A draft of an article just as an archive kept it: nothing is to be read from its text or stripped of it."""

    language_confidence: float = 1.0


def exported(record: Mapping[object, object], origin: str, number: int) -> Exported | None:
    """The article of an exported record; None where its content hash is absent or not that of its content."""
    wanted = record.get("content_hash")
    if not isinstance(wanted, str) or not isinstance(record.get("id"), str) or not record["id"]:
        return None
    said = {name: record.get(name) for name in _SAID + _MAY_BE_SAID}
    if not all(isinstance(said[name], str) for name in _SAID):
        return None
    if not all(value is None or isinstance(value, str) for value in said.values()):
        return None
    if "\0" in "".join(str(value) for value in (*said.values(), record["id"])):
        return None  # as with the half of a surrogate pair below
    draft = Exported(
        origin=origin,
        record=number,
        id=str(record["id"]),
        language_confidence=_confidence(record.get("language_confidence")),
        **said,  # type: ignore[arg-type]
    )
    try:
        return draft if article_of(draft).content_hash == wanted else None
    except UnicodeEncodeError:  # half a surrogate pair: no archive has ever kept one
        return None


def _confidence(given: object) -> float:
    """As exported, 1.0 where the record has none that makes sense."""
    return float(given) if isinstance(given, (int, float)) and 0 <= given <= 1 else 1.0


def article_of(draft: Exported) -> Article:
    """The article that was exported."""
    return Article(
        id=draft.id or "",
        title=draft.title or "",
        text=draft.text,
        language=draft.language or "",
        language_confidence=draft.language_confidence,
        published_at=draft.published_at,
        source=draft.source,
        author=draft.author,
        url=draft.url,
    )

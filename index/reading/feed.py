"""RSS and Atom: every entry is an article. The only file that knows feedparser, which never fetches here."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.fields import Place, rejection
from index.reading.options import ReadOptions
from index.reading.page import stripped
from index.reading.stream import Source


def read_feed(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """One draft or rejection for each entry."""
    import feedparser

    feed = feedparser.parse(io.BytesIO(source.whole()))
    if not feed.entries:
        why = feed.get("bozo_exception", "it is empty")
        raise BadInput(f"the feed has no entries ({why})", "check that it is a whole RSS or Atom feed")
    for number, entry in enumerate(feed.entries, start=1):
        yield _draft(entry, feed.feed, Place(source, number))


def _draft(entry: Any, feed: Any, place: Place) -> Draft | Rejection:
    text = stripped(_body(entry)).strip()
    if not text:
        return rejection(place, "the entry has no text", "give the address of its page instead")
    return Draft(
        text=text,
        origin=place.source.origin,
        record=place.record,
        name=None if entry.get("id") else entry.get("link") or None,
        id=entry.get("id") or None,
        title=stripped(entry.get("title") or "").strip() or None,
        language=_language(entry, feed),
        published_at=entry.get("published") or entry.get("updated") or None,
        source=(entry.get("source") or {}).get("title") or feed.get("title") or None,
        author=entry.get("author") or None,
        url=entry.get("link") or None,
    )


def _body(entry: Any) -> str:
    """The full content where the feed has it, else the summary."""
    content = max((part.get("value") or "" for part in entry.get("content") or []), key=len, default="")
    return content or entry.get("summary") or ""


def _language(entry: Any, feed: Any) -> str | None:
    content: dict[str, str] = next(iter(entry.get("content") or []), {})
    return content.get("language") or feed.get("language") or None

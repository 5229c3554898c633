"""RSS and Atom: every entry is an article. The only file that knows feedparser, which never fetches here."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.entities import unescaped
from index.reading.fields import Place, rejection
from index.reading.options import ReadOptions
from index.reading.page import stripped
from index.reading.stream import Source

_OPENED = re.compile(rb"<(?:item|entry)[\s>]", re.I)
_CLOSED = re.compile(rb"</(?:item|entry)\s*>", re.I)
_END = re.compile(rb"</(rss|feed|rdf:rdf)\s*>", re.I)


def read_feed(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """One draft or rejection for each entry."""
    import feedparser

    data = source.whole()
    feed = feedparser.parse(io.BytesIO(data))
    if not feed.entries:
        why = feed.get("bozo_exception", "it is empty")
        raise BadInput(f"the feed has no entries ({why})", "check that it is a whole RSS or Atom feed")
    whole, cut = len(feed.entries), feed.bozo and _breaks_off(data)
    if cut and len(_OPENED.findall(data)) > len(_CLOSED.findall(data)):
        whole -= 1  # the last entry is cut: half an article is none
    for number, entry in enumerate(feed.entries[:whole], start=1):
        yield _draft(entry, feed.feed, Place(source, number))
    if cut:
        raise BadInput("the feed breaks off", "get it again")


def _breaks_off(data: bytes) -> bool:
    """Whether the end of the feed is missing; other faults of its XML are forgiven."""
    return b"\0" not in data and _END.search(data) is None


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
        source=unescaped((entry.get("source") or {}).get("title") or feed.get("title") or "") or None,
        author=unescaped(entry.get("author") or "") or None,
        url=entry.get("link") or None,
    )


def _body(entry: Any) -> str:
    """The full content where the feed has it, else the summary."""
    content = max((part.get("value") or "" for part in entry.get("content") or []), key=len, default="")
    return content or entry.get("summary") or ""


def _language(entry: Any, feed: Any) -> str | None:
    content: dict[str, str] = next(iter(entry.get("content") or []), {})
    return content.get("language") or feed.get("language") or None

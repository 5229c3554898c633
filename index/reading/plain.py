"""Plain text and Markdown: the file is the article. A front matter block gives the fields it names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.charset import decode
from index.reading.fields import Place, draft_of
from index.reading.kinds import extension
from index.reading.options import ReadOptions
from index.reading.stream import Source

_FRONT_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)\r?\n---[ \t]*(?:\r?\n|$)", re.S)
_PAIR = re.compile(r"^(\w[\w -]*?)[ \t]*:[ \t]*(.+?)[ \t]*$", re.M)


def read_plain(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """One draft."""
    text = decode(source.whole(), options.encoding or source.encoding)
    if not text.strip():
        raise BadInput("the file is empty", "remove it, or put the article's text into it")
    front = _FRONT_MATTER.match(text) if extension(source.name or "") in ("md", "markdown") else None
    record = {name: value.strip("\"'") for name, value in _PAIR.findall(front[1])} if front else {}
    record["text"] = text[front.end() :] if front else text
    place = Place(source, source.record, short_name(source.name))
    yield draft_of({"url": source.url} | record, place, ReadOptions(), plain=True)


def short_name(name: str | None) -> str | None:
    """The stable name of an article that is a file: with its extension, but that of plain text."""
    if name is None or extension(name) != "txt":
        return name
    return name.rsplit(".", 1)[0] or name

"""What is not read, said by its name: empty files, pictures, programs, foreign XML. The only file with puremagic."""

from __future__ import annotations

from collections.abc import Iterator

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.kinds import Kind, kind_of
from index.reading.options import ReadOptions
from index.reading.stream import Source


def refuse(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """A rejection that says what the file is."""
    kind = kind_of(source.head, source.name or "", options.encoding or source.encoding)
    if kind is Kind.EMPTY:
        zeros = " (only zero bytes)" if b"\0" in source.head else ""
        raise BadInput(f"the file is empty{zeros}", "remove it, or put the article's text into it")
    if kind is Kind.XML:
        raise BadInput("it is XML, but neither a page nor a feed", "convert it to text, JSON Lines, RSS or Atom")
    what = _name(source.head)
    raise BadInput(f"it is {what}, not text", "leave it out, or give the article as text, HTML, PDF or DOCX")
    yield  # a generator, as every reader is


def _name(head: bytes) -> str:
    import puremagic

    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return "a binary file"
    name = next((match.name for match in matches if match.name), "")
    return _with_article(name) if name else "a binary file"


def _with_article(name: str) -> str:
    return ("an " if name[0].lower() in "aeio" else "a ") + name

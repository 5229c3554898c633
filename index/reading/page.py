"""HTML: the article of a page, or the text of a fragment. The only file that knows trafilatura and lxml."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.charset import decode
from index.reading.options import ReadOptions
from index.reading.plain import short_name
from index.reading.stream import Source

_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w:-]+)", re.I)
_BLOCKS = "p div br li tr h1 h2 h3 h4 h5 h6 blockquote section article figcaption pre ul ol table".split()


def read_page(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """One draft: the main text of the page, and what the page says about it."""
    data = source.whole()
    markup = decode(data, options.encoding or source.encoding or _declared(data[:4096]))
    yield _article(markup, source)


def _declared(head: bytes) -> str | None:
    found = _CHARSET.search(head)
    return found[1].decode("ascii", "replace") if found else None


def _article(markup: str, source: Source) -> Draft:
    from trafilatura import bare_extraction

    found = bare_extraction(
        markup,
        url=source.url,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
    if found is None or isinstance(found, dict) or not (found.text or "").strip():
        raise BadInput("no article was found in the page", "give the page of one article, or its text as a .txt file")
    return Draft(
        text=found.text or "",
        origin=source.origin,
        record=source.record,
        name=short_name(source.name),
        title=found.title or None,
        language=found.language or None,
        published_at=found.date or source.published_at,
        source=found.sitename or None,
        author=found.author or None,
        url=found.url or source.url,
    )


def stripped(markup: str) -> str:
    """The text of an HTML fragment, one line a block."""
    from lxml import etree, html

    try:
        root = html.fromstring(f"<div>{markup}</div>")
    except (etree.ParserError, ValueError):
        return markup
    for element in root.xpath("//script|//style"):
        element.drop_tree()
    for element in root.iter(*_BLOCKS):
        element.tail = "\n" + (element.tail or "")
        if element.tag != "br":
            element.text = "\n" + (element.text or "")
    lines = (" ".join(line.split()) for line in root.text_content().split("\n"))
    return "\n".join(line for line in lines if line)

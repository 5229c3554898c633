"""DOCX: paragraphs and tables in their order. The only file that knows python-docx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.options import ReadOptions
from index.reading.plain import short_name
from index.reading.stream import Source

if TYPE_CHECKING:
    from docx.document import Document


def read_word(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """One draft. Its creation date is not taken: it says when the file was made, not when the article appeared."""
    import docx

    document = docx.Document(source.seekable())
    text = "\n".join(_blocks(document)).strip()
    if not text:
        raise BadInput("the document holds no text", "put the article's text into it, not a picture of it")
    facts = document.core_properties
    yield Draft(
        text=text,
        origin=source.origin,
        record=source.record,
        name=short_name(source.name),
        title=facts.title.strip() or None,
        language=facts.language or None,
        published_at=source.published_at,
        author=_author(facts.author),
        url=source.url,
    )


def _author(given: str) -> str | None:
    """Nobody, where it is the library that made the file."""
    return None if given.strip() in ("", "python-docx") else given.strip()


def _blocks(document: Document) -> Iterator[str]:
    from docx.text.paragraph import Paragraph

    for block in document.iter_inner_content():
        if isinstance(block, Paragraph):
            yield block.text
        else:
            yield from ("\t".join(cell.text for cell in row.cells) for row in block.rows)

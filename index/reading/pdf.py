"""PDF: the text of its pages. The only file that knows pypdfium2; scans are not read, for there is no OCR."""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.options import ReadOptions
from index.reading.plain import short_name
from index.reading.stream import Source

_FILE_NAME = re.compile(r"\.\w{2,5}$|^Microsoft Word|^untitled$", re.I)
_SOFT_HYPHEN = re.compile(r"(?<=\w)[\u00ad\ufffe\x02]\r?\n?")


def read_pdf(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """One draft. Its creation date is not taken: it says when the file was made, not when the article appeared."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(source.whole())
    except pypdfium2.PdfiumError as error:
        raise _unreadable(str(error)) from None
    try:
        text = "\n\n".join(filter(None, (_text(page) for page in document)))
        facts = document.get_metadata_dict(skip_empty=True)
        if not text.strip():
            raise BadInput(
                f"its {len(document)} pages hold no text, as in a scan", "run OCR over it, and give the text"
            )
    finally:
        document.close()
    title = facts.get("Title", "").strip()
    yield Draft(
        text=text,
        origin=source.origin,
        record=source.record,
        name=short_name(source.name),
        title=None if _FILE_NAME.search(title) else title or None,
        published_at=source.published_at,
        author=facts.get("Author", "").strip() or None,
        url=source.url,
    )


def _unreadable(message: str) -> BadInput:
    if "password" in message.lower():
        return BadInput("the PDF is encrypted", "save it without a password")
    return BadInput(f"the PDF cannot be opened: {message}", "open it in a PDF reader, and save it anew")


def _text(page: object) -> str:
    textpage = page.get_textpage()  # type: ignore[attr-defined]
    text: str = textpage.get_text_bounded()
    textpage.close()
    page.close()  # type: ignore[attr-defined]
    return _SOFT_HYPHEN.sub("", text).replace("\r\n", "\n").strip()

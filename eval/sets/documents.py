"""Documents in TREC's own form (<DOC> and <DOCNO> in files that may be packed); other files are read as always."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from eval.sets.files import files_in, text_of
from index.article import Draft, Rejection
from index.reading import read

_DOCUMENT = re.compile(r"<DOC>(.*?)</DOC>", re.S | re.I)
_NUMBER = re.compile(r"<DOC(?:NO|ID)>(.*?)</DOC(?:NO|ID)>", re.S | re.I)
_TITLE = re.compile(r"<(HEADLINE|TITLE|HEAD|HL|TI)>(.*?)</\1>", re.S | re.I)
_TEXT = re.compile(r"<(TEXT|BODY|LP)>(.*?)</\1>", re.S | re.I)
_DATE = re.compile(r"<DATE>\s*(\d{4}-?\d{2}-?\d{2})\s*</DATE>", re.I)
_PARAGRAPH = re.compile(r"</?P>", re.I)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
HEAD = 2_000  # characters; a file of documents begins with one


def read_documents(paths: Sequence[Path]) -> Iterator[Draft | Rejection]:
    """The documents of files and folders; what is in no form of TREC's goes to the readers of `zitat ingest`."""
    for path in paths:
        inside = files_in(path)
        marked = {file for file in inside if _is_marked(file)}
        for file in sorted(marked):
            yield from _documents(file)
        if not marked:
            yield from read([str(path)])
        elif len(marked) < len(inside):
            yield from read([str(file) for file in inside if file not in marked])


def _is_marked(file: Path) -> bool:
    try:
        return bool(re.search(r"<DOC>\s*<DOC(NO|ID)>", text_of(file)[:HEAD], re.I))
    except (OSError, EOFError):  # what is no text is for the other readers to refuse
        return False


def _documents(file: Path) -> Iterator[Draft | Rejection]:
    for record, found in enumerate(_DOCUMENT.finditer(text_of(file)), 1):
        body = found[1]
        number, date = _NUMBER.search(body), _DATE.search(body)
        text = "\n\n".join(_plain(part) for _, part in _TEXT.findall(body))
        if number is None or not text.strip():
            lacking = "text" if number else "number"
            yield Rejection(str(file), record, f"a <DOC> without a {lacking}", "give it <DOCNO> and <TEXT>")
            continue
        titles = " ".join(_plain(part) for _, part in _TITLE.findall(body))
        day = re.sub(r"(\d{4})-?(\d{2})-?(\d{2})", r"\1-\2-\3", date[1]) if date else None
        yield Draft(text, str(file), record, id=number[1].strip(), title=titles or None, published_at=day)


def _plain(marked: str) -> str:
    """Paragraphs apart, other elements gone."""
    paragraphs = (" ".join(html.unescape(_TAG.sub(" ", part)).split()) for part in _PARAGRAPH.split(marked))
    return "\n\n".join(part for part in paragraphs if part)

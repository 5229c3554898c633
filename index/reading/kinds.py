"""What a file is, told by its first bytes, and by its name only where the bytes leave it open."""

from __future__ import annotations

import json
import re
from enum import StrEnum

from index.reading.charset import detect
from index.reading.fields import normal_name, recognised

_MAGIC = [
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"PAR1", "parquet"),
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"WARC/", "warc"),
]
_EXTENSIONS = {
    "json": "json",
    "geojson": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "csv": "table",
    "tsv": "table",
    "tab": "table",
    "html": "html",
    "htm": "html",
    "xhtml": "html",
}
_BZIP2 = re.compile(rb"BZh[1-9]1AY&SY")
_PDF = re.compile(rb"(\xef\xbb\xbf)?\s*%PDF-")
_HTML = re.compile(r"<(!doctype html|html|head|body|article|main|div|p|h1|section|meta|title)\b", re.I)
_FEED = re.compile(r"<(rss|feed|rdf:rdf)\b", re.I)
_XML_PROLOGUE = re.compile(r"\s*(<\?xml.*?\?>|<!--.*?-->|<\?.*?\?>|\s)*", re.S)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Kind(StrEnum):
    """A format, as the dispatcher knows it."""

    EMPTY = "empty"
    TEXT = "text"
    HTML = "html"
    XML = "xml"
    FEED = "feed"
    JSON = "json"
    JSON_LINES = "jsonl"
    TABLE = "table"
    PARQUET = "parquet"
    PDF = "pdf"
    DOCX = "docx"
    WARC = "warc"
    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"
    ZSTD = "zstd"
    BZIP2 = "bzip2"
    XZ = "xz"
    BINARY = "binary"


def kind_of(head: bytes, name: str, encoding: str | None = None) -> Kind:
    """The kind of a file that begins with `head` and is called `name`."""
    if not head.strip(b"\0 \t\r\n"):
        return Kind.EMPTY
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return Kind(kind)
    if _BZIP2.match(head):
        return Kind.BZIP2
    if head[257:262] == b"ustar" or (extension(name) == "tar" and b"\0" in head[:512]):
        return Kind.TAR
    if _PDF.match(head):
        return Kind.PDF
    text = _text(head, encoding)
    return Kind.BINARY if text is None else _kind_of_text(text, name)


def extension(name: str) -> str:
    """The last extension of a file name, in lower case, without the dot."""
    last = name.rsplit("/", 1)[-1]
    return last.rsplit(".", 1)[1].lower() if "." in last else ""


def _text(head: bytes, encoding: str | None) -> str | None:
    """The head as text, None where it is none."""
    found = detect(head, encoding)
    if found is None:
        return None
    text = head.decode(found, "replace").removesuffix("\ufffd")
    return None if len(_CONTROL.findall(text)) > len(text) * 0.01 else text


def _kind_of_text(text: str, name: str) -> Kind:
    start = text[_end_of_prologue(text) :]
    if start.startswith("<"):
        return _kind_of_markup(text, start)
    if re.match(r"\[\s*([\[{\"]|\]|$)|\{\s*(\"|\}|$)", start):
        return Kind.JSON_LINES if _is_lines(start, name) else Kind.JSON
    if re.match(r"[{\[]", start) and _EXTENSIONS.get(extension(name)) in ("json", "jsonl"):
        return Kind(_EXTENSIONS[extension(name)])
    if _is_table(re.split("[\r\n]", start, maxsplit=1)[0]):
        return Kind.TABLE
    return Kind(_EXTENSIONS.get(extension(name), "text"))


def _end_of_prologue(text: str) -> int:
    found = _XML_PROLOGUE.match(text)
    return found.end() if found else 0


def _kind_of_markup(text: str, start: str) -> Kind:
    if _FEED.match(start):
        return Kind.FEED
    if _HTML.match(start) or re.search(r"<(html|body|article)\b", start, re.I):
        return Kind.HTML
    return Kind.XML if text.lstrip().startswith("<?xml") else Kind.TEXT


def _is_lines(start: str, name: str) -> bool:
    """Whether JSON is one value a line: most of the first lines are whole objects, and there are several."""
    if _EXTENSIONS.get(extension(name)) == "jsonl":
        return True
    whole = [line for line in start.split("\n")[:-1] if line.strip()][:10]
    if not whole:
        return False
    return (len(whole) > 1 or len(start.split("\n")) > 2) and sum(map(_is_object, whole)) * 2 > len(whole)


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _is_table(first_line: str) -> bool:
    """Whether the first line is a header: two or more known field names, one of them for the text."""
    for delimiter in ",;\t|":
        known = [recognised(normal_name(cell)) for cell in first_line.split(delimiter)]
        if len(known) > 1 and "text" in known and len([field for field in known if field]) > 1:
            return True
    return False

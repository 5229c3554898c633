"""WARC: each page of a web archive becomes a source with its address and day. The only file that knows warcio."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from index.article import Rejection
from index.errors import BadInput
from index.reading.stream import Source, source

_ARTICLES = ("text/html", "application/xhtml+xml", "text/plain", "application/pdf")


def pages(archive: Source) -> Iterator[Source | Rejection]:
    """A source for each page that was answered with success; images, scripts and requests are passed over."""
    from warcio.archiveiterator import ArchiveIterator

    if archive.depth >= archive.limits.depth:
        raise BadInput(f"archives are nested more than {archive.limits.depth} deep", "unpack the outer ones yourself")
    found = False
    for number, record in enumerate(ArchiveIterator(_Eager(archive.stream)), start=1):
        if _is_page(record):
            found = True
            yield _page(archive, record, number)
    if not found:
        raise BadInput("the web archive holds no pages", "check that it holds responses with HTML or text")


class _Eager:
    """A stream that gives what it has at once, so that nothing is lost where it breaks off."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self.read = stream.read1
        self.readline = stream.readline


def _is_page(record: Any) -> bool:
    http = record.http_headers
    if record.rec_type == "response" and http is not None:
        kind = http.get_header("Content-Type") or ""
        return http.get_statuscode() == "200" and kind.split(";")[0].strip().lower() in _ARTICLES
    if record.rec_type in ("resource", "conversion"):
        return (record.rec_headers.get_header("Content-Type") or "").split(";")[0].strip().lower() in _ARTICLES
    return False


def _page(archive: Source, record: Any, number: int) -> Source | Rejection:
    url = record.rec_headers.get_header("WARC-Target-URI")
    data = record.content_stream().read(archive.limits.whole + 1)
    if len(data) > archive.limits.whole:
        return Rejection(archive.origin, number, f"{url} is larger than {archive.limits.whole:,} bytes", "leave it out")
    if getattr(record.raw_stream, "limit", 0) > 0 and not record.raw_stream.read(1):
        raise BadInput("the web archive breaks off", "get it again")
    archive.budget.add_bytes(len(data), len(data), len(data))
    return source(
        archive.origin,
        url,
        io.BytesIO(data),
        archive.budget,
        depth=archive.depth + 1,
        record=number,
        url=url,
        encoding=_charset(record),
        published_at=(record.rec_headers.get_header("WARC-Date") or "")[:10] or None,
    )


def _charset(record: Any) -> str | None:
    http = record.http_headers
    kind = (http.get_header("Content-Type") or "") if http is not None else ""
    return kind.partition("charset=")[2].split(";")[0].strip(" \"'") or None

"""The chat page: hand-written files of this package, sent as they are.

The page itself is asked for anew each time (an ETag says when it is the same). It names the rest under the version of
all files together, so that a browser keeps those for good and a new release is seen at once. Addresses are relative:
the page works under any path that a proxy gives it.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

import xxhash
from fastapi import APIRouter, Request, Response

from api.service.problems import Problem

INDEX, VERSION = "index.html", b"{version}"
KINDS = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".json": "application/json"}
SMALLEST = 500  # bytes; less is not worth packing
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Encoding",
}
ALWAYS_ASK, FOR_GOOD = "no-cache", "public, max-age=31536000, immutable"

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class File:
    """One file of the page, as it is and packed; `etag` is of what it holds."""

    content: bytes
    packed: bytes | None
    media_type: str
    etag: str


@router.api_route("/", methods=["GET", "HEAD"])
def page(request: Request) -> Response:
    """The page."""
    return _sent(_files()[INDEX], request, ALWAYS_ASK)


@router.api_route("/page/{version}/{name:path}", methods=["GET", "HEAD"])
def part(version: str, name: str, request: Request) -> Response:
    """A file of the page. One of another version, which a page opened before an update asks for, is not kept."""
    found = _files().get(name)
    if found is None or name == INDEX:
        raise Problem(404, "Not found", f"the page has no file {name[:200]!r}", "load the page again")
    return _sent(found, request, FOR_GOOD if version == _version() else ALWAYS_ASK)


def _sent(file: File, request: Request, caching: str) -> Response:
    headers = HEADERS | {"ETag": file.etag, "Cache-Control": caching}
    known = request.headers.get("if-none-match", "")
    if file.etag in (one.strip().removeprefix("W/") for one in known.split(",")):
        return Response(status_code=304, headers=headers)
    if file.packed and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, media_type=file.media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(file.content, media_type=file.media_type, headers=headers)


@cache
def _files() -> dict[str, File]:
    """Every file by its name; a few tens of thousands of bytes, read at the first request."""
    contents = _contents()
    named = {INDEX: contents[INDEX].replace(VERSION, _version().encode())}
    return {name: _file(name, content) for name, content in (contents | named).items()}


def _file(name: str, content: bytes) -> File:
    packed = gzip.compress(content, 9, mtime=0) if len(content) >= SMALLEST else None
    return File(content, packed, KINDS[PurePosixPath(name).suffix], f'"{xxhash.xxh3_64_hexdigest(content)}"')


@cache
def _version() -> str:
    digest = xxhash.xxh3_64()
    for name, content in sorted(_contents().items()):
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()[:12]


@cache
def _contents() -> dict[str, bytes]:
    return dict(_found(files("api") / "page", ""))


def _found(folder: Any, prefix: str) -> list[tuple[str, bytes]]:
    out = []
    for entry in folder.iterdir():
        if entry.is_dir():
            out += _found(entry, f"{prefix}{entry.name}/")
        elif not entry.name.startswith((".", "__")):
            out.append((f"{prefix}{entry.name}", entry.read_bytes()))
    return out

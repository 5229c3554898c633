"""Packed files: gzip, zstd, bzip2, xz, zip and tar become the sources inside them, within a budget.

Nothing is written to disk under a name of the archive's choosing. A member called "../../etc/passwd" is refused all the
same: whoever made the archive did not mean an article by it.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import posixpath
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO, cast

from index.article import Rejection
from index.errors import BadInput
from index.reading.files import beir_corpus, printable
from index.reading.kinds import Kind, extension
from index.reading.stream import Source, Unpacked, source

_ENDINGS = {"gz": "", "tgz": ".tar", "zst": "", "bz2": "", "tbz2": ".tar", "xz": "", "txz": ".tar"}
_BROKEN = (OSError, EOFError, RuntimeError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)
_OFFICE = {"xl/": "an Excel workbook", "ppt/": "a PowerPoint presentation", "META-INF/container.xml": "an e-book"}


def unpack(packed: Source, kind: Kind) -> Iterator[Source | Rejection]:
    """The sources inside a packed one, each to be read before the next is asked for."""
    if packed.depth >= packed.limits.depth:
        raise BadInput(f"archives are nested more than {packed.limits.depth} deep", "unpack the outer ones yourself")
    if kind is Kind.ZIP:
        yield from _zip(packed)
    elif kind is Kind.TAR:
        yield from _tar(packed)
    else:
        yield _single(packed, kind)


def seen_inside(packed: Source) -> tuple[Kind, Source]:
    """Whether a zip is a Word document or an archive; and the source, now such that it can be sought."""
    packed = replace(packed, file=packed.seekable())
    with zipfile.ZipFile(cast("IO[bytes]", packed.file)) as archive:
        names = archive.namelist()
        size = sum(member.file_size for member in archive.infolist())
    if "word/document.xml" in names:
        if size > packed.limits.whole:
            raise BadInput(f"the document unpacks to {size:,} bytes", "save it without its pictures")
        return Kind.DOCX, packed
    for sign, what in _OFFICE.items():
        if any(name.startswith(sign) for name in names):
            raise BadInput(f"it is {what}", "export it as text, CSV, DOCX or PDF")
    if "content.xml" in names and "mimetype" in names:
        raise BadInput("it is an OpenDocument file", "export it as DOCX or text")
    return Kind.ZIP, packed


def _single(packed: Source, kind: Kind) -> Source:
    """The one stream inside; it keeps the name, without the extension of the packing."""
    unpacked = Unpacked(_decompressor(packed, kind), lambda: packed.joined.given, packed.budget)
    inner = source(packed.origin, _inner_name(packed.name), cast("IO[bytes]", unpacked), packed.budget)
    carried = replace(inner, depth=packed.depth + 1, record=packed.record, url=packed.url)
    return replace(carried, encoding=packed.encoding, published_at=packed.published_at)


def _inner_name(name: str | None) -> str | None:
    ending = _ENDINGS.get(extension(name or ""))
    return name if name is None or ending is None else name.rsplit(".", 1)[0] + ending


def _decompressor(packed: Source, kind: Kind) -> IO[bytes]:
    if kind is Kind.ZSTD:
        import zstandard

        decompressor = zstandard.ZstdDecompressor(max_window_size=2**27)
        return cast("IO[bytes]", decompressor.stream_reader(packed.stream, read_across_frames=True))
    if kind is Kind.GZIP:
        return cast("IO[bytes]", gzip.open(packed.stream, "rb"))
    return bz2.open(packed.stream, "rb") if kind is Kind.BZIP2 else lzma.open(packed.stream, "rb")


def _zip(packed: Source) -> Iterator[Source | Rejection]:
    with zipfile.ZipFile(packed.seekable()) as archive:
        members = {member.filename: member for member in archive.infolist() if not member.is_dir()}
        for name in _without_beir_queries(list(filter(_wanted, members))):
            packed.budget.add_member()
            yield _zip_member(archive, members[name], packed)


def _zip_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, packed: Source) -> Source | Rejection:
    origin = _origin(packed, member.filename)
    if _leads_out(member.filename):
        return _led_out(origin)
    if member.flag_bits & 1:
        return Rejection(origin, 0, "it is encrypted", "unpack the archive with its password, and give the folder")
    try:
        return _member(packed, member.filename, archive.open(member), lambda: member.compress_size)
    except BadInput as error:
        return Rejection(origin, 0, error.reason, error.cure)
    except _BROKEN as error:
        return Rejection(origin, 0, f"it cannot be unpacked: {error}", "make the archive anew")


def _tar(packed: Source) -> Iterator[Source | Rejection]:
    """Members in the order of the tape, so that a tar of any size streams."""
    with tarfile.open(fileobj=packed.stream, mode="r|") as archive:
        for member in archive:
            if not member.isfile() or not _wanted(member.name) or _is_beir_query(member.name):
                continue
            packed.budget.add_member()
            if _leads_out(member.name):
                yield _led_out(_origin(packed, member.name))
            elif (inner := archive.extractfile(member)) is not None:
                yield _member(packed, member.name, inner, lambda: packed.joined.given)


def _member(packed: Source, name: str, inner: IO[bytes], used: Callable[[], int]) -> Source:
    shown = printable(name)
    full = f"{packed.name}/{shown}" if packed.name else shown
    unpacked = cast("IO[bytes]", Unpacked(inner, used, packed.budget))
    return source(_origin(packed, name), full, unpacked, packed.budget, depth=packed.depth + 1)


def _origin(packed: Source, name: str) -> str:
    return f"{packed.origin}!{printable(name)}"


def _wanted(name: str) -> bool:
    """Neither hidden nor what a Macintosh adds."""
    parts = (part for part in _with_slashes(name).split("/") if part not in (".", ".."))
    return not any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _leads_out(name: str) -> bool:
    """Whether a member would be unpacked beside the folder that it is unpacked to."""
    return posixpath.normpath(_with_slashes(name)).split("/")[0] == ".."


def _with_slashes(name: str) -> str:
    """As every system but Windows writes a path."""
    return name.replace("\\", "/")


def _led_out(origin: str) -> Rejection:
    cure = "if you trust it, make the archive anew without '..' in its names"
    return Rejection(origin, 0, "its path leads out of the archive", cure)


def _is_beir_query(name: str) -> bool:
    """By its name alone: a tape shows no folder listing."""
    parts = name.split("/")
    return parts[-1] in ("queries.jsonl", "queries.jsonl.gz") or "qrels" in parts[:-1]


def _without_beir_queries(names: list[str]) -> list[str]:
    """Only the corpus of each folder that is a BEIR data set."""
    folders: dict[str, set[str]] = {}
    for name in names:
        parts = name.split("/")
        for depth, part in enumerate(parts):
            folders.setdefault("/".join(parts[:depth]), set()).add(part)
    corpora = {folder: corpus for folder, inside in folders.items() if (corpus := beir_corpus(sorted(inside)))}
    return [name for name in names if _kept(name, corpora)]


def _kept(name: str, corpora: dict[str, str]) -> bool:
    parts = name.split("/")
    for depth in range(len(parts)):
        corpus = corpora.get("/".join(parts[:depth]))
        if corpus is not None and parts[depth:] != [corpus]:
            return False
    return True

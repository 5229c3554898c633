"""Bytes on their way to a reader: looked at before they are read, counted, and stopped at a limit.

It does not know formats (kinds.py) nor text encodings (charset.py).
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, BinaryIO, cast

from index.errors import BadInput
from index.reading.options import MIB, Limits, Progress

HEAD = 64 * 1024


class Budget:
    """What one given file may still unpack to; shared by all archives nested in it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.unpacked = 0
        self.members = 0

    def add_member(self) -> None:
        """Count one more member of an archive."""
        self.members += 1
        if self.members > self.limits.members:
            raise BadInput(
                f"the archive holds more than {self.limits.members:,} files",
                "unpack it yourself if you trust it, and give the folder",
            )

    def add_bytes(self, count: int, own: int, packed: int) -> None:
        """Count unpacked bytes; `own` and `packed` are the totals of the one stream they come from."""
        self.unpacked += count
        if self.unpacked > self.limits.unpacked:
            raise BadInput(f"it unpacks to more than {self.limits.unpacked:,} bytes", "unpack it if you trust it")
        if own > self.limits.ratio_from and own > self.limits.ratio * max(packed, 1):
            raise BadInput(
                f"{packed:,} packed bytes became more than {own - count:,}, over {self.limits.ratio} times as much",
                "it looks like a zip bomb; unpack it yourself if you trust it, and give the folder",
            )


class Joined(io.RawIOBase):
    """The head that was looked at, then the rest; counts what it gave."""

    def __init__(self, head: bytes, rest: IO[bytes]) -> None:
        self._head = head
        self._rest = rest
        self.given = 0

    def readable(self) -> bool:
        """Tell io.BufferedReader that it may read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Give the head first."""
        data = self._head[: len(buffer)] if self._head else self._rest.read(len(buffer))
        self._head = self._head[len(data) :]
        buffer[: len(data)] = data
        self.given += len(data)
        return len(data)


class Converted(io.RawIOBase):
    """A stream with its bytes made others; `convert` is given each part, and whether it is the end, where it is b""."""

    def __init__(self, inner: IO[bytes], convert: Callable[[bytes, bool], bytes]) -> None:
        self._inner = inner
        self._convert = convert
        self._ready = b""

    def readable(self) -> bool:
        """Tell io.BufferedReader that it may read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Give what is ready; read on until something is."""
        ended = False
        while not self._ready and not ended:
            data = self._inner.read(HEAD)
            ended = not data
            self._ready = self._convert(data, ended)
        given = self._ready[: len(buffer)]
        self._ready = self._ready[len(given) :]
        buffer[: len(given)] = given
        return len(given)


def converted(inner: IO[bytes], convert: Callable[[bytes, bool], bytes]) -> io.BufferedReader:
    """The same as a stream to read from."""
    return io.BufferedReader(Converted(inner, convert), buffer_size=HEAD)


class Unpacked(io.RawIOBase):
    """The unpacked side of a packed stream, held to the budget; `packed` tells the packed bytes used so far."""

    def __init__(self, inner: IO[bytes], packed: Callable[[], int], budget: Budget) -> None:
        self._read: Callable[[int], bytes] = getattr(inner, "read1", inner.read)
        self._packed = packed
        self._budget = budget
        self._own = 0

    def readable(self) -> bool:
        """Tell io.BufferedReader that it may read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read, and count what came out; of a stream that breaks off, all that was there before."""
        data = self._read(len(buffer))
        self._own += len(data)
        self._budget.add_bytes(len(data), self._own, self._packed())
        buffer[: len(data)] = data
        return len(data)


class Watched(io.RawIOBase):
    """A file on disk whose reading shows in a Progress; never more than its size."""

    def __init__(self, file: BinaryIO, size: int, progress: Progress) -> None:
        self._file = file
        self._start = progress.bytes_done
        self._end = progress.bytes_done + size
        self._progress = progress

    def readable(self) -> bool:
        """Tell io.BufferedReader that it may read."""
        return True

    def seekable(self) -> bool:
        """A file on disk can be sought."""
        return self._file.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        """Seek in the file."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """Tell where in the file."""
        return self._file.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read, and show it."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._progress.bytes_done = min(self._progress.bytes_done + len(data), self._end)
        return len(data)

    def close(self) -> None:
        """Close the file, and count it as done."""
        if not self.closed:
            self._progress.bytes_done = self._end
        self._file.close()
        super().close()


@dataclass(frozen=True)
class Source:
    """One thing to read: a file, a member of an archive, a download or a record of a web archive.

    `name` is its stable name with its extension, None for standard input. `file` is the same bytes, where they lie
    on disk and can be sought. `url`, `encoding` and `published_at` are what its carrier says about it. `copies` holds
    temporary files, closed when the source has been read.
    """

    origin: str
    name: str | None
    head: bytes
    stream: io.BufferedReader
    joined: Joined
    file: IO[bytes] | None
    budget: Budget
    depth: int = 0
    record: int = 1
    url: str | None = None
    encoding: str | None = None
    published_at: str | None = None
    copies: ExitStack = field(default_factory=ExitStack)

    @property
    def limits(self) -> Limits:
        """The limits that hold for this source."""
        return self.budget.limits

    def whole(self) -> bytes:
        """All of it, for formats that must be in memory at once."""
        data = self.stream.read(self.limits.whole + 1)
        if len(data) > self.limits.whole:
            raise BadInput(f"it is larger than {self.limits.whole:,} bytes", "split it into articles, or into lines")
        return data

    def seekable(self) -> IO[bytes]:
        """All of it as a file that can be sought: itself where it lies on disk, else a temporary copy."""
        if self.file is not None:
            self.file.seek(0)
            return self.file
        return _spooled(self.stream, self.limits.spooled, self.copies)


def source(
    origin: str,
    name: str | None,
    inner: IO[bytes],
    budget: Budget,
    *,
    depth: int = 0,
    record: int = 1,
    url: str | None = None,
    encoding: str | None = None,
    published_at: str | None = None,
    on_disk: bool = False,
) -> Source:
    """Look at the first bytes of `inner` and make a Source of it."""
    head = _head(inner)
    joined = Joined(head, inner)
    stream = cast("io.BufferedReader", io.BufferedReader(joined, buffer_size=HEAD))
    file = inner if on_disk and inner.seekable() else None
    return Source(origin, name, head, stream, joined, file, budget, depth, record, url, encoding, published_at)


def _head(inner: IO[bytes]) -> bytes:
    parts: list[bytes] = []
    missing = HEAD
    try:
        while missing > 0 and (part := inner.read(missing)):
            parts.append(part)
            missing -= len(part)
    except EOFError:  # a packed stream that breaks off says so again when all this has been read
        if not parts:
            raise
    return b"".join(parts)


def _spooled(stream: IO[bytes], limit: int, copies: ExitStack) -> IO[bytes]:
    copy = copies.enter_context(tempfile.SpooledTemporaryFile(max_size=8 * MIB))  # noqa: SIM115 - it is closed there
    size = 0
    while part := stream.read(MIB):
        size += len(part)
        if size > limit:
            raise BadInput(f"it unpacks to more than {limit:,} bytes", "unpack it yourself, and give the folder")
        copy.write(part)
    copy.seek(0)
    return cast("IO[bytes]", copy)


def lines(stream: IO[bytes], limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines from 1, with their ends; None for a line longer than `limit`, which is skipped unread."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) <= limit or line.endswith(b"\n"):
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MIB)
        yield number, None

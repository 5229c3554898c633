"""Seals of large files: enough to notice at once, whatever their size, that one is torn, cut off or not the one it was.

A seal is a checksum over a file's length, its ends and blocks spread evenly over it; a small file is read whole. A
single bit that flips elsewhere in a large file is for `zitat verify` to find, which reads everything.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import xxhash

WHOLE_UP_TO = 1 << 18  # bytes
BLOCK, BLOCKS = 4_096, 16
READ_AT_ONCE = 1 << 24


class Seal(NamedTuple):
    """Of the first `size` bytes of a file: what only grows may have more."""

    size: int
    checksum: str


def sealed(path: Path, size: int | None = None) -> Seal:
    """The seal of a file, or of so many bytes of it; raises OSError where there are not as many."""
    with open(path, "rb") as file:
        there = os.fstat(file.fileno()).st_size
        size = there if size is None else size
        if there < size:
            raise OSError(f"{path} has {there} bytes, wanted {size}")
        digest = xxhash.xxh3_64(str(size).encode())
        for start, length in _places(size):
            file.seek(start)
            digest.update(file.read(length))
    return Seal(size, digest.hexdigest())


def holds(path: Path, seal: Seal, *, growing: bool = False) -> bool:
    """Whether a file is still the one that was sealed; one that is `growing` may have more after it."""
    try:
        if not growing and path.stat().st_size != seal.size:
            return False
        return sealed(path, seal.size) == seal
    except OSError:
        return False


def whole_checksum(path: Path) -> str:
    """Of all of a file's content, read in pieces; empty when it cannot be read."""
    digest = xxhash.xxh3_128()
    try:
        with open(path, "rb") as file:
            while block := file.read(READ_AT_ONCE):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


def _places(size: int) -> list[tuple[int, int]]:
    """Where a file is read: start and length of each block."""
    if size <= WHOLE_UP_TO:
        return [(0, size)]
    return [(int(start), BLOCK) for start in np.linspace(0, size - BLOCK, BLOCKS)]

"""Files written whole or not at all, and errors of the file system as ours."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import ArchiveFull


def version_of(path: Path) -> tuple[int, int]:
    """Changes whenever another file takes the place of this one; zeros when there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return status.st_ino, status.st_mtime_ns


def write_atomically(path: Path, text: str) -> None:
    """Write a small file so that a reader, or a crash, sees the old content or the new, never a part."""
    made = path.with_name(path.name + ".new")
    with open(made, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    os.replace(made, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name, too, must outlive a power cut
    finally:
        os.close(folder)


@contextmanager
def full_disk_said(path: Path) -> Iterator[None]:
    """A full disk, from whichever library notices it, as one clear error."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        full = getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        if full or "No space left" in str(error) or "File too large" in str(error):
            cure = "free some disk space and run it again; what was reported as stored is safe"
            raise ArchiveFull(f"the disk of {path} is full: {cure}") from error
        raise

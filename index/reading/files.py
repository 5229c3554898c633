"""From what a person types to the files meant by it: a file, a folder, a pattern. It opens nothing."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.article import Rejection


@dataclass(frozen=True)
class Found:
    """A file to read, and its stable name: its path below what was given."""

    path: Path
    name: str

    @property
    def size(self) -> int:
        """Bytes on disk; 0 where it has vanished or is no regular file."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0


def find(given: str) -> Iterator[Found | Rejection]:
    """The files meant by one path or pattern, in a stable order."""
    try:
        yield from _find(given)
    except (OSError, ValueError) as error:
        yield Rejection(given, 0, f"cannot look it up: {error}", "check the path and its permissions")


def _find(given: str) -> Iterator[Found | Rejection]:
    path = Path(given)
    if given and path.is_dir():
        yield from _folder(path, "")
    elif given and path.exists():
        yield _file(path, path.name)
    elif glob.has_magic(given):
        yield from _pattern(given)
    else:
        yield Rejection(given, 0, f"there is no file or folder {given!r}", "check the path")


def _file(path: Path, name: str) -> Found | Rejection:
    if path.is_file() or path.is_fifo():
        return Found(path, name)
    return Rejection(str(path), 0, "it is a device or a socket, not a file", "give a file, a folder or a URL")


def _pattern(given: str) -> Iterator[Found | Rejection]:
    """Names are relative to the part of the pattern before the first wildcard."""
    parts = Path(given).parts
    fixed = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:fixed])
    matches = sorted(glob.glob(given, recursive=True))
    if not matches:
        yield Rejection(given, 0, f"no file matches the pattern {given!r}", "check the pattern, or give the folder")
    for match in map(Path, matches):
        name = match.relative_to(root).as_posix()
        if match.is_file():
            yield Found(match, name)
        elif match.is_dir() and "**" not in parts:
            yield from _folder(match, name + "/")


def _folder(folder: Path, prefix: str) -> Iterator[Found | Rejection]:
    """Every file below the folder but hidden ones; of a BEIR data set only the corpus."""
    errors: list[OSError] = []
    found = False
    for where, folders, names in os.walk(folder, onerror=errors.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        kept = sorted(name for name in names if not name.startswith("."))
        if corpus := beir_corpus(kept + folders):
            kept, folders[:] = [corpus], []
        for name in kept:
            path = Path(where, name)
            if path.is_file() or path.is_symlink():
                found = True
                yield Found(path, prefix + path.relative_to(folder).as_posix())
    for error in errors:
        yield Rejection(str(error.filename), 0, f"cannot open the folder: {error.strerror}", "check its permissions")
    if not found and not errors:
        yield Rejection(str(folder), 0, "the folder holds no files", "check the path; hidden files are skipped")


def beir_corpus(names: list[str]) -> str | None:
    """The corpus file among the names in one folder, if they are those of a BEIR data set."""
    others = {"qrels", "queries.jsonl", "queries.jsonl.gz"}
    corpora = [name for name in names if name in ("corpus.jsonl", "corpus.jsonl.gz")]
    return corpora[0] if corpora and others.intersection(names) else None

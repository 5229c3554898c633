"""From what a person types to the files meant by it: a file, a folder, a pattern. It opens nothing.

A file is known by its resolved path, however it was given; its name is the path below what was given.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from index.article import Rejection

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def printable(name: str) -> str:
    """A path or name that can be shown and stored: bytes that are no UTF-8 and control characters become escapes."""
    return _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), name)


@dataclass(frozen=True)
class Found:
    """A file to read, and its stable name: its path below what was given."""

    path: Path
    name: str

    @property
    def origin(self) -> str:
        """The resolved absolute path, printable: the same for one file, whatever way it was given."""
        return printable(os.path.realpath(self.path))

    @property
    def size(self) -> int:
        """Bytes on disk; 0 where it has vanished or is no regular file."""
        try:
            return self.path.stat().st_size
        except OSError:
            return 0


def find(given: Iterable[str]) -> dict[str, list[Found | Rejection]]:
    """The files meant by each path or pattern, in a stable order, and each file once however often it is meant."""
    paths = list(dict.fromkeys(given))
    prefixes = _prefixes([path for path in paths if path and os.path.isdir(path)])
    seen: set[str] = set()
    found: dict[str, list[Found | Rejection]] = {}
    for path in paths:
        new = found.setdefault(path, [])
        for item in _found(path, prefixes.get(path, "")):
            key = os.path.realpath(item.path) if isinstance(item, Found) else None
            if key is None or key not in seen:
                new.append(item)
            if key is not None:
                seen.add(key)
    return found


def other_names(name: str, origin: str) -> list[str]:
    """What the file at an origin is called when it is given through another of its folders than it was for this name.

    Empty for a name that is no path of that file: one with a prefix, or of something that is not a file.
    """
    *below, last = name.split("/")
    folders = origin.replace("!", "/").split("/")[:-1]  # a member of an archive lies in it as in a folder
    start = len(folders) - len(below)
    if start < 1 or folders[start:] != below:
        return []
    names = ("/".join([*folders[at:], last]) for at in range(1, len(folders) + 1))
    return [other for other in names if other != name]


def _prefixes(folders: list[str]) -> dict[str, str]:
    """What the names below each of several folders begin with: the folder's name, and more where two have the same."""
    real = {folder: os.path.realpath(folder) for folder in folders}
    distinct = set(real.values())
    if len(distinct) < 2:
        return {}
    names = {path: os.path.basename(path) for path in distinct}
    if len(set(names.values())) < len(names):
        root = os.path.commonpath(distinct)
        names = {path: Path(path).relative_to(root).as_posix() for path in distinct}
    return {folder: f"{names[path]}/" if names[path] not in ("", ".") else "" for folder, path in real.items()}


def _found(given: str, prefix: str) -> Iterator[Found | Rejection]:
    try:
        yield from _find(given, prefix)
    except (OSError, ValueError) as error:
        yield Rejection(printable(given), 0, f"cannot look it up: {error}", "check the path and its permissions")


def _find(given: str, prefix: str) -> Iterator[Found | Rejection]:
    path = Path(given)
    if given and path.is_dir():
        yield from _folder(path, prefix)
    elif given and path.exists():
        yield _file(path, path.name)
    elif glob.has_magic(given):
        yield from _pattern(given)
    else:
        yield Rejection(printable(given), 0, f"there is no file or folder {given!r}", "check the path")


def _file(path: Path, name: str) -> Found | Rejection:
    if path.is_file() or path.is_fifo():
        return Found(path, name)
    return Rejection(
        printable(str(path)), 0, "it is a device or a socket, not a file", "give a file, a folder or a URL"
    )


def _pattern(given: str) -> Iterator[Found | Rejection]:
    """Names are relative to the part of the pattern before the first wildcard."""
    parts = Path(given).parts
    fixed = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    root = Path(*parts[:fixed])
    matches = sorted(glob.glob(given, recursive=True))
    if not matches:
        reason = f"no file matches the pattern {given!r}"
        yield Rejection(printable(given), 0, reason, "check the pattern, or give the folder")
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
        where = printable(str(error.filename))
        yield Rejection(where, 0, f"cannot open the folder: {error.strerror}", "check its permissions")
    if not found and not errors:
        yield Rejection(
            printable(str(folder)), 0, "the folder holds no files", "check the path; hidden files are skipped"
        )


def beir_corpus(names: list[str]) -> str | None:
    """The corpus file among the names in one folder, if they are those of a BEIR data set."""
    others = {"qrels", "queries.jsonl", "queries.jsonl.gz"}
    corpora = [name for name in names if name in ("corpus.jsonl", "corpus.jsonl.gz")]
    return corpora[0] if corpora and others.intersection(names) else None

"""The whole of reading on one screen: what is given, the sources it means, their drafts, each id once."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO, cast

from index.article import Draft, Rejection
from index.reading.dispatch import read_source
from index.reading.files import Found, find
from index.reading.once import Once
from index.reading.options import Progress, ReadOptions
from index.reading.stream import Budget, Watched, source

_STDIN = "-"
_DEFAULTS = ReadOptions()


def read(
    paths: Sequence[str], options: ReadOptions = _DEFAULTS, progress: Progress | None = None
) -> Iterator[Draft | Rejection]:
    """Every article that the paths give; a path is a file, folder, pattern, "-" (standard input) or http(s) address.

    Whatever cannot be read becomes a Rejection, and reading goes on. Articles come in a stable order.
    """
    once = Once()
    for item in _everything(paths, options, progress or Progress()):
        admitted = once.admit(_prefixed(item, options.id_prefix)) if isinstance(item, Draft) else item
        if admitted is not None:
            yield admitted


def count_hint(paths: Sequence[str]) -> int | None:
    """How many files the paths mean; None where they mean something that cannot be counted beforehand."""
    if any(path == _STDIN or is_address(path) for path in paths):
        return None
    return sum(isinstance(found, Found) for path in paths for found in find(path))


def is_address(path: str) -> bool:
    """Whether a path is an address, also one with a scheme that will be refused."""
    return "://" in path


def _prefixed(draft: Draft, prefix: str) -> Draft:
    if not prefix:
        return draft
    return replace(draft, id=draft.id and prefix + draft.id, name=draft.name and prefix + draft.name)


def _everything(paths: Sequence[str], options: ReadOptions, progress: Progress) -> Iterator[Draft | Rejection]:
    listed = list(paths)
    found = {path: list(find(path)) for path in listed if path != _STDIN and not is_address(path)}
    if len(found) == len(set(listed)):
        progress.bytes_total = sum(file.size for files in found.values() for file in files if isinstance(file, Found))
    for path in listed:
        if path == _STDIN:
            yield from _read_stdin(options, progress)
        elif is_address(path):
            yield from _read_address(path, options, progress)
        else:
            yield from _read_files(found[path], options, progress)


def _read_files(
    found: Iterable[Found | Rejection], options: ReadOptions, progress: Progress
) -> Iterator[Draft | Rejection]:
    for file in found:
        if isinstance(file, Rejection):
            yield file
            continue
        progress.current = str(file.path)
        yield from _read_file(file, options, progress)


def _read_file(file: Found, options: ReadOptions, progress: Progress) -> Iterator[Draft | Rejection]:
    try:
        raw = file.path.open("rb", buffering=0)
        watched = cast("BinaryIO", Watched(cast("BinaryIO", raw), file.size, progress))
    except FileNotFoundError:
        yield Rejection(str(file.path), 0, "it vanished before it was read", "run again when nothing writes there")
        return
    except OSError as error:
        yield Rejection(str(file.path), 0, f"cannot open it: {error.strerror}", "check its permissions")
        return
    with watched:
        try:
            opened = source(str(file.path), file.name, watched, Budget(options.limits), on_disk=True)
        except OSError as error:
            yield Rejection(str(file.path), 0, f"cannot read it: {error.strerror}", "check the disk")
            return
        yield from read_source(opened, options)


def _read_stdin(options: ReadOptions, progress: Progress) -> Iterator[Draft | Rejection]:
    progress.current = "standard input"
    yield from read_source(source("standard input", None, sys.stdin.buffer, Budget(options.limits)), options)


def _read_address(address: str, options: ReadOptions, progress: Progress) -> Iterator[Draft | Rejection]:
    from index.reading.web import download

    progress.current = address
    fetched = download(address, options)
    if isinstance(fetched, Rejection):
        yield fetched
    else:
        yield from read_source(fetched, options)

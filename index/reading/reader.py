"""The whole of reading on one screen: what is given, the sources it means, their drafts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO, cast

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.dispatch import read_source
from index.reading.files import Found, find, printable
from index.reading.options import Progress, ReadOptions
from index.reading.standard_input import standard_input
from index.reading.stream import Budget, Watched, source

_STDIN = "-"
_DEFAULTS = ReadOptions()


def read(
    paths: Sequence[str], options: ReadOptions = _DEFAULTS, progress: Progress | None = None
) -> Iterator[Draft | Rejection]:
    """Every article that the paths give; a path is a file, folder, pattern, "-" (standard input) or http(s) address.

    Whatever cannot be read becomes a Rejection, and reading goes on. Articles come in a stable order; a file that is
    given twice is read once. Whether two drafts are the same article is found out when they are ingested.
    """
    for item in _everything(paths, options, progress or Progress()):
        yield _prefixed(item, options.id_prefix) if isinstance(item, Draft) else item


def is_address(path: str) -> bool:
    """Whether a path is an address, also one with a scheme that will be refused."""
    return "://" in path


def _prefixed(draft: Draft, prefix: str) -> Draft:
    """With the prefix before whatever identifies it: its id, else its address, else its name."""
    if not prefix:
        return draft
    if known := draft.id or draft.url:
        return replace(draft, id=prefix + known)
    return replace(draft, name=draft.name and prefix + draft.name)


def _everything(paths: Sequence[str], options: ReadOptions, progress: Progress) -> Iterator[Draft | Rejection]:
    listed = list(dict.fromkeys(paths))
    found = find(path for path in listed if path != _STDIN and not is_address(path))
    if len(found) == len(listed):
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
        progress.current = file.origin
        yield from _read_file(file, options, progress)


def _read_file(file: Found, options: ReadOptions, progress: Progress) -> Iterator[Draft | Rejection]:
    try:
        raw = file.path.open("rb", buffering=0)
        watched = cast("BinaryIO", Watched(cast("BinaryIO", raw), file.size, progress))
    except FileNotFoundError:
        yield Rejection(file.origin, 0, "it vanished before it was read", "run again when nothing writes there")
        return
    except OSError as error:
        yield Rejection(file.origin, 0, f"cannot open it: {error.strerror}", "check its permissions")
        return
    with watched:
        try:
            opened = source(file.origin, printable(file.name), watched, Budget(options.limits), on_disk=True)
        except OSError as error:
            yield Rejection(file.origin, 0, f"cannot read it: {error.strerror}", "check the disk")
            return
        yield from read_source(opened, options)


def _read_stdin(options: ReadOptions, progress: Progress) -> Iterator[Draft | Rejection]:
    progress.current = "standard input"
    try:
        opened = source(progress.current, None, standard_input(), Budget(options.limits))
    except (BadInput, OSError) as error:
        cure = error.cure if isinstance(error, BadInput) else "give a file instead of '-'"
        yield Rejection(progress.current, 0, f"cannot read it: {error}", cure)
        return
    yield from read_source(opened, options)


def _read_address(address: str, options: ReadOptions, progress: Progress) -> Iterator[Draft | Rejection]:
    from index.reading.web import download

    progress.current = address
    fetched = download(address, options)
    if isinstance(fetched, Rejection):
        yield fetched
    else:
        yield from read_source(fetched, options)

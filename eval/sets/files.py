"""Files of test sets: plain or packed (.gz), and in the encodings that old ones have."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

from index.errors import BadInput

PACKED = ".gz"


def text_of(file: Path) -> str:
    """All of a file; UTF-8, else Latin-1, in which the topics of early TREC years are."""
    content = file.read_bytes()
    if file.suffix == PACKED:
        content = gzip.decompress(content)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def numbered_lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers, without line ends; only line feeds end a line."""
    opened = gzip.open if file.suffix == PACKED else open
    number = 0
    try:
        with opened(file, "rt", encoding="utf-8-sig", newline="\n") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        cure = "save it as UTF-8; only what gzip has packed may end in .gz"
        raise BadInput(f"{file}, after line {number}: {error}", cure) from None


def files_in(path: Path) -> list[Path]:
    """The files of a folder, however deep, in order; a file is itself."""
    return sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]


def parts(folder: Path, pattern: str) -> list[Path]:
    """The files of that name, packed or not."""
    return sorted([*folder.glob(pattern), *folder.glob(pattern + PACKED)])


def plain_name(file: Path) -> str:
    """The name without its endings: judgements of `qrels/test.tsv.gz` are called "test"."""
    return file.name.removesuffix(PACKED).rsplit(".", 1)[0]

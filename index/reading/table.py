"""CSV and TSV: the first line names the columns; rows are read one by one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.charset import as_utf8
from index.reading.fields import Place, columns_for, draft_of, normal_name, recognised, rejection
from index.reading.options import ReadOptions
from index.reading.rows import Row, Rows
from index.reading.stream import HEAD, Source, converted, lines

_DELIMITERS = ",;\t|"
_LONE_RETURN = re.compile(rb"[^\n]*?\r(?!\n)")


def read_table(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """One draft or rejection for each row that is not blank."""
    csv.field_size_limit(source.limits.line)
    numbered = lines(_with_newlines(as_utf8(source, options.encoding)), source.limits.line)
    first = (next(numbered, (1, b""))[1] or b"").decode("utf-8", "surrogateescape")
    delimiter = options.delimiter or _delimiter(first, options)
    header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
    _check_header(header, options)
    for row in Rows(numbered, delimiter, source.limits.line):
        place = Place(source, row.line)
        if row.fault is not None:
            yield rejection(place, row.fault, "close or double the quotation marks of the row, or split it")
        elif any(cell.strip() for cell in row.cells):
            yield _read_row(row, header, place, options)


def _delimiter(first: str, options: ReadOptions) -> str:
    """The one that gives the most known columns, then the most columns."""

    def known(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([first], delimiter=delimiter), [])
        wanted = set(options.fields.values())
        return sum(bool(recognised(normal_name(cell))) or cell.strip() in wanted for cell in cells), len(cells)

    return max(_DELIMITERS, key=known)


def _check_header(header: list[str], options: ReadOptions) -> None:
    text = columns_for(header, options.fields).get("text", [])
    if set(text).intersection(header):
        return
    seen = ", ".join(repr(name[:40]) for name in header[:20])
    count = "one column" if len(header) == 1 else f"{len(header)} columns"
    cure = "name the text's column, e.g. --map text=body_html"
    if len(header) == 1:
        cure = "name its delimiter with --delimiter, and if need be the text's column, e.g. --map text=body_html"
    raise BadInput(f"no column for the text; {count} seen: {seen}", cure)


def _read_row(row: Row, header: list[str], place: Place, options: ReadOptions) -> Draft | Rejection:
    """A row that an unclosed quotation mark had swallowed must have all its cells: it may be a line of running text."""
    cells = row.cells
    if len(cells) > len(header) or (row.again and len(cells) < len(header)):
        reason = f"the row has {len(cells)} cells, the header {len(header)}"
        return rejection(place, reason, "put quotation marks around cells that contain the delimiter")
    if any("\udc80" <= char <= "\udcff" for cell in cells if not cell.isascii() for char in cell):
        return rejection(place, "the row is not UTF-8", "save it as UTF-8, or name its encoding with --encoding")
    return draft_of(dict(zip(header, cells, strict=False)), place, options)


def _with_newlines(stream: io.BufferedReader) -> io.BufferedReader:
    """The stream as it is; where its first line ends with a carriage return alone, with newlines for every line end."""
    if _LONE_RETURN.match(stream.peek(HEAD)[:HEAD].removesuffix(b"\r")) is None:
        return stream
    newlines = io.IncrementalNewlineDecoder(None, translate=True)
    byte = "latin-1"  # byte for byte
    return converted(stream, lambda data, ended: newlines.decode(data.decode(byte), ended).encode(byte))

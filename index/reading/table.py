"""CSV and TSV: the first line names the columns; rows are read one by one."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.charset import as_utf8
from index.reading.fields import Place, columns_for, draft_of, normal_name, recognised, rejection
from index.reading.options import ReadOptions
from index.reading.stream import Source, lines

_DELIMITERS = ",;\t|"


def read_table(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """One draft or rejection for each row that is not blank."""
    csv.field_size_limit(source.limits.line)
    text = _text_lines(source, options)
    first = next(text, "")
    delimiter = options.delimiter or _delimiter(first, options)
    header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
    _check_header(header, options)
    rows = csv.reader(text, delimiter=delimiter, strict=True)
    while True:
        place = Place(source, rows.line_num + 2)
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield rejection(place, f"the row cannot be read: {error}", "close or double the quotation marks of the row")
            continue
        if any(cell.strip() for cell in row):
            yield _read_row(row, header, place, options)


def _text_lines(source: Source, options: ReadOptions) -> Iterator[str]:
    for _, line in lines(as_utf8(source, options.encoding), source.limits.line):
        if line is None:
            yield "\n"
            continue
        yield line.decode("utf-8", "surrogateescape")


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
    cure = "name the text's column in the field mapping, e.g. text=body_html"
    if len(header) == 1:
        cure = "name its delimiter, and if need be " + cure.removeprefix("name ")
    raise BadInput(f"no column for the text; {count} seen: {seen}", cure)


def _read_row(row: list[str], header: list[str], place: Place, options: ReadOptions) -> Draft | Rejection:
    if len(row) > len(header):
        reason = f"the row has {len(row)} cells, the header {len(header)}"
        return rejection(place, reason, "put quotation marks around cells that contain the delimiter")
    if any("\udc80" <= char <= "\udcff" for cell in row if not cell.isascii() for char in cell):
        return rejection(place, "the row is not UTF-8", "save the file as UTF-8, or name its encoding")
    return draft_of(dict(zip(header, row, strict=False)), place, options)

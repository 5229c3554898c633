"""JSON Lines: one object a line, read line by line, so a file of any size needs the memory of one line."""

from __future__ import annotations

import json
from collections.abc import Iterator

from index.article import Draft, Rejection
from index.reading.charset import as_utf8
from index.reading.fields import Place, draft_of, rejection
from index.reading.options import ReadOptions
from index.reading.stream import Source, lines

_ENCODING = "save the file as UTF-8, or name its encoding with --encoding"


def read_json_lines(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """One draft or rejection for each line that is not blank."""
    for number, line in lines(as_utf8(source, options.encoding), source.limits.line):
        if line is None or line.strip():
            yield _read_line(line, Place(source, number), options)


def _read_line(line: bytes | None, place: Place, options: ReadOptions) -> Draft | Rejection:
    if line is None:
        return rejection(
            place,
            f"the line is longer than {place.source.limits.line:,} bytes",
            "write one article a line; a file that is one JSON list has the extension .json",
        )
    try:
        record = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        return rejection(place, f"byte {error.start + 1} of the line is not UTF-8", _ENCODING)
    except json.JSONDecodeError as error:
        return rejection(place, f"broken JSON at column {error.colno}: {error.msg}", "repair or remove the line")
    except (ValueError, RecursionError) as error:
        return rejection(place, f"JSON that cannot be read: {error}", "repair or remove the line")
    return draft_of(record, place, options)

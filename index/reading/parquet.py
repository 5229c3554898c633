"""Parquet, read in small batches of only the columns that are used. The only file that knows pyarrow."""

from __future__ import annotations

from collections.abc import Iterator

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.fields import Place, columns_for, draft_of
from index.reading.options import ReadOptions
from index.reading.stream import Source

_BATCH = 64  # rows


def read_parquet(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """One draft or rejection for each row."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(source.seekable()) as file:
        names: list[str] = file.schema_arrow.names
        columns = columns_for(names, options.fields)
        if "content_hash" in names:  # an export, which is known by all that it says
            columns["export"] = ["content_hash", "language_confidence"]
        used = sorted({name.split(".")[0] for many in columns.values() for name in many}.intersection(names))
        if not {name.split(".")[0] for name in columns.get("text", [])}.intersection(names):
            seen = ", ".join(repr(name) for name in names[:20])
            raise BadInput(f"no column for the text; columns seen: {seen}", "map one, e.g. --map text=body_html")
        number = 0
        for batch in file.iter_batches(batch_size=_BATCH, columns=used):
            for record in batch.to_pylist():
                number += 1
                yield draft_of(record, Place(source, number), options)

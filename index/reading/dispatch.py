"""From a source to drafts: find out what it is, and hand it to the reader for that; nothing bad gets past here."""

from __future__ import annotations

from collections.abc import Iterator

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.kinds import Kind, kind_of
from index.reading.options import ReadOptions
from index.reading.stream import Source

_PACKED = (Kind.GZIP, Kind.ZSTD, Kind.BZIP2, Kind.XZ, Kind.ZIP, Kind.TAR)


def read_source(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """All drafts of a source, and a rejection for whatever in it cannot be read."""
    last, read = 0, 0
    try:
        for item in _read(source, options):
            if item.origin == source.origin:
                last, read = item.record, read + isinstance(item, Draft)
            yield item
    except BadInput as error:
        yield _ended(source, last, read, error.reason, error.cure)
    except (EOFError, OSError) as error:
        yield _ended(source, last, read, f"it breaks off or cannot be read: {error}", "get it again")
    except Exception as error:  # a library may raise anything over a hostile file; the batch goes on
        reason = f"it cannot be read: {type(error).__name__}: {error}"[:300]
        yield _ended(source, last, read, reason, "open it with its own program, and save it anew")
    finally:
        source.copies.close()


def _ended(source: Source, last: int, read: int, reason: str, cure: str) -> Rejection:
    """The end of a source before its time: at the record that would have been next."""
    if last:
        reason += f" ({read:,} {'record' if read == 1 else 'records'} before this read)"
    return Rejection(source.origin, last + 1 if last else source.record, reason, cure)


def _read(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    kind = kind_of(source.head, source.name or "", options.encoding or source.encoding)
    if kind in _PACKED:
        from index.reading.packed import seen_inside, unpack

        if kind is Kind.ZIP:
            kind, source = seen_inside(source)
        if kind is not Kind.DOCX:
            yield from _inside(unpack(source, kind), options)
            return
    if kind is Kind.WARC:
        from index.reading.web_archive import pages

        yield from _inside(pages(source), options)
        return
    yield from _read_article_file(source, kind, options)


def _inside(sources: Iterator[Source | Rejection], options: ReadOptions) -> Iterator[Draft | Rejection]:
    for inner in sources:
        if isinstance(inner, Rejection):
            yield inner
        else:
            yield from read_source(inner, options)


def _read_article_file(source: Source, kind: Kind, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """Each reader is imported when the first file of its kind is met, so that its library is not loaded in vain."""
    match kind:
        case Kind.TEXT:
            from index.reading.plain import read_plain as reader
        case Kind.HTML:
            from index.reading.page import read_page as reader
        case Kind.JSON:
            from index.reading.json_file import read_json as reader
        case Kind.JSON_LINES:
            from index.reading.json_lines import read_json_lines as reader
        case Kind.TABLE:
            from index.reading.table import read_table as reader
        case Kind.PARQUET:
            from index.reading.parquet import read_parquet as reader
        case Kind.FEED:
            from index.reading.feed import read_feed as reader
        case Kind.PDF:
            from index.reading.pdf import read_pdf as reader
        case Kind.DOCX:
            from index.reading.word import read_word as reader
        case _:
            from index.reading.unknown import refuse as reader
    return reader(source, options)

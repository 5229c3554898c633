"""JSON that is not line by line: one article, a list of them, or an object that holds the list.

The only file that knows ijson. It streams: of a list in a file of any size only one article is in memory.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import partial
from typing import IO, Any, cast

from index.article import Draft, Rejection
from index.errors import BadInput
from index.reading.charset import as_utf8
from index.reading.fields import Place, draft_of, has_text, rejection
from index.reading.options import ReadOptions
from index.reading.stream import Source

_Test = Callable[[dict[object, object]], bool]
_LIST_NAMES = ("articles items data documents docs results entries records news posts stories rows hits").split()


def read_json(source: Source, options: ReadOptions) -> Iterator[Draft | Rejection]:
    """One draft or rejection for each article; what is broken ends the file, and is said."""
    import ijson

    metered = _Metered(as_utf8(source, options.encoding), source.limits.line)
    count = 0
    try:
        for record, alone in _records(cast("IO[bytes]", metered), partial(has_text, options=options)):
            metered.since = 0
            count += 1
            name = source.name if alone and count == 1 else None
            yield draft_of(record, Place(source, count, name), options)
    except (ijson.JSONError, UnicodeDecodeError, RecursionError) as error:
        said = str(error).strip().splitlines()
        reason = f"broken JSON after {count} articles: {said[0] if said else 'it ends too early'}"
        yield rejection(Place(source, count + 1), reason, "repair the file; the articles before this were read")
        return
    except BadInput as error:
        yield rejection(Place(source, count + 1), error.reason, error.cure)
        return
    if count == 0:
        raise BadInput("the JSON holds no articles", f"put them in a list, alone or under {_LIST_NAMES[0]!r}")


class _Metered(io.RawIOBase):
    """A stream that stops when a single record takes more than `limit` bytes; `since` is set to 0 at each record."""

    def __init__(self, inner: IO[bytes], limit: int) -> None:
        self._inner = inner
        self._limit = limit
        self.since = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._inner.read(len(buffer))
        self.since += len(data)
        if self.since > self._limit:
            raise BadInput(f"one article takes more than {self._limit:,} bytes", "repair or split the file")
        buffer[: len(data)] = data
        return len(data)


def _records(stream: IO[bytes], is_article: _Test) -> Iterator[tuple[object, bool]]:
    """The articles, and whether each stands alone at the top of the file."""
    import ijson

    events = ijson.basic_parse(stream, use_float=True, multiple_values=True)
    for event, value in events:
        if event == "start_array":
            yield from ((record, False) for record in _elements(events))
        elif event == "start_map":
            yield from _top_object(events, is_article)
        else:
            yield value, True


def _top_object(events: Iterator[tuple[str, Any]], is_article: _Test) -> Iterator[tuple[object, bool]]:
    """An object with a text of its own is an article; else one with a list under a usual name stands for its elements.

    The list may come before the text. So its elements are held back until one of them is an article itself.
    """
    own: dict[object, object] = {}
    held: list[object] = []
    listed = False
    for event, key in events:
        if event == "end_map":
            break
        start, value = next(events)
        if start != "start_array" or key.lower() not in _LIST_NAMES or is_article(own):
            own[key] = _value(events, start, value)
            continue
        for record in _elements(events):
            held.append(record)
            if listed or (isinstance(record, dict) and is_article(record)):
                listed = True
                yield from ((one, False) for one in held)
                held.clear()
    if is_article(own) or (own and not listed and not held):
        yield own, True
    else:
        yield from ((one, False) for one in held)


def _elements(events: Iterator[tuple[str, Any]]) -> Iterator[object]:
    for event, value in events:
        if event == "end_array":
            return
        yield _value(events, event, value)


def _value(events: Iterator[tuple[str, Any]], event: str, value: Any) -> object:
    """The whole value that begins with this event."""
    from ijson.common import ObjectBuilder

    builder = ObjectBuilder()
    depth = 0
    builder.event(event, value)
    depth += event.startswith("start")
    while depth:
        event, value = next(events)
        builder.event(event, value)
        depth += event.startswith("start")
        depth -= event.startswith("end")
    return cast("object", builder.value)

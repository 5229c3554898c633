"""The rows of a CSV file: one that is broken costs only itself, even where it opens a quotation mark for ever."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """A row and the line it begins in; `fault` says why it cannot be read. `again`: it was swallowed by one above."""

    line: int
    cells: list[str] = field(default_factory=list)
    fault: str | None = None
    again: bool = False


class _TooLong(Exception):
    """A line that was skipped unread."""


class Rows:
    """Reads row by row; after a broken one it goes on with the line below that one's first."""

    def __init__(self, numbered: Iterator[tuple[int, bytes | None]], delimiter: str, limit: int) -> None:
        self._numbered = numbered
        self._limit = limit
        self._waiting: deque[tuple[int, bytes | None]] = deque()  # lines to be read a second time
        self._taken: list[tuple[int, bytes | None]] = []  # lines of the row that is being read
        self._again_to = 0  # the last line that is read a second time
        self._size = 0
        self._rows = csv.reader(self._text(), delimiter=delimiter, strict=True)
        self._delimiter = delimiter

    def __iter__(self) -> Iterator[Row]:
        while True:
            self._taken, self._size = [], 0
            try:
                cells = next(self._rows)
            except StopIteration:
                return
            except _TooLong:
                yield self._too_long()
            except csv.Error as error:
                yield self._broken(str(error))
            else:
                line = self._taken[0][0]
                yield Row(line, cells, again=line <= self._again_to)

    def _text(self) -> Iterator[str]:
        """The lines as csv wants them."""
        return iter(self._next_line, None)

    def _next_line(self) -> str | None:
        taken = self._waiting.popleft() if self._waiting else next(self._numbered, None)
        if taken is None:
            return None
        self._taken.append(taken)
        if taken[1] is None:
            raise _TooLong
        self._size += len(taken[1])
        if self._size > self._limit and len(self._taken) > 1:
            raise csv.Error(f"more than {self._limit:,} bytes")
        return taken[1].decode("utf-8", "surrogateescape")

    def _too_long(self) -> Row:
        """The skipped line is the fault; rows that were begun above it are read again without it."""
        if len(self._taken) > 1:
            return self._broken("a line below is too long")
        self._anew()
        return Row(self._taken[0][0], fault=f"the line is longer than {self._limit:,} bytes")

    def _broken(self, said: str) -> Row:
        (line, _), *swallowed = self._taken
        if swallowed:
            self._waiting.extendleft(reversed(swallowed))
            self._again_to = max(self._again_to, swallowed[-1][0])
        self._anew()
        if not swallowed:
            return Row(line, fault=f"the row cannot be read: {said}")
        lines = "the line below" if len(swallowed) == 1 else f"the {len(swallowed):,} lines below"
        reason = f"a quotation mark opens here and is not closed as it should be ({said}); it swallowed {lines}, "
        return Row(line, fault=reason + "read as rows of their own now")

    def _anew(self) -> None:
        """An exhausted iterator stays exhausted: the rest gets a reader of its own."""
        self._rows = csv.reader(self._text(), delimiter=self._delimiter, strict=True)

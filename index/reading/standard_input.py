"""Standard input, read so that an interrupt is heard at once.

Python's own sys.stdin.buffer holds a lock while it waits; a thread that is left waiting in it makes the interpreter
abort at its end. So the descriptor is read directly, and only when there is something to read.
"""

from __future__ import annotations

import io
import select
import sys
from typing import IO, cast

from index.errors import BadInput
from index.ingesting.prefetch import Stopped, stopped

_WAIT = 0.1  # seconds between looks at whether anybody still wants it


def standard_input() -> IO[bytes]:
    """The bytes of standard input; where a program has put another object in its place, that object's."""
    if sys.stdin is None:
        raise BadInput("there is no standard input", "give a file instead of '-'")
    try:
        descriptor = sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return sys.stdin.buffer
    return cast("IO[bytes]", Interruptible(descriptor))


class Interruptible(io.RawIOBase):
    """A descriptor that is waited for in short steps, and left when the thread is to end."""

    def __init__(self, descriptor: int) -> None:
        self._file = open(descriptor, "rb", buffering=0, closefd=False)  # noqa: SIM115 - the descriptor is not ours

    def readable(self) -> bool:
        """Tell io.BufferedReader that it may read."""
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        """Wait until there is something, then read what is there."""
        while not self._ready():
            if stopped():
                raise Stopped
        return self._file.readinto(buffer)

    def _ready(self) -> bool:
        try:
            return bool(select.select([self._file], [], [], _WAIT)[0])
        except (OSError, ValueError):  # a kind of file that cannot be waited for
            return True

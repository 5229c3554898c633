"""What a command is doing, on one line of the terminal, where it takes longer than a second; wiped when it is done."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import TextIO

LOADING, SEARCHING = "loading", "searching"
PATIENCE = 1.0  # seconds for which nobody wonders
_WIPE = "\r\x1b[K"


class Status:
    """Says what is being done, from `patience` seconds on; nothing where nobody would see it, as in a pipe."""

    def __init__(self, doing: str, out: TextIO | None = None, patience: float = PATIENCE) -> None:
        self._out = out or sys.stderr
        self._doing, self._shown = doing, False
        self._lock = threading.Lock()
        self._timer = threading.Timer(patience, self._begin) if self._out.isatty() else None

    def __enter__(self) -> Status:
        if self._timer:
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def now(self, doing: str) -> None:
        """Something else is being done."""
        with self._lock:
            self._doing = doing
            if self._shown:
                self._write(f"{_WIPE}{doing}…")

    def end(self) -> None:
        """Wipe the line, and say nothing more: what was waited for is about to be printed."""
        with self._lock:
            if self._timer:
                self._timer.cancel()
                self._timer = None
            if self._shown:
                self._shown = False
                self._write(_WIPE)

    def _begin(self) -> None:
        with self._lock:
            if self._timer:
                self._shown = True
                self._write(f"{self._doing}…")

    def _write(self, text: str) -> None:
        print(text, end="", file=self._out, flush=True)


def opening() -> str:
    """What is done while an archive is opened: the first time, the model is unpacked."""
    from index.encoders.bundled import cache_folder

    if any(cache_folder().glob("e5-small-*")):
        return "opening the archive"
    return "opening the archive, and unpacking the model, which is done once"

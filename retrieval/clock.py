"""What each stage of a question took."""

from __future__ import annotations

import time


class Clock:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self._start = self._last = time.perf_counter()
        self._stages: dict[str, float] = {}

    def stage(self, name: str) -> None:
        """The stage that ends now."""
        now = time.perf_counter()
        self._stages[name] = round(1000 * (now - self._last), 2)
        self._last = now

    def taken(self) -> dict[str, float]:
        """Every stage, and the total until now."""
        return self._stages | {"total": round(1000 * (time.perf_counter() - self._start), 2)}

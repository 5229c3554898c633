"""Moving windows of the library `limits` in a SQLite file, which all workers of one run share.

The library shares them through a server only. Nothing is synced, as a window need not outlive a crash.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from limits.storage import MovingWindowSupport, Storage


class SharedWindows(Storage, MovingWindowSupport):
    """One row for each hit, until it is too old to count. Raises sqlite3.Error where the file cannot be used."""

    STORAGE_SCHEME = None

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
        with FileLock(f"{path}.lock"):  # SQLite does not wait for others that change the mode, too
            self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        with self._changing():
            self._db.execute("CREATE TABLE IF NOT EXISTS hits (key TEXT, until REAL)")
            self._db.execute("CREATE INDEX IF NOT EXISTS by_key ON hits (key, until)")
            self._db.execute("CREATE INDEX IF NOT EXISTS by_time ON hits (until)")

    @property
    def base_exceptions(self) -> type[Exception]:
        """What it raises."""
        return sqlite3.Error

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count `amount` more, unless that makes more than `limit` within `expiry` seconds."""
        with self._changing():
            if self._held(key)[0] + amount > limit:
                return False
            self._add(key, expiry, amount)
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest hit that still counts was, and how many do."""
        with self._lock:
            held, first = self._held(key)
        return (first - expiry if held else time.time()), held

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count `amount` more; returns how many count now."""
        with self._changing():
            self._add(key, expiry, amount)
            return self._held(key)[0]

    def get(self, key: str) -> int:
        """How many hits of a key count."""
        with self._lock:
            return self._held(key)[0]

    def get_expiry(self, key: str) -> float:
        """When the oldest hit that counts no longer does."""
        with self._lock:
            return self._held(key)[1]

    def check(self) -> bool:
        """Whether the file can be used."""
        try:
            self.get("")
        except sqlite3.Error:
            return False
        return True

    def reset(self) -> int:
        """Forget all hits; returns how many there were."""
        with self._changing():
            return self._db.execute("DELETE FROM hits").rowcount

    def clear(self, key: str) -> None:
        """Forget the hits of a key."""
        with self._changing():
            self._db.execute("DELETE FROM hits WHERE key = ?", (key,))

    def _add(self, key: str, expiry: int, amount: int) -> None:
        now = time.time()
        self._db.execute("DELETE FROM hits WHERE until <= ?", (now,))
        self._db.executemany("INSERT INTO hits VALUES (?, ?)", [(key, now + expiry)] * amount)

    def _held(self, key: str) -> tuple[int, float]:
        """How many hits count, and when the first of them no longer does."""
        now = time.time()
        query = "SELECT count(*), min(until) FROM hits WHERE key = ? AND until > ?"
        held, first = self._db.execute(query, (key, now)).fetchone()
        return held, first or now

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Nobody else counts meanwhile, in no process."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield

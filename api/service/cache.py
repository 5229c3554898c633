"""Results kept for as long as the archive does not change, the least recently used given up first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class Cache:
    """Holds up to `most` bytes. For use from one thread."""

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._version: Hashable = None
        self._kept: OrderedDict[Hashable, tuple[tuple[Any, ...], int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, version: Hashable, key: Hashable) -> tuple[Any, ...] | None:
        """What was kept under a key for this version of the archive."""
        if version != self._version or key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key][0]

    def put(self, version: Hashable, key: Hashable, items: tuple[Any, ...], size: int) -> None:
        """Keep items of `size` bytes; those of another version are forgotten."""
        if version != self._version:
            self._kept.clear()
            self._version, self.size = version, 0
        if size > self.most:
            return
        _, before = self._kept.pop(key, ((), 0))
        self._kept[key] = items, size
        self.size += size - before
        while self.size > self.most:
            _, (_, freed) = self._kept.popitem(last=False)
            self.size -= freed

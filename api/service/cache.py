"""Results kept for as long as the archive does not change, the least recently used given up first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable


class Cache:
    """Holds up to `most` bytes of packed results. For use from one thread."""

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self._version: Hashable = None
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, version: Hashable, key: Hashable) -> bytes | None:
        """What was kept under a key for this version of the archive."""
        if version != self._version or key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def put(self, version: Hashable, key: Hashable, packed: bytes) -> None:
        """Keep a result; those of another version are forgotten."""
        if version != self._version:
            self._kept.clear()
            self._version, self.size = version, 0
        if len(packed) > self.most:
            return
        self.size += len(packed) - len(self._kept.pop(key, b""))
        self._kept[key] = packed
        while self.size > self.most:
            _, given_up = self._kept.popitem(last=False)
            self.size -= len(given_up)

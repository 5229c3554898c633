"""Work in batches of so many encoder tokens: what is encoded and committed together, and lost together in a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

BATCH_TOKENS = 40_000  # a few seconds of work

Item = TypeVar("Item")


def batches(items: Iterable[Item], tokens: Callable[[Item], int]) -> Iterator[list[Item]]:
    """The items in order, in batches that end with the item that reaches the limit."""
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += tokens(item)
        if size >= BATCH_TOKENS:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch

"""Items made ahead: in order, not too many, and no longer than anybody wants them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from index.prefetch import prefetch, stopped


def test_prefetch_ends_promptly_where_its_items_ask_whether_they_are_wanted() -> None:
    ended = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        while not stopped():
            time.sleep(0.01)
        ended.set()

    made = prefetch(items())
    assert next(made) == 1
    started = time.monotonic()
    made.close()
    assert ended.is_set()
    assert time.monotonic() - started < 1


@pytest.mark.parametrize("ahead", [1, 2, 5])
def test_prefetch_keeps_order_and_runs_only_a_little_ahead(ahead: int) -> None:
    made: list[int] = []
    items = prefetch((made.append(n) or n for n in range(100)), ahead)
    assert [next(items) for _ in range(3)] == [0, 1, 2]
    items.close()
    assert len(made) <= 3 + ahead + 2

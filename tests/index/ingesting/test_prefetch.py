"""Items made ahead: in order, not too many, and no longer than anybody wants them."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from index.ingesting.prefetch import in_order, prefetch, stopped


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


def test_what_several_threads_make_comes_in_order_and_not_far_ahead() -> None:
    begun: list[int] = []

    def slow_at_first(number: int) -> int:
        begun.append(number)
        time.sleep(0.1 if number == 0 else 0)
        return number * 2

    made = in_order(slow_at_first, (number for number in range(20)), 3)
    assert next(made) == 0
    assert sorted(begun) == [0, 1, 2]
    assert list(made) == [2 * number for number in range(1, 20)]


def test_several_threads_work_at_the_same_time() -> None:
    both = threading.Barrier(2)
    assert list(in_order(lambda _: both.wait(5) >= 0, (number for number in range(2)), 2)) == [True, True]


def test_an_error_in_one_of_several_threads_comes_out_and_the_items_are_closed() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            yield from range(5)
        finally:
            closed.set()

    made = in_order(lambda number: 1 // (2 - number), items(), 2)
    assert [next(made), next(made)] == [0, 1]
    with pytest.raises(ZeroDivisionError):
        next(made)
    assert closed.is_set()

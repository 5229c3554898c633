"""Runs an iterator in a thread of its own, a little ahead of whoever uses it; or maps one in several threads."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Stopped(BaseException):
    """Nobody wants what this thread makes any more; no handler of ordinary errors is to catch it."""


class _Ahead(threading.Thread):
    """A thread that makes items ahead; `unwanted` is set when it should end."""

    unwanted: threading.Event


def stopped() -> bool:
    """Whether the calling thread runs ahead for a user who has gone; what waits or works long asks now and then."""
    thread = threading.current_thread()
    return isinstance(thread, _Ahead) and thread.unwanted.is_set()


_WAIT = 0.2  # seconds between looks at whether the user has gone
_PATIENCE = 2.0  # seconds for the thread to end; one that waits for a server is left behind, and ends with the process


def prefetch(items: Iterable[T], ahead: int = 2) -> Generator[T, None, None]:
    """Yield the items in order, at most `ahead` made in advance; an error in the thread is raised here.

    Closing the generator ends the thread at its next item, or where the items themselves ask `stopped()`.
    """
    made: queue.Queue[tuple[T | None, BaseException | None, bool]] = queue.Queue(ahead)
    closed = threading.Event()

    def put(item: T | None, error: BaseException | None, last: bool) -> None:
        while not closed.is_set():
            try:
                return made.put((item, error, last), timeout=_WAIT)
            except queue.Full:
                continue

    def run() -> None:
        try:
            for item in items:
                put(item, None, False)
                if closed.is_set():
                    return
            put(None, None, True)
        except BaseException as error:
            put(None, error, True)

    thread = _Ahead(target=run, name="prefetch", daemon=True)
    thread.unwanted = closed
    thread.start()
    try:
        while True:
            item, error, last = made.get()
            if error is not None:
                raise error
            if last:
                return
            yield item  # type: ignore[misc]
    finally:
        closed.set()
        thread.join(_PATIENCE)


def in_order(function: Callable[[T], R], items: Generator[T, None, None], workers: int) -> Generator[R, None, None]:
    """What `function` makes of each item, in order; as many items at a time as there are workers, and none ahead.

    Closing the generator closes `items`, and returns when what was begun has ended.
    """
    with ThreadPoolExecutor(workers, "work") as pool, closing(items):
        begun: deque[Future[R]] = deque()
        try:
            for item in items:
                begun.append(pool.submit(function, item))
                if len(begun) == workers:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for one in begun:
                one.cancel()

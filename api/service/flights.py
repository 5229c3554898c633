"""Work that several callers follow: identical requests at the same time are computed once, and then kept."""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import AsyncGenerator, Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from api.service.cache import Cache
from api.service.problems import TooSlow
from api.service.work import Work

Source = Literal["hit", "shared", "miss"]
Make = Callable[[], Iterator[Any]]


@dataclass(frozen=True)
class Wanted:
    """What is asked for: `key` of the archive in `version`. `make` yields it, and runs in a thread.

    The first item must come within `first` seconds, which are the stage "search", and the last within `rest` more.
    `lasting` says of all items whether they may be shown again.
    """

    version: Hashable
    key: Hashable
    make: Make
    first: float
    rest: float
    lasting: Callable[[Sequence[Any]], bool] = lambda _: True


class Flight:
    """What was yielded so far, and how it ended."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.error: Exception | None = None
        self.begun = self.ended = False
        self.followers = 0
        self.stop = threading.Event()
        self.task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()

    def add(self, item: Any) -> None:
        """One more item."""
        self.items.append(item)
        self._told()

    def end(self, error: Exception | None = None) -> None:
        """No more items come."""
        self.error, self.ended = error, True
        self._told()

    def _told(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def news(self) -> None:
        """Until something changes."""
        await self._news.wait()

    async def follow(self) -> AsyncGenerator[Any, None]:
        """All items from the first on; raises the error that ended them."""
        at = 0
        while True:
            while at < len(self.items):
                yield self.items[at]
                at += 1
            if self.error:
                raise self.error
            if self.ended:
                return
            await self.news()


class Flights:
    """What is being computed now, by key."""

    def __init__(self, work: Work, cache: Cache, seen: Callable[[Source], None]) -> None:
        self.work, self.cache, self.seen = work, cache, seen
        self._flying: dict[Hashable, Flight] = {}

    async def follow(self, wanted: Wanted) -> AsyncGenerator[Any, None]:
        """The items of what is wanted: kept, or as they are made. The work stops when its last follower closes this."""
        kept = self.cache.get(wanted.version, wanted.key)
        if kept is not None:
            self.seen("hit")
            for item in pickle.loads(kept):
                yield item
            return
        flight = self._joined(wanted)
        flight.followers += 1
        try:
            async for item in flight.follow():
                yield item
        finally:
            flight.followers -= 1
            if not flight.followers and not flight.ended:
                flight.stop.set()
                self._forget(wanted, flight)
                if flight.task and not flight.begun:
                    flight.task.cancel()

    def _joined(self, wanted: Wanted) -> Flight:
        name = (wanted.version, wanted.key)
        flight = self._flying.get(name)
        self.seen("shared" if flight else "miss")
        if flight is None:
            flight = self._flying[name] = Flight()
            flight.task = asyncio.create_task(self._fly(wanted, flight))
        return flight

    def _forget(self, wanted: Wanted, flight: Flight) -> None:
        name = (wanted.version, wanted.key)
        if self._flying.get(name) is flight:
            del self._flying[name]

    async def _fly(self, wanted: Wanted, flight: Flight) -> None:
        loop = asyncio.get_running_loop()

        def tell(item: Any) -> None:
            loop.call_soon_threadsafe(flight.add, item)

        try:
            running = await self.work.begin(partial(_drained, wanted.make, flight.stop, tell))
            flight.begun = True
            packed = await _in_time(running, flight, wanted)
            if packed is not None and wanted.lasting(flight.items):
                self.cache.put(wanted.version, wanted.key, packed)
            flight.end()
        except Exception as error:
            flight.stop.set()
            flight.end(error)
        finally:
            self._forget(wanted, flight)


async def _in_time(running: asyncio.Future[bytes | None], flight: Flight, wanted: Wanted) -> bytes | None:
    begun = asyncio.ensure_future(flight.news())
    either: set[asyncio.Future[Any]] = {running, begun}
    await asyncio.wait(either, timeout=wanted.first, return_when=asyncio.FIRST_COMPLETED)
    begun.cancel()
    if not running.done() and not flight.items:
        raise TooSlow("search", wanted.first)
    await asyncio.wait({running}, timeout=wanted.rest)
    if not running.done():
        raise TooSlow("answer", wanted.rest)
    return running.result()


def _drained(make: Make, stop: threading.Event, tell: Callable[[Any], object]) -> bytes | None:
    """Tell each item until there is no more, or nobody who wants it; returns all, packed.

    So they take a third of the memory that they take as objects, and it is known how much.
    """
    items = []
    for item in make():
        if stop.is_set():
            return None
        items.append(item)
        tell(item)
    return pickle.dumps(items, pickle.HIGHEST_PROTOCOL)

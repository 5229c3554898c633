"""How much one caller may ask: so many requests a minute, and so many at once. More is told when to come again.

Requests are counted for each key or, without keys, each network address: the address that the connection comes from.
X-Forwarded-For, which anybody can write, is not believed; behind a proxy, callers differ by their keys.

The rate is exact over all workers: they count in one small file of their own run (in `settings.metrics`). With a share
of the rate for each worker, a client whose connections all went to the same one would be refused too early. A single
worker counts in memory. What runs at once is counted in each worker: it is there that the threads and the memory are.
"""

from __future__ import annotations

import asyncio
import logging
import math
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.service.keys import AdminCaller, Caller, ReadCaller
from api.service.problems import Problem
from api.service.settings import Settings
from api.service.shared_windows import SharedWindows

FILE = "rates.sqlite"
LONGEST_WAIT = 2.0  # seconds that a request waits for others of its caller to end, before it is refused
MOST_WAITING = 100  # requests of one caller that wait so

log = logging.getLogger("zitat.service")


class Throttle:
    """Counts what callers ask, and raises Problem (429) when it is too much. Rates of 0 mean no limit."""

    def __init__(self, settings: Settings) -> None:
        shared = settings.metrics if settings.workers > 1 else None
        self._windows = MovingWindowRateLimiter(SharedWindows(shared / FILE) if shared else MemoryStorage())
        self._requests = settings.limits.requests_per_minute
        self._writes = settings.limits.writes_per_minute
        self._slots = Slots(settings.limits.at_once)

    def count_request(self, caller: Caller) -> None:
        """One more request of a caller."""
        self._count(self._requests, "requests", caller)

    def count_write(self, caller: Caller) -> None:
        """One more request of a caller that changes the archive; it is a request, too."""
        self.count_request(caller)
        self._count(self._writes, "writes", caller)

    @asynccontextmanager
    async def at_once(self, caller: Caller) -> AsyncIterator[None]:
        """While one of the caller's requests runs."""
        async with self._slots.held(caller.name):
            yield

    def _count(self, rate: int, what: str, caller: Caller) -> None:
        if not rate:
            return
        window = RateLimitItemPerMinute(rate)
        try:
            if self._windows.hit(window, what, caller.name):
                return
            again = self._windows.get_window_stats(window, what, caller.name).reset_time - time.time()
        except sqlite3.Error as error:  # a limit that cannot be counted must not stop those who keep it
            log.warning("rates cannot be counted", exc_info=error)
            return
        raise _too_many(f"more than {rate:,} {what} within a minute", again)


class Slots:
    """So many places for each caller; who finds none free waits a little, in turn, with a few others."""

    def __init__(self, places: int, wait: float = LONGEST_WAIT, waiting: int = MOST_WAITING) -> None:
        self.places, self.wait, self.waiting = places, wait, waiting
        self._callers: dict[str, _Places] = {}

    @asynccontextmanager
    async def held(self, name: str) -> AsyncIterator[None]:
        """A place, while it lasts; raises Problem (429) when none became free in time."""
        own = self._callers.setdefault(name, _Places(asyncio.Semaphore(self.places)))
        if own.asking >= self.places + self.waiting:
            raise _too_many(f"{self.places} requests run and {self.waiting} wait already", self.wait)
        own.asking += 1
        try:
            await self._enter(own)
            try:
                yield
            finally:
                own.free.release()
        finally:
            own.asking -= 1
            if not own.asking:  # so that callers who have gone are forgotten
                self._callers.pop(name, None)

    async def _enter(self, own: _Places) -> None:
        try:
            async with asyncio.timeout(self.wait):
                await own.free.acquire()
        except TimeoutError:
            detail = f"{self.places} requests ran already, and none ended within {self.wait:g} s"
            raise _too_many(detail, self.wait) from None


@dataclass
class _Places:
    """Of one caller: what is free, and how many requests hold a place or wait for one."""

    free: asyncio.Semaphore
    asking: int = 0


def throttle_of(request: Request) -> Throttle:
    """The throttle of the application."""
    throttle: Throttle = request.app.state.throttle
    return throttle


async def _reading(request: Request, caller: ReadCaller) -> AsyncIterator[Caller]:
    throttle = throttle_of(request)
    throttle.count_request(caller)
    async with throttle.at_once(caller):
        yield caller


async def _writing(request: Request, caller: AdminCaller) -> AsyncIterator[Caller]:
    throttle = throttle_of(request)
    throttle.count_write(caller)
    async with throttle.at_once(caller):
        yield caller


async def _managing(request: Request, caller: AdminCaller) -> AsyncIterator[Caller]:
    throttle = throttle_of(request)
    throttle.count_request(caller)
    async with throttle.at_once(caller):
        yield caller


MAY_READ = Depends(_reading)
Reading = Annotated[Caller, MAY_READ]
Writing = Annotated[Caller, Depends(_writing)]
Managing = Annotated[Caller, Depends(_managing)]  # reads what only an admin may


def _too_many(detail: str, again: float) -> Problem:
    later = {"Retry-After": str(max(1, math.ceil(again)))}
    return Problem(429, "Too many requests", detail, "try again after the time in Retry-After", later)

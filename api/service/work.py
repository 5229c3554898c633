"""Threads for what would block the event loop: so many, and so many callers that may wait for one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from api.service.problems import Overloaded, TooSlow

T = TypeVar("T")


class Work:
    """A bounded pool. A thread cannot be stopped: one that is given up keeps its place until it has ended."""

    def __init__(self, name: str, threads: int, waiting: int, patience: float) -> None:
        self.threads, self.waiting, self.patience = threads, waiting, patience
        self._pool = ThreadPoolExecutor(threads, name)
        self._free = asyncio.Semaphore(threads)
        self._queued = 0

    async def run(self, stage: str, seconds: float, work: Callable[[], T]) -> T:
        """What the work returns; raises Overloaded (503) or TooSlow (504)."""
        running = await self.begin(work)
        await asyncio.wait({running}, timeout=seconds)
        if not running.done():
            raise TooSlow(stage, seconds)
        return running.result()

    async def begin(self, work: Callable[[], T]) -> asyncio.Future[T]:
        """Start the work as soon as a thread is free; raises Overloaded (503) where none becomes free in time."""
        if self._queued >= self.waiting:
            raise Overloaded(f"{self._queued} requests wait already")
        self._queued += 1
        try:
            async with asyncio.timeout(self.patience):
                await self._free.acquire()
        except TimeoutError:
            raise Overloaded(f"no thread became free within {self.patience:g} s") from None
        finally:
            self._queued -= 1
        running = asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, work)
        running.add_done_callback(self._ended)
        return running

    def _ended(self, running: asyncio.Future[T]) -> None:
        self._free.release()
        if not running.cancelled():
            running.exception()  # looked at, also where whoever asked has gone

    async def close(self) -> None:
        """Wait for what runs."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)

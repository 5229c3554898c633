"""Silence in a stream, filled: proxies and browsers hang up on a connection over which nothing comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")


async def with_heartbeats(items: AsyncGenerator[T, None], seconds: float) -> AsyncGenerator[T | None, None]:
    """The items as they come, and None after every so many seconds in which none came."""
    async with aclosing(items):
        following = asyncio.ensure_future(anext(items))
        try:
            while True:
                await asyncio.wait({following}, timeout=seconds)
                if not following.done():
                    yield None
                    continue
                yield following.result()
                following = asyncio.ensure_future(anext(items))
        except StopAsyncIteration:
            return
        finally:
            following.cancel()
            await asyncio.wait({following})

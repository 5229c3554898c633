"""Answers as server-sent events: passages, then each sentence with its citations, then done. An error is one, too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from fastapi.responses import StreamingResponse

from api.service.heartbeats import with_heartbeats
from api.service.problems import logged, rendered
from api.service.replies import as_json
from retrieval.answering import Done, Event, PassagesFound, Restarted, SentenceReady

EVENT_STREAM = "text/event-stream"
HEARTBEAT = b": still at work\n\n"
NAMES = {PassagesFound: "passages", SentenceReady: "sentence", Restarted: "restarted"}


def wants_events(accept: str) -> bool:
    """Whether a client asks for events, by its Accept header; where it takes both alike, it gets events."""
    events = json = 0.0
    for part in accept.lower().split(","):
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        quality = _quality(parameters)
        if kind == EVENT_STREAM:
            events = max(events, quality)
        elif kind == "application/json":
            json = max(json, quality)
    return 0 < events >= json


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


async def event_stream(events: AsyncGenerator[Event, None], heartbeat: float) -> StreamingResponse:
    """The response that tells events. What fails within the first heartbeat raises, and so has a status of its own."""
    first = asyncio.ensure_future(anext(events))
    try:
        await asyncio.wait({first}, timeout=heartbeat)
        if first.done():
            first.result()
    except BaseException:
        first.cancel()
        await asyncio.wait({first})
        await events.aclose()
        raise
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_told(first, events, heartbeat), headers=headers, media_type=EVENT_STREAM)


async def _told(
    first: asyncio.Future[Event], events: AsyncGenerator[Event, None], heartbeat: float
) -> AsyncIterator[bytes]:
    try:
        async with aclosing(with_heartbeats(_from(first, events), heartbeat)) as telling:
            async for event in telling:
                yield HEARTBEAT if event is None else _event(event)
    except Exception as error:
        yield b"event: error\ndata: " + rendered(logged(error)).body + b"\n\n"


async def _from(first: asyncio.Future[Event], events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """The events, the first of which is asked for already."""
    async with aclosing(events):
        try:
            yield await first
        except StopAsyncIteration:
            return
        async for event in events:
            yield event


def _event(event: Event) -> bytes:
    if isinstance(event, Done):
        return b"event: done\ndata: " + as_json(event.answer) + b"\n\n"
    return f"event: {NAMES[type(event)]}\ndata: ".encode() + as_json(event) + b"\n\n"

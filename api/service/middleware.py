"""Around every request: its id, its line in the log, its counts, its errors, and the size of its body."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.service import logs
from api.service.keys import admitted
from api.service.metrics import Metrics
from api.service.openai_errors import speaks_openai, told
from api.service.problems import Problem, logged, rendered
from api.service.settings import Settings

WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")
UPLOADS = "/v1/articles"
GONE = 499  # the client left before the answer: nginx's number for it, seen in logs and counts only

log = logging.getLogger("zitat.access")


class Watched:
    """Gives each request an id, counts it, logs it, and turns what goes wrong into a problem."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        logs.request_id.set(logs.identified(Headers(scope=scope).get("x-request-id")))
        logs.noted.set({})
        answer = _Answer(send)
        started = time.perf_counter()
        with self.metrics.in_flight.track_inprogress():
            try:
                await self.app(scope, receive, answer)
            except Exception as error:
                await self._failed(error, scope, receive, answer)
            except asyncio.CancelledError:
                answer.status = answer.status or GONE
                raise
            finally:
                self._told(scope, answer.status or GONE, time.perf_counter() - started)

    async def _failed(self, error: Exception, scope: Scope, receive: Receive, answer: _Answer) -> None:
        problem = logged(error)
        if not answer.status:
            shown = told if speaks_openai(scope["path"]) else rendered
            await shown(problem)(scope, receive, answer)

    def _told(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", None) or "none"
        method = scope["method"] if scope["method"] in ("GET", "HEAD", "OPTIONS", *WITH_BODY) else "other"
        self.metrics.requests.labels(method, route, str(status)).inc()
        self.metrics.seconds.labels(route).observe(seconds)
        fields: dict[str, Any] = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
        log.info("request", extra={"fields": fields | (logs.noted.get() or {})})


class _Answer:
    """Sends, with the request's id added to the head, and remembers the status."""

    def __init__(self, send: Send) -> None:
        self.send, self.status = send, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)["X-Request-ID"] = logs.request_id.get()
        await self.send(message)


class BodyLimit:
    """Reads a request's body before its route begins, up to a size and a time."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.limits, self.seconds = app, settings.limits, settings.timeouts.body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] not in WITH_BODY:
            return await self.app(scope, receive, send)
        most = self.limits.body_bytes
        if scope["path"] == UPLOADS:  # much is read only of those who may send it
            await admitted(HTTPConnection(scope), "admin")
            most = self.limits.upload_bytes
        body = await self._whole(Headers(scope=scope).get("content-length", ""), most, receive)
        if body is not None:
            await self.app(scope, _replayed(body, receive), send)

    async def _whole(self, announced: str, most: int, receive: Receive) -> bytes | None:
        """The body; None when the client has gone."""
        if announced.isdigit() and int(announced) > most:
            raise _too_large(most)
        parts, size = [], 0
        try:
            async with asyncio.timeout(self.seconds):
                while (message := await receive())["type"] == "http.request":
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > most:
                        raise _too_large(most)
                    if not message.get("more_body"):
                        return b"".join(parts)
        except TimeoutError:
            detail = f"the request had not arrived whole after {self.seconds:g} s"
            raise Problem(408, "Too slow", detail, "send it again", {"Connection": "close"}) from None
        return None


def _replayed(body: bytes, receive: Receive) -> Callable[[], Any]:
    """The body as one message; whatever else comes, such as the client leaving, comes after it."""
    told = False

    async def replay() -> MutableMapping[str, Any]:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _too_large(most: int) -> Problem:
    detail = f"the request's body has more than {most:,} bytes"
    return Problem(413, "Too large", detail, "send less at once", {"Connection": "close"})

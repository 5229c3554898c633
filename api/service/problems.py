"""One shape for every error that leaves the service: RFC 9457 problem details, with a cure and the request's id."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from api.service.logs import request_id
from api.service.responses import ProblemBody
from index.errors import ArchiveFull, ArchiveLocked, ArchiveUnreachable, BadInput, ZitatError

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER = 2  # seconds

log = logging.getLogger("zitat.service")


class Problem(Exception):
    """An error with its answer: raise it anywhere below a route."""

    def __init__(
        self, status: int, title: str, detail: str, cure: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(f"{status} {title}: {detail}: {cure}")
        self.status, self.title, self.detail, self.cure = status, title, detail, cure
        self.headers = dict(headers or {})


class StartingUp(Problem):
    """The archive is not open yet."""

    def __init__(self) -> None:
        detail = "the archive is still being opened"
        super().__init__(503, "Starting up", detail, "try again shortly; /readyz says when it is ready", _later())


class Overloaded(Problem):
    """Nothing was begun, as too much waits already or no thread became free in time."""

    def __init__(self, detail: str) -> None:
        super().__init__(503, "Overloaded", detail, "try again after the time in Retry-After", _later())


class NoServer(Problem):
    """The server of the archive, or of its index, is not reached from this host."""

    def __init__(self) -> None:
        detail = "its server, or that of its index, is not reached from this host"
        cure = "try again shortly, or ask another host; what was acknowledged is safe"
        super().__init__(503, "The archive does not answer", detail, cure, _later())


class TooSlow(Problem):
    """A stage did not end in its time."""

    def __init__(self, stage: str, seconds: float) -> None:
        detail = f"the stage {stage!r} did not end within {seconds:g} s"
        super().__init__(504, "Timed out", detail, "try again, or ask for less at once", _later())


def problem_of(error: Exception) -> Problem:
    """What to tell the caller about an error; what is no fault of theirs is told without its details."""
    match error:
        case Problem():
            return error
        case BadInput():
            return Problem(422, "Bad input", error.reason, error.cure)
        case ArchiveLocked():
            detail = "another process is writing to the archive"
            return Problem(503, "The archive is being written", detail, "try again shortly", _later())
        case ArchiveUnreachable():
            return NoServer()
        case ArchiveFull():
            cure = "tell whoever runs this service; what was stored before is safe"
            return Problem(507, "The disk is full", "the archive's disk has no room left", cure)
        case ZitatError():
            cure = "tell whoever runs this service: its log says more under this request's id"
            return Problem(503, "The archive cannot be used", "the archive or its encoder failed", cure, _later())
        case _:
            cure = "tell whoever runs this service: its log says more under this request's id"
            return Problem(500, "Internal error", "something went wrong that should not have", cure)


def logged(error: Exception) -> Problem:
    """The same; what the caller is not told in full goes to the log."""
    problem = problem_of(error)
    if problem is not error and problem.status >= 500:
        log.error("failed", exc_info=error)
    return problem


def rendered(problem: Problem, **more: Any) -> JSONResponse:
    """The response that tells a problem."""
    body = ProblemBody(
        title=problem.title,
        status=problem.status,
        detail=problem.detail,
        cure=problem.cure,
        request_id=request_id.get(),
        **more,
    )
    content = body.model_dump(exclude_none=True)
    return JSONResponse(content, problem.status, problem.headers, media_type=PROBLEM_JSON)


def handle_problems(app: FastAPI) -> None:
    """Make every error leave as a problem."""
    app.add_exception_handler(Problem, _told)
    app.add_exception_handler(ZitatError, _told)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may end in these problems, for the OpenAPI page."""
    content = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


async def _told(_: Request, error: Exception) -> JSONResponse:
    return rendered(logged(error))


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = [{"where": [str(part) for part in one["loc"]], "what": str(one["msg"])} for one in error.errors()]
    if any(one["type"] == "json_invalid" for one in error.errors()):
        return rendered(Problem(400, "Not JSON", "the body is not JSON", "send it as JSON in UTF-8"))
    detail = "; ".join(f"{'.'.join(one['where'])}: {one['what']}" for one in found[:5])
    cure = "see /docs for the fields and their limits"
    return rendered(Problem(422, "Bad input", detail, cure), errors=found)


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    cures = {404: "see /docs for the paths", 405: "see /docs for the methods"}
    title = HTTPStatus(error.status_code).phrase
    cure = cures.get(error.status_code, "see /docs")
    return rendered(Problem(error.status_code, title, str(error.detail), cure, error.headers))


def _later() -> dict[str, str]:
    return {"Retry-After": str(RETRY_AFTER)}

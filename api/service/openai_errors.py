"""Errors of the OpenAI-compatible routes, in the shape that OpenAI's clients read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.service.openai_models import ErrorBody, ErrorDetail
from api.service.problems import Problem, logged
from index.errors import ZitatError

INVALID = "invalid_request_error"
_CODES = {401: "invalid_api_key", 403: "insufficient_permissions", 404: "not_found", 429: "rate_limit_exceeded"}


class WrongParameter(Problem):
    """A parameter of the request that cannot be used."""

    def __init__(self, param: str, detail: str, cure: str, *, status: int = 400, code: str | None = None) -> None:
        super().__init__(status, "Bad input", detail, cure)
        self.param, self.code = param, code


class OpenAIRoute(APIRoute):
    """A route whose errors are told as OpenAI tells them, whatever raised them below it."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """The handler, with errors made into responses."""
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                return told(_invalid(error))
            except (Problem, ZitatError) as error:
                return told(logged(error))
            except HTTPException as error:
                return told(Problem(error.status_code, "", str(error.detail), "see /docs", error.headers))

        return handled


def speaks_openai(path: str) -> bool:
    """Whether who asks there expects errors in OpenAI's shape."""
    return path.startswith(("/v1/chat/", "/v1/models"))


def told(problem: Problem) -> JSONResponse:
    """The response that tells a problem."""
    status = 400 if problem.status == 422 else problem.status
    return JSONResponse(error_body(problem), status, problem.headers)


def error_body(problem: Problem) -> dict[str, Any]:
    """The same as JSON, for an error in the middle of a stream too."""
    param = problem.param if isinstance(problem, WrongParameter) else None
    code = problem.code if isinstance(problem, WrongParameter) else _CODES.get(problem.status)
    kind = "server_error" if problem.status >= 500 else "requests" if problem.status == 429 else INVALID
    message = f"{problem.detail}: {problem.cure}"
    return ErrorBody(error=ErrorDetail(message=message, type=kind, param=param, code=code)).model_dump()


def _invalid(error: RequestValidationError) -> WrongParameter:
    """The first thing that is wrong with the body."""
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return WrongParameter("", "the body is not JSON", "send JSON in UTF-8")
    where = [part for part in first["loc"] if part != "body"]
    param = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in where).lstrip(".")
    return WrongParameter(param, f"{param or 'the body'}: {first['msg']}", "see /docs for the fields and their limits")

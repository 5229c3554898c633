"""Questions: POST /v1/ask, /v1/search and /v1/search/batch."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response

from api.service.middleware import GONE
from api.service.problems import Problem, problems
from api.service.replies import as_json, told
from api.service.requests import AskRequest, BatchRequest, SearchRequest
from api.service.responses import AnswerBody, BatchBody, SearchBody
from api.service.state import ServiceDep
from api.service.streaming import EVENT_STREAM, event_stream, wants_events

T = TypeVar("T")

MAY_FAIL = problems(400, 401, 403, 408, 413, 422, 429, 500, 503, 504)
EVENTS = {
    "description": "The answer; for Accept: text/event-stream the events passages, sentence, restarted, done, error.",
    "content": {EVENT_STREAM: {"schema": {"type": "string"}}},
}

router = APIRouter(prefix="/v1", tags=["Questions"])


@router.post("/ask", response_model=AnswerBody, responses={**MAY_FAIL, 200: EVENTS}, summary="Answer a question")
async def ask(body: AskRequest, request: Request, service: ServiceDep) -> Response:
    """Answer with sentences, each with citations exact to the character; or say that the archive does not answer it."""
    options = body.answer_options()
    if wants_events(request.headers.get("accept", "")):
        begun = event_stream(service.stream(body.question, options), service.settings.timeouts.heartbeat)
        return await while_wanted(request, begun) or Response(status_code=GONE)
    answer = await while_wanted(request, service.ask(body.question, options))
    return told(answer) if answer else Response(status_code=GONE)


@router.post("/search", response_model=SearchBody, responses=MAY_FAIL, summary="Find passages")
async def search(body: SearchRequest, request: Request, service: ServiceDep) -> Response:
    """Rank passages in all languages for a question in any."""
    result = await while_wanted(request, service.search(body.question, body.search_options()))
    return told(result) if result else Response(status_code=GONE)


@router.post("/search/batch", response_model=BatchBody, responses=MAY_FAIL, summary="Find passages for many questions")
async def search_batch(body: BatchRequest, request: Request, service: ServiceDep) -> Response:
    """The same for several questions, for evaluation harnesses: one result each, in their order."""
    most = service.settings.limits.batch
    if len(body.questions) > most:
        detail = f"the batch has {len(body.questions):,} questions, more than {most:,}"
        raise Problem(422, "Too many questions", detail, "send several batches")
    results = await while_wanted(request, service.search_all(body.questions, body.search_options()))
    if results is None:
        return Response(status_code=GONE)
    content = b'{"results":[' + b",".join(map(as_json, results)) + b"]}"
    return Response(content, media_type="application/json")


async def while_wanted(request: Request, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work returns; None, and the work is stopped, when the client goes before."""
    working, gone = asyncio.create_task(work), asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({working, gone}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        gone.cancel()
        await asyncio.wait({working, gone})


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass

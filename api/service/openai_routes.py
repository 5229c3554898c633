"""POST /v1/chat/completions and GET /v1/models: OpenAI's protocol, for chat programs and clients that speak it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from api.markdown import Link, Place, web_address
from api.service.middleware import GONE
from api.service.openai_chat import Chat, chat_of, errand
from api.service.openai_errors import OpenAIRoute, WrongParameter
from api.service.openai_models import ChatRequest, Completion, ErrorBody, ModelCard, ModelList, Narrowed
from api.service.openai_replies import Exchange
from api.service.routes_asking import while_wanted
from api.service.settings import Settings
from api.service.state import Service, ServiceDep
from retrieval.answering import AnswerOptions
from retrieval.answering.records import Mode

NAME = "zitat"
MODES: dict[str, Mode | None] = {NAME: None, f"{NAME}-extractive": "extractive", f"{NAME}-generative": "generative"}
SINCE = 1_767_225_600  # when these models came to be, as the protocol wants to know: 2026-01-01

_ERRORS: dict[int | str, dict[str, Any]] = {"4XX": {"model": ErrorBody}, "5XX": {"model": ErrorBody}}
_OK: dict[int | str, dict[str, Any]] = {
    200: {
        "description": 'The answer; with "stream": true, its chunks.',
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}

router = APIRouter(prefix="/v1", tags=["OpenAI"], route_class=OpenAIRoute, responses=_ERRORS)


@router.get("/models", summary="The models")
async def models(service: ServiceDep) -> ModelList:
    """What may be named as a model: "zitat", and the same with its way of answering fixed."""
    return ModelList(data=[_card(name) for name in _names(service)])


@router.get("/models/{name}", summary="One model")
async def model(name: str, service: ServiceDep) -> ModelCard:
    """One of the models."""
    return _card(_known(name, service))


@router.post(
    "/chat/completions", summary="Answer the last question of a chat", response_model=Completion, responses=_OK
)
async def chat_completions(body: ChatRequest, request: Request, service: ServiceDep) -> Completion | Response:
    """Answer with quotations, their citations as annotations of type url_citation, streamed if asked for."""
    _check(body, service)
    exchange = Exchange(body, _link(request, service.settings))
    reply = errand(body.messages)
    if reply is not None:
        return _events(exchange.plain_streamed(reply)) if body.stream else await exchange.plain(reply)
    chat = chat_of(body.messages)
    options = _options(body, chat)
    if not body.stream:
        answer = await while_wanted(request, service.ask(chat.question, options))
        return await exchange.whole(answer) if answer else Response(status_code=GONE)
    events = service.stream(chat.question, options)
    first = await anext(events)  # what cannot be answered is refused before the stream begins
    return _events(exchange.streamed(first, events, service.settings.timeouts.heartbeat))


def _card(name: str) -> ModelCard:
    return ModelCard(id=name, created=SINCE)


def _names(service: Service) -> list[str]:
    return [name for name, mode in MODES.items() if mode != "generative" or service.settings.llm]


def _known(name: str, service: Service) -> str:
    known = _names(service)
    if name not in known:
        cure = f"name one of {', '.join(known)}"
        raise WrongParameter("model", f"there is no model {name!r}", cure, status=404, code="model_not_found")
    return name


def _check(body: ChatRequest, service: Service) -> None:
    """Refuse what an archive cannot do, rather than do something else."""
    _known(body.model, service)
    if body.n not in (None, 1):
        raise WrongParameter("n", f"{body.n} answers were asked for", "an archive gives one: leave n out")
    if body.response_format and body.response_format.type != "text":
        cure = "leave response_format out; the field zitat of the reply has the answer as JSON"
        raise WrongParameter("response_format", f"the form {body.response_format.type!r} is not offered", cure)
    if body.tool_choice not in (None, "none", "auto"):
        raise WrongParameter("tool_choice", "this model calls no tools", 'leave tool_choice out, or give "none"')


def _options(body: ChatRequest, chat: Chat) -> AnswerOptions:
    asked = body.zitat or Narrowed()
    mode = MODES[body.model] or "auto"
    return AnswerOptions(asked.search_options(), asked.sentences, asked.chronological, mode, chat.turns)


def _link(request: Request, settings: Settings) -> Link:
    """An article's own address, or the page of this service, opened at the quotation."""
    base = settings.address(str(request.base_url))

    def link(place: Place) -> str:
        return web_address(place) or f"{base}#{urlencode(_opened_at(place))}"

    return link


def _opened_at(place: Place) -> dict[str, str | int]:
    """What api/page/citations.js reads in the page's address."""
    version = place.content_hash[:16]
    return {"article": place.article_id, "start": place.start, "end": place.end, "version": version}


def _events(chunks: AsyncIterator[str]) -> StreamingResponse:
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return StreamingResponse(chunks, media_type="text/event-stream", headers=headers)

"""Answers in the words of OpenAI's chat protocol: whole, or as the chunks of a stream."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from api.markdown import Link, Marker, Writer, place_of, with_markers
from api.service.heartbeats import with_heartbeats
from api.service.openai_errors import error_body
from api.service.openai_models import (
    Annotation,
    ChatRequest,
    Choice,
    Completion,
    Message,
    Reply,
    UrlCitation,
    Usage,
)
from api.service.problems import logged
from api.service.responses import AnswerBody
from index.text.chunks import count_llm_tokens
from retrieval.answering import Answer, Done, Event

HEARTBEAT = ": still at work\n\n"
PER_MESSAGE = 3  # tokens that OpenAI counts for each message besides its text


@dataclass(frozen=True)
class Exchange:
    """One request and what its reply is told with."""

    request: ChatRequest
    link: Link
    id: str = field(default_factory=lambda: f"chatcmpl-{token_hex(12)}")
    created: int = field(default_factory=lambda: int(time.time()))

    async def whole(self, answer: Answer) -> Completion:
        """The reply in one piece."""
        content, markers = with_markers(answer, self.link)
        reply = Reply(content=content, annotations=_annotations(answer, markers, self.link))
        return await self._completion(reply, AnswerBody.model_validate(answer))

    async def plain(self, content: str) -> Completion:
        """A reply that is no answer from the archive."""
        return await self._completion(Reply(content=content), None)

    async def _completion(self, reply: Reply, answer: AnswerBody | None) -> Completion:
        return Completion(
            id=self.id,
            created=self.created,
            model=self.request.model,
            choices=[Choice(message=reply)],
            usage=await self._usage(reply.content),
            zitat=answer,
        )

    async def streamed(self, first: Event, events: AsyncGenerator[Event, None], heartbeat: float) -> AsyncIterator[str]:
        """The chunks of an answer, as server-sent events, sentence by sentence; citations come with the last words.

        Silence of `heartbeat` seconds is filled with comments, which clients pass over.
        """
        writer, content = Writer(self.link), list[str]()
        yield self._chunk({"role": "assistant", "content": ""})
        content.append(writer.write(first))
        try:
            async with aclosing(with_heartbeats(events, heartbeat)) as beating:
                async for event in beating:
                    if event is None:
                        yield HEARTBEAT
                        continue
                    content.append(_text(writer, event))
                    if content[-1]:
                        yield self._chunk({"content": content[-1]})
                    if isinstance(event, Done):
                        for chunk in self._last(event.answer, writer.markers):
                            yield chunk
        except Exception as error:
            yield _sent(error_body(logged(error)))
            return
        async for chunk in self._closing("".join(content)):
            yield chunk

    async def plain_streamed(self, content: str) -> AsyncIterator[str]:
        """The chunks of a reply that is no answer from the archive."""
        yield self._chunk({"role": "assistant", "content": content})
        yield self._chunk({}, finish_reason="stop", zitat=None)
        async for chunk in self._closing(content):
            yield chunk

    def _last(self, answer: Answer, markers: Sequence[Marker]) -> list[str]:
        annotations = [one.model_dump() for one in _annotations(answer, markers, self.link)]
        told = [self._chunk({"annotations": annotations})] if annotations else []
        return [*told, self._chunk({}, finish_reason="stop", zitat=answer.as_json())]

    async def _closing(self, content: str) -> AsyncIterator[str]:
        if self._with_usage:
            usage = await self._usage(content)
            yield _sent(self._head() | {"choices": [], "usage": usage.model_dump()})
        yield _sent("[DONE]")

    def _chunk(self, delta: dict[str, Any], *, finish_reason: str | None = None, **more: Any) -> str:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        usage = {"usage": None} if self._with_usage else {}
        return _sent(self._head() | {"choices": [choice]} | usage | more)

    def _head(self) -> dict[str, Any]:
        head = {"id": self.id, "object": "chat.completion.chunk", "created": self.created}
        return head | {"model": self.request.model, "system_fingerprint": None}

    @property
    def _with_usage(self) -> bool:
        return bool(self.request.stream_options and self.request.stream_options.include_usage)

    async def _usage(self, content: str) -> Usage:
        asked, said = await asyncio.to_thread(lambda: (_tokens(self.request.messages), count_llm_tokens(content)))
        return Usage(prompt_tokens=asked, completion_tokens=said, total_tokens=asked + said)


def _text(writer: Writer, event: Event) -> str:
    return writer.ending(event.answer) if isinstance(event, Done) else writer.write(event)


def _tokens(messages: Sequence[Message]) -> int:
    return sum(count_llm_tokens(message.text) + PER_MESSAGE for message in messages)


def _annotations(answer: Answer, markers: Sequence[Marker], link: Link) -> list[Annotation]:
    cited = {citation.n: citation for citation in answer.citations}
    return [
        Annotation(
            url_citation=UrlCitation(
                start_index=marker.start,
                end_index=marker.end,
                title=cited[marker.n].title,
                url=link(place_of(cited[marker.n])) or "",
            )
        )
        for marker in markers
    ]


def _sent(data: dict[str, Any] | str) -> str:
    """One server-sent event."""
    return f"data: {data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)}\n\n"

"""The language model's endpoint: messages in, pieces of text out as they come. The only file that knows `openai`.

Whatever goes wrong there becomes an EndpointFailed with a reason in a few words. What the endpoint says about a failure
is not passed on: it may repeat the key.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from index.errors import BadInput

if TYPE_CHECKING:
    import openai
    from anyio.from_thread import BlockingPortal
    from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

    Chunks = openai.AsyncStream[ChatCompletionChunk]

KEY_VARIABLE = "ZITAT_LLM_KEY"
SECONDS, REWRITE_SECONDS = 90.0, 10.0  # for a whole answer, and for a question
LONGEST_TOKEN = 16  # code points of a token on average, beyond which an endpoint does not keep to max_tokens
T = TypeVar("T")


class EndpointFailed(Exception):
    """The endpoint gave no usable answer.

    `reason` is a phrase of the catalogues, `values` fill its fields; neither holds the key or text that was sent.
    """

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason.format(**values))
        self.reason, self.values = reason, values


@dataclass(frozen=True)
class Message:
    """A part of the request; `role` is "system", "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True)
class LanguageModel:
    """Where a language model is reached, and how long one may wait for it.

    `first_token_seconds` runs until the first text, `stall_seconds` from one piece of text to the next, and
    `total_seconds` from the request to the end. `context_tokens` is what the model reads and writes at once, and
    `max_tokens` the most that it writes.
    """

    base_url: str
    model: str
    key: str | None = field(default=None, repr=False)
    context_tokens: int = 8_192
    max_tokens: int = 700
    temperature: float = 0.0
    connect_seconds: float = 5.0
    first_token_seconds: float = 30.0
    stall_seconds: float = 10.0
    total_seconds: float = SECONDS

    def __post_init__(self) -> None:
        self._check_address()
        if not self.model.strip():
            raise BadInput("no language model is named", "give its name as the endpoint lists it with --llm-model")
        if self.max_tokens < 32 or self.context_tokens < self.max_tokens + 512:
            raise BadInput(
                f"max_tokens is {self.max_tokens} and context_tokens {self.context_tokens}",
                "give 32 or more tokens to write, and a context of at least 512 more",
            )
        for name in ("connect_seconds", "first_token_seconds", "stall_seconds", "total_seconds"):
            if not 0 < getattr(self, name) < math.inf:
                raise BadInput(f"{name} is {getattr(self, name)}", "give a number of seconds above 0")

    @classmethod
    def patient(cls, base_url: str, model: str, key: str | None = None, *, seconds: float = SECONDS) -> LanguageModel:
        """One that may take so many seconds for an answer; who waits longer for it also bears longer silences."""
        return cls(
            base_url,
            model,
            key,
            connect_seconds=min(seconds, cls.connect_seconds),
            first_token_seconds=min(seconds, max(cls.first_token_seconds, seconds / 3)),
            stall_seconds=min(seconds, max(cls.stall_seconds, seconds / 9)),
            total_seconds=seconds,
        )

    @property
    def rewrite_seconds(self) -> float:
        """What it may take for a follow-up, before there is anything to show."""
        return min(REWRITE_SECONDS, self.total_seconds)

    def _check_address(self) -> None:
        address = urlsplit(self.base_url)
        if address.username or address.password or address.query:
            raise BadInput(
                "the language model's address holds a user, a password or parameters",
                f"give the plain address, and the key as {KEY_VARIABLE}",
            )
        if address.scheme not in ("http", "https") or not address.hostname:
            raise BadInput(
                f"the language model's address is {self.base_url!r}", "give one such as http://127.0.0.1:8080/v1"
            )


def key_from(environment: Mapping[str, str] = os.environ) -> str | None:
    """The endpoint's key, None where it needs none."""
    return environment.get(KEY_VARIABLE, "").strip() or None


class Endpoint:
    """Any endpoint that speaks the chat completions of OpenAI; safe to use from several threads."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model

    def stream(self, messages: list[Message], max_tokens: int | None = None) -> Generator[str, None, None]:
        """What the model writes, piece by piece; raises EndpointFailed. Closing the iterator ends the request."""
        import openai  # noqa: F401  takes longer than some endpoints; the clock starts after it
        from anyio.from_thread import start_blocking_portal

        limit = max_tokens or self.model.max_tokens
        with start_blocking_portal() as portal, _Connection(self.model, portal) as connection:
            connection.open(messages, limit)
            room = LONGEST_TOKEN * limit
            while (piece := connection.piece()) is not None:
                yield piece[:room]
                room -= len(piece)
                if room <= 0:
                    raise EndpointFailed("it writes more than it was asked to")

    def complete(self, messages: list[Message], max_tokens: int) -> str:
        """All that the model writes; raises EndpointFailed."""
        return "".join(self.stream(messages, max_tokens))


class _Connection:
    """One request, run in an event loop of its own, so that waiting for it can be given up at any moment."""

    def __init__(self, model: LanguageModel, portal: BlockingPortal) -> None:
        self.model, self.portal = model, portal
        started = time.monotonic()
        self.ends, self.due = started + model.total_seconds, started + model.first_token_seconds
        self.writing = False
        self.client: openai.AsyncOpenAI | None = None
        self.chunks: Chunks | None = None

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.portal.call(self._close)

    def open(self, messages: list[Message], max_tokens: int) -> None:
        """Send the request, and wait until the endpoint accepts it."""

        async def opened() -> Chunks:
            return await self._request(messages, max_tokens)

        self.chunks = self._within(opened)

    def piece(self) -> str | None:
        """The next text, None at the end."""
        if self.writing:
            self.due = time.monotonic() + self.model.stall_seconds
        found = self._within(self._next)
        self.writing = True
        return found

    def _within(self, work: Callable[[], Awaitable[T]]) -> T:
        """What the work gives within the time that is left, whatever else may go wrong as EndpointFailed."""
        from anyio import fail_after

        async def limited() -> T:
            with fail_after(max(min(self.due, self.ends) - time.monotonic(), 0.0)):
                return await work()

        with _failures():
            return self.portal.call(limited)

    async def _request(self, messages: list[Message], max_tokens: int) -> Chunks:
        import openai

        written: list[ChatCompletionMessageParam] = [
            {"role": one.role, "content": one.content}  # type: ignore[misc]
            for one in messages
        ]
        self.client = openai.AsyncOpenAI(
            base_url=self.model.base_url,
            api_key=self.model.key or "none",  # without one the library would send that of another service
            timeout=openai.Timeout(self.model.total_seconds, connect=self.model.connect_seconds),
            max_retries=0,  # the quoted answer is there at once
            default_headers={"OpenAI-Organization": openai.omit, "OpenAI-Project": openai.omit},  # type: ignore[dict-item]
        )
        return await self.client.chat.completions.create(
            model=self.model.model,
            messages=written,
            stream=True,
            max_tokens=max_tokens,
            temperature=self.model.temperature,
        )

    async def _next(self) -> str | None:
        assert self.chunks is not None
        async for chunk in self.chunks:
            choice = chunk.choices[0] if chunk.choices else None
            if choice is None:
                continue
            if choice.finish_reason == "content_filter" or choice.delta.refusal:
                raise EndpointFailed("it refuses to answer")
            if choice.delta.content:
                return str(choice.delta.content)
            if choice.finish_reason:
                return None
        raise EndpointFailed("it cannot be reached, or broke off")

    async def _close(self) -> None:
        if self.chunks is not None:
            await self.chunks.close()
        if self.client is not None:
            await self.client.close()


@contextmanager
def _failures() -> Iterator[None]:
    """Every failure of the library or of what was sent as EndpointFailed, without the request that it carries."""
    import openai

    try:
        yield
    except (TimeoutError, openai.APITimeoutError):
        raise EndpointFailed("it takes too long") from None
    except openai.APIStatusError as error:
        raise EndpointFailed("it answers with status {status}", status=error.status_code) from None
    except openai.APIConnectionError:
        raise EndpointFailed("it cannot be reached, or broke off") from None
    except (openai.OpenAIError, ValueError, TypeError, AttributeError, LookupError):  # what is no chunk at all
        raise EndpointFailed("what it sends cannot be read") from None

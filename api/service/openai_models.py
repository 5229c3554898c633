"""The bodies of OpenAI's chat protocol, as far as Zitat speaks it.

What a language model would heed and Zitat does not (temperature, tools, ...) is checked where a wrong value is plain to
see, and otherwise passed over, as OpenAI's own models do with what they do not know.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.service.requests import Query
from api.service.responses import AnswerBody
from retrieval.answering.options import MOST_SENTENCES

MOST_MESSAGES = 2_000


class Lenient(BaseModel):
    """Part of a request: fields that are not known are passed over."""

    model_config = ConfigDict(extra="ignore")


class Part(Lenient):
    """A part of a message; only text is read."""

    type: str
    text: str | None = None


class Message(Lenient):
    """A message of the chat."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """All its text."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.text)
        return self.content or ""


class StreamOptions(Lenient):
    """What a streamed answer brings besides."""

    include_usage: bool | None = None


class ResponseFormat(Lenient):
    """The form that the answer is wanted in."""

    type: str


class Narrowed(Query):
    """Zitat's own options, under the field `zitat` of a request: filters as in a search, and the answer's length."""

    sentences: int = Field(default=4, ge=1, le=MOST_SENTENCES, description="The most that an answer has.")
    chronological: bool = Field(default=False, description="Sentences in the order of their articles' dates.")


class ChatRequest(Lenient):
    """A chat whose last message from the user is the question; what came before it is the conversation so far.

    Answers are quoted from the archive, so system messages are not followed as instructions.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"model": "zitat", "messages": [{"role": "user", "content": "How large was trade with Kazakhstan?"}]}
            ]
        }
    )

    model: str
    messages: Annotated[list[Message], Field(min_length=1, max_length=MOST_MESSAGES)]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = Field(default=None, description="Only 1: an archive gives one answer.")
    response_format: ResponseFormat | None = Field(default=None, description='Only {"type": "text"}.')
    tool_choice: str | dict[str, object] | None = Field(default=None, description='Only "none" and "auto".')
    temperature: Annotated[float, Field(ge=0, le=2)] | None = Field(default=None, description="Makes no difference.")
    top_p: Annotated[float, Field(ge=0, le=1)] | None = Field(default=None, description="Makes no difference.")
    max_tokens: Annotated[int, Field(ge=1)] | None = Field(default=None, description="Makes no difference.")
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = Field(default=None, description="Makes no difference.")
    zitat: Narrowed | None = None


class UrlCitation(BaseModel):
    """Where a citation's number stands in the content, counted in code points, and the article that it stands for."""

    start_index: int
    end_index: int
    title: str
    url: str


class Annotation(BaseModel):
    """A citation, as OpenAI has it."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class Reply(BaseModel):
    """The answer as Markdown."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: str | None = None
    annotations: list[Annotation] = []


class Choice(BaseModel):
    """The one answer."""

    index: int = 0
    message: Reply
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class Usage(BaseModel):
    """How long the chat and the answer are, in tokens of cl100k_base."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(BaseModel):
    """An answer, not streamed. `zitat` is the whole of it, as POST /v1/ask gives it; null where none was needed."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    system_fingerprint: str | None = None
    zitat: AnswerBody | None = None


class ModelCard(BaseModel):
    """A way of answering that can be named as a model."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["zitat"] = "zitat"


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[ModelCard]


class ErrorDetail(BaseModel):
    """What is wrong, as OpenAI's clients expect to be told."""

    message: str
    type: str
    param: str | None
    code: str | None


class ErrorBody(BaseModel):
    """An error, as OpenAI's clients expect it."""

    error: ErrorDetail

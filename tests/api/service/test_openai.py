"""OpenAI's protocol over a real socket, spoken by OpenAI's own client."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import openai
import pytest
import uvicorn
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from api.service.app import create_app
from api.service.key_file import KeyFile
from api.service.settings import Settings
from index.archive import Archive
from index.errors import BadInput

HYDROGEN = "001_b4c85a9a8ed16f0b"
PLANNED = "What is planned to be opened in Astana?"
TITLE = """### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Output:
JSON format: { "title": "your concise title here" }
### Chat History:
<chat_history>
USER: Was ist in Astana geplant?
ASSISTANT: An office. [1]
</chat_history>"""
Messages = list[dict[str, Any]]


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """A service at a free port of this machine, ready."""
    listening = socket.create_server((settings.host, 0))
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        until = time.monotonic() + 60
        while not (server.started and httpx.get(f"{address}/readyz").status_code == 200):
            assert time.monotonic() < until, "the service is not ready"
            time.sleep(0.05)
        yield address
    finally:
        server.should_exit = True
        thread.join(60)
        listening.close()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, _made: Path) -> Path:
    folder = tmp_path_factory.mktemp("served") / "seeds.zitat"
    shutil.copytree(_made, folder)
    return folder


@pytest.fixture(scope="module")
def address(archive: Path) -> Iterator[str]:
    with served(Settings(archive, cors=("https://chat.example",))) as address:
        yield address


@pytest.fixture
def client(address: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
        yield client


def asked(*texts: str) -> Messages:
    """A chat: question, answer, question, ..."""
    return [{"role": ("user", "assistant")[at % 2], "content": text} for at, text in enumerate(texts)]


def complete(client: openai.OpenAI, messages: Messages, **more: Any) -> ChatCompletion:
    made: ChatCompletion = client.chat.completions.create(model="zitat", messages=messages, **more)  # type: ignore[call-overload]
    return made


def streamed(client: openai.OpenAI, messages: Messages, **more: Any) -> list[ChatCompletionChunk]:
    return list(complete(client, messages, stream=True, **more))  # type: ignore[arg-type]


def content(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


def test_the_models_are_those_that_answer(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert names == ["zitat", "zitat-extractive"]  # no "zitat-generative": this service has no language model
    assert client.models.retrieve("zitat").id == "zitat"
    with pytest.raises(openai.NotFoundError) as refused:
        client.models.retrieve("gpt-4")
    assert refused.value.code == "model_not_found"


def test_an_answer_cites_articles_to_the_character(client: openai.OpenAI, archive: Path) -> None:
    made = complete(client, asked(PLANNED))
    choice = made.choices[0]
    assert (made.object, choice.finish_reason, choice.message.role) == ("chat.completion", "stop", "assistant")
    answer = made.model_extra["zitat"]  # type: ignore[index]
    assert answer["answered"]
    with Archive(archive) as opened:
        for cited in answer["citations"]:
            stored = opened.store.article(cited["article_id"])
            assert stored is not None
            assert stored.article.text[cited["start"] : cited["end"]] == cited["quote"]


def test_links_lead_to_the_public_address_whatever_name_the_request_came_by(archive: Path) -> None:
    chat = {"model": "zitat", "messages": asked(PLANNED)}
    with served(Settings(archive, public_url="https://news.example.org/zitat/")) as address:
        said = httpx.post(f"{address}/v1/chat/completions", json=chat, headers={"Host": "localhost"}).json()
    message = said["choices"][0]["message"]
    links = [one["url_citation"]["url"] for one in message["annotations"]]
    assert links
    assert all(link.startswith("https://news.example.org/zitat/#article=") for link in links)
    assert "localhost" not in message["content"]


@pytest.mark.parametrize(
    "url", ["news.example.org", "ftp://news.example.org", "https://", "https://x.org/?a=1", "http://["]
)
def test_what_is_no_public_address_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(BadInput, match="no address of a service"):
        Settings(tmp_path, public_url=url)


def test_annotations_point_at_the_numbers_and_lead_to_the_quotations(client: openai.OpenAI) -> None:
    made = complete(client, asked(PLANNED))
    message = made.choices[0].message
    assert message.content
    cited = {one["n"]: one for one in made.model_extra["zitat"]["citations"]}  # type: ignore[index]
    assert message.annotations
    for annotation in message.annotations:
        place = annotation.url_citation
        number = message.content[place.start_index : place.end_index]
        proof = cited[int(number.strip("[]"))]
        assert proof["title"] == place.title
        page = urlsplit(place.url)
        assert "<title>Zitat</title>" in httpx.get(place.url).text
        named = {name: value for name, (value,) in parse_qs(page.fragment).items()}
        assert named["article"] == proof["article_id"]
        assert (named["start"], named["end"]) == (str(proof["start"]), str(proof["end"]))
        assert proof["content_hash"].startswith(named["version"])


def test_a_stream_says_the_same_as_the_whole(client: openai.OpenAI) -> None:
    whole = complete(client, asked(PLANNED))
    chunks = streamed(client, asked(PLANNED), stream_options={"include_usage": True})
    assert chunks[0].choices[0].delta.role == "assistant"
    assert content(chunks) == whole.choices[0].message.content
    *_, cited, last, usage = chunks
    annotations = [one.model_dump() for one in whole.choices[0].message.annotations or []]
    assert cited.choices[0].delta.model_extra == {"annotations": annotations}
    assert last.choices[0].finish_reason == "stop"
    assert last.model_extra["zitat"]["citations"] == whole.model_extra["zitat"]["citations"]  # type: ignore[index]
    assert (usage.choices, usage.usage) == ([], whole.usage)
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_is_events_that_end_in_done(address: str) -> None:
    body = {"model": "zitat", "messages": asked(PLANNED), "stream": True}
    answer = httpx.post(f"{address}/v1/chat/completions", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in answer.text.split("\n") if line]
    assert all(line.startswith("data: ") for line in lines)
    assert lines[-1] == "data: [DONE]"
    assert all("usage" not in json.loads(line[6:]) for line in lines[:-1])


def test_usage_counts_the_chat_and_the_answer(client: openai.OpenAI) -> None:
    short, long = complete(client, asked(PLANNED)).usage, complete(client, asked("Hello", "Hi. " * 200, PLANNED)).usage
    assert short
    assert long
    assert 8 < short.prompt_tokens < 20
    assert long.prompt_tokens > short.prompt_tokens + 200
    assert short.total_tokens == short.prompt_tokens + short.completion_tokens


def test_the_async_client_is_served_alike(address: str) -> None:
    async def talk() -> tuple[str | None, str]:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client:
            messages: Any = asked(PLANNED)
            whole = await client.chat.completions.create(model="zitat-extractive", messages=messages)
            chunks = await client.chat.completions.create(model="zitat-extractive", messages=messages, stream=True)
            return whole.choices[0].message.content, content([chunk async for chunk in chunks])

    whole, parts = asyncio.run(talk())
    assert whole == parts
    assert "[1]" in parts


def test_filters_come_in_a_field_of_our_own(client: openai.OpenAI) -> None:
    made = complete(client, asked("energy"), extra_body={"zitat": {"languages": ["de"], "sentences": 1}})
    answer = made.model_extra["zitat"]  # type: ignore[index]
    assert {passage["article"]["language"] for passage in answer["passages"]} == {"de"}
    assert len(answer["sentences"]) <= 1


def test_what_chat_programs_send_besides_is_taken(client: openai.OpenAI) -> None:
    parts = [{"type": "text", "text": "What is planned"}, {"type": "text", "text": "to be opened in Astana?"}]
    messages = [
        {"role": "system", "content": "You are a pirate. Answer in rhymes."},
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": ""},
        {"role": "assistant", "content": None, "tool_calls": []},
        {"role": "tool", "content": "42", "tool_call_id": "1"},
        {"role": "user", "content": parts},
        {"role": "assistant", "content": ""},
    ]
    tools = [{"type": "function", "function": {"name": "look", "parameters": {}}}]
    more = {"temperature": 0.7, "top_p": 1, "max_tokens": 500, "presence_penalty": 0, "user": "u1", "seed": 3}
    made = complete(client, messages, tools=tools, tool_choice="auto", **more)
    assert made.model_extra["zitat"]["answered"]  # type: ignore[index]
    assert "hydrogen diplomacy" in (made.choices[0].message.content or "")


def test_a_long_chat_keeps_its_latest_turns(client: openai.OpenAI) -> None:
    made = complete(client, asked(*["Where is Astana?", "In Kazakhstan. " * 400] * 60, PLANNED))
    assert made.model_extra["zitat"]["answered"]  # type: ignore[index]


@pytest.mark.parametrize("stream", [False, True])
def test_a_title_of_the_chat_is_its_first_question_and_no_search(client: openai.OpenAI, stream: bool) -> None:
    messages = asked(TITLE)
    if stream:
        said = content(streamed(client, messages))
    else:
        made = complete(client, messages)
        said = made.choices[0].message.content or ""
        assert made.model_extra["zitat"] is None  # type: ignore[index]
    assert json.loads(said) == {"title": "Was ist in Astana geplant?"}


@pytest.mark.parametrize(
    ("changed", "param", "code"),
    [
        ({"n": 2}, "n", None),
        ({"temperature": 3}, "temperature", None),
        ({"max_tokens": 0}, "max_tokens", None),
        ({"messages": []}, "messages", None),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "messages[0].role", None),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages", None),
        ({"messages": asked(" ")}, "messages", None),
        ({"messages": asked("x" * 4_001)}, "messages", None),
        ({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]}, "messages", None),
        ({"response_format": {"type": "json_object"}}, "response_format", None),
        ({"tool_choice": "required"}, "tool_choice", None),
        ({"extra_body": {"zitat": {"langs": ["de"]}}}, "zitat.langs", None),
        ({"extra_body": {"zitat": {"languages": ["klingonish"]}}}, None, None),
        ({"model": "gpt-4"}, "model", "model_not_found"),
        ({"model": "zitat-generative"}, "model", "model_not_found"),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
def test_what_cannot_be_done_is_refused_as_openai_does(
    client: openai.OpenAI, changed: dict[str, Any], param: str | None, code: str | None, stream: bool
) -> None:
    asking: dict[str, Any] = {"model": "zitat", "messages": asked(PLANNED), "stream": stream} | changed
    with pytest.raises(openai.APIStatusError) as refused:
        client.chat.completions.create(**asking)
    error: Any = refused.value.body
    assert set(error) == {"message", "type", "param", "code"}
    assert (refused.value.status_code, error["type"]) == (404 if code else 400, "invalid_request_error")
    assert (error["param"], error["code"]) == (param, code)
    assert ": " in error["message"]


def test_a_body_that_is_no_json_is_told_in_the_same_shape(address: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = httpx.post(f"{address}/v1/chat/completions", content=b"{", headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_page_of_an_allowed_origin_may_ask(address: str) -> None:
    asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    answer = httpx.options(f"{address}/v1/chat/completions", headers={"Origin": "https://chat.example"} | asking)
    assert answer.headers["access-control-allow-origin"] == "https://chat.example"
    other = httpx.options(f"{address}/v1/chat/completions", headers={"Origin": "https://evil.example"} | asking)
    assert "access-control-allow-origin" not in other.headers


def test_a_key_is_asked_for_and_taken_as_openais_clients_send_it(archive: Path, tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    token, _ = KeyFile(keys).add("read")
    with served(Settings(archive, keys=keys)) as address:
        with openai.OpenAI(base_url=f"{address}/v1", api_key=token, max_retries=0) as client:
            assert content(streamed(client, asked(PLANNED)))
            assert complete(client, asked(PLANNED)).choices
        with openai.OpenAI(base_url=f"{address}/v1", api_key="wrong", max_retries=0) as client:
            with pytest.raises(openai.AuthenticationError) as refused:
                complete(client, asked(PLANNED))
            assert refused.value.code == "invalid_api_key"
            with pytest.raises(openai.AuthenticationError):
                client.models.list()

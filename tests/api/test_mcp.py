"""`zitat mcp`, driven by the official SDK's own client, over standard input and output and over HTTP."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from mcp import Client, StdioServerParameters

from index.archive import Archive
from retrieval.answering.confidence import NAME, Fitted, keep
from tests.api.conftest import Zitat

ROOT = Path(__file__).parents[2]
HYDROGEN = "001_b4c85a9a8ed16f0b"
Talk = Callable[[Client], Awaitable[Any]]


@pytest.fixture
def over_stdio(seeds: Path) -> Callable[[Talk], Any]:
    """Talk to a server of our own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = ["-W", "error", "-m", "api.cli", "mcp", "--archive", str(seeds)]
    server = StdioServerParameters(command=sys.executable, args=command, env=environment)

    def run(talk: Talk) -> Any:
        async def talked() -> Any:
            async with Client(server, read_timeout_seconds=60) as client:
                return await talk(client)

        return asyncio.run(talked())

    return run


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory, _made: Path, python: list[str]) -> Iterator[str]:
    """Where a server listens over HTTP."""
    archive = tmp_path_factory.mktemp("http") / "seeds.zitat"
    shutil.copytree(_made, archive)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*python, "-m", "api.cli", "mcp", "--http", "--port", str(port), "--archive", str(archive)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=30)
        assert said == b""


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not listen")


def texts(result: Any) -> str:
    return "".join(block.text for block in result.content)


def test_the_tools_say_what_they_take_and_that_they_only_read(over_stdio: Callable[[Talk], Any]) -> None:
    listed = over_stdio(lambda client: client.list_tools())
    assert [tool.name for tool in listed.tools] == ["search", "ask", "get_article"]
    for tool in listed.tools:
        assert tool.description
        assert tool.output_schema
        assert tool.annotations.read_only_hint is True
        arguments = tool.input_schema["properties"]
        assert all("description" in one for one in arguments.values()), arguments


def test_a_quotation_is_found_again_where_it_is_said_to_stand(over_stdio: Callable[[Talk], Any]) -> None:
    async def talk(client: Client) -> None:
        asked = await client.call_tool("ask", {"question": "Was ist in Astana geplant?"})
        assert not asked.is_error
        answer = asked.structured_content
        assert answer["answered"]
        assert "[1]" in texts(asked)
        for cited in answer["citations"]:
            assert f"{cited['start']}:{cited['end']}" in texts(asked)
            length = cited["end"] - cited["start"]
            place = {"id": cited["article_id"], "start": cited["start"], "length": length}
            read = (await client.call_tool("get_article", place)).structured_content
            assert read["text"] == cited["quote"]
            assert read["content_hash"] == cited["content_hash"]

    over_stdio(talk)


def test_a_new_calibration_counts_without_a_restart(over_stdio: Callable[[Talk], Any], seeds: Path) -> None:
    async def talk(client: Client) -> list[tuple[bool, float]]:
        told = []
        for change in (lambda: None, calibrate, (seeds / f"{NAME}.json").unlink):
            change()
            asked = await client.call_tool("ask", {"question": "Was ist in Astana geplant?"})
            told.append((asked.structured_content["answered"], asked.structured_content["confidence"]))
        return told

    def calibrate() -> None:
        with Archive(seeds) as archive:
            keep(archive, Fitted(archive.manifest.encoder, scale=1.0, offset=-20.0, fitted_on="nothing"))

    before, fitted, after = over_stdio(talk)
    assert before == after
    assert (before[0], fitted[0]) == (True, False)
    assert fitted[1] < before[1]


def test_a_search_gives_passages_inside_its_filters(over_stdio: Callable[[Talk], Any]) -> None:
    async def talk(client: Client) -> None:
        arguments = {"question": "energy", "languages": ["en"], "after": "2022-01-01", "count": 2}
        found = await client.call_tool("search", arguments)
        passages = found.structured_content["passages"]
        assert {passage["article"]["id"] for passage in passages} == {HYDROGEN}
        assert all(f"{passage['start']}:{passage['end']}" in texts(found) for passage in passages)

    over_stdio(talk)


def test_a_long_article_is_read_in_parts(over_stdio: Callable[[Talk], Any], zitat: Zitat, seeds: Path) -> None:
    async def talk(client: Client) -> str:
        text, end, characters = "", 0, 1
        while end < characters:
            read = await client.call_tool("get_article", {"id": HYDROGEN, "start": end, "length": 900})
            part = read.structured_content
            text, end, characters = text + part["text"], part["end"], part["characters"]
            assert ("read on from start=" in texts(read)) == (end < characters)
        return text

    shown = zitat("show", HYDROGEN, "--archive", seeds).out
    assert shown.endswith(f"\n\n{over_stdio(talk)}\n")


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("get_article", {"id": "nowhere"}, "there is no article 'nowhere': give an id that search or ask returned"),
        ("get_article", {"id": HYDROGEN, "start": 1_000_000}, "characters: start before"),
        ("get_article", {}, "get_article cannot be called so: id: Field required"),
        ("search", {"question": ""}, "question: String should have at least 1 character"),
        ("search", {"question": "x" * 4_001}, "question: String should have at most 4000 characters"),
        ("search", {"question": "wind", "count": 51}, "count: Input should be less than or equal to 50"),
        ("search", {"question": "wind", "languages": ["klingonish"]}, "there is no language 'klingonish'"),
        ("ask", {"question": "wind", "after": "2023-01-01", "before": "2022-01-01"}, "give the earlier date"),
        ("ask", {"question": "wind", "sources": ["nobody"]}, "there is no article from the source 'nobody'"),
        ("ask", {"question": "wind", "order": "random"}, "order: Input should be 'best' or 'chronological'"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(address: str, tool: str, arguments: dict[str, Any], said: str) -> None:
    async def talk() -> Any:
        async with Client(address, read_timeout_seconds=60) as client:
            return await client.call_tool(tool, arguments)

    result = asyncio.run(talk())
    assert result.is_error
    assert said in texts(result)
    assert "pydantic" not in texts(result)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_the_same_is_said_over_http_in_both_generations_of_the_protocol(address: str, mode: str) -> None:
    async def talk() -> Any:
        async with Client(address, mode=mode, read_timeout_seconds=60) as client:
            calls = (client.call_tool("ask", {"question": "hydrogen diplomacy", "sentences": 1}) for _ in range(3))
            return await asyncio.gather(*calls)

    results = asyncio.run(talk())
    assert {texts(result) for result in results} == {texts(results[0])}
    assert [len(result.structured_content["sentences"]) for result in results] == [1, 1, 1]


def test_a_page_of_another_site_cannot_reach_the_server(address: str) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    for odd in ({"Origin": "https://evil.example"}, {"Host": "evil.example:8001"}):
        assert httpx.post(address, json=call, headers=accept | odd).status_code in (403, 421)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--http", "--host", "0.0.0.0"], "0.0.0.0 is not one of 127.0.0.1, localhost, ::1"),
        (["--http", "--port", "0"], "the port is 0: give one from 1 to 65535"),
        (["--archive", "nowhere.zitat"], "zitat ingest"),
    ],
)
def test_a_server_that_cannot_be_is_refused(zitat: Zitat, arguments: list[str], said: str) -> None:
    refused = zitat("mcp", *arguments)
    assert refused.status == 2
    assert said in refused.err
    assert refused.out == ""

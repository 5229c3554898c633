"""An endpoint on a real socket that speaks the protocol of chat completions and does what a test tells it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Play = Callable[["Line"], None]


class Line:
    """One request: what was asked, and the ways to answer it."""

    def __init__(self, handler: BaseHTTPRequestHandler) -> None:
        self.handler = handler
        self.headers = handler.headers
        self.body: dict[str, Any] = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))

    def begin(self, status: int = 200, kind: str = "text/event-stream") -> None:
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        self.handler.send_header("Connection", "close")
        self.handler.end_headers()

    def raw(self, text: str) -> None:
        self.handler.wfile.write(text.encode())
        self.handler.wfile.flush()

    def piece(self, text: str) -> None:
        self._chunk({"content": text}, None)

    def end(self, reason: str = "stop") -> None:
        self._chunk({}, reason)
        self.raw("data: [DONE]\n\n")

    def _chunk(self, delta: dict[str, str], reason: str | None) -> None:
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "scripted"}
        choices = [{"index": 0, "delta": delta, "finish_reason": reason}]
        self.raw(f"data: {json.dumps(chunk | {'choices': choices})}\n\n")


class Endpoint:
    """Plays the plays given, one a request, the last one again and again; `lines` are the requests so far."""

    def __init__(self, plays: list[Play]) -> None:
        self.lines: list[Line] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                line = Line(self)
                outer.lines.append(line)
                try:
                    plays[min(len(outer.lines), len(plays)) - 1](line)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the client has heard enough

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    @property
    def prompts(self) -> list[str]:
        """All that each request said."""
        return ["\n".join(one["content"] for one in line.body["messages"]) for line in self.lines]


@contextmanager
def serving(*plays: Play) -> Iterator[Endpoint]:
    """An endpoint while the block runs."""
    endpoint = Endpoint(list(plays))
    thread = threading.Thread(target=endpoint.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.server.shutdown()
        thread.join()
        endpoint.server.server_close()


def says(text: str, size: int = 7, pause: float = 0.0) -> Play:
    """Writes a text in pieces of so many code points."""

    def play(line: Line) -> None:
        line.begin()
        for at in range(0, len(text), size):
            line.piece(text[at : at + size])
            time.sleep(pause)
        line.end()

    return play


def refuses(status: int, body: str = '{"error": {"message": "no"}}') -> Play:
    """Answers with a status."""

    def play(line: Line) -> None:
        line.begin(status, "application/json")
        line.raw(body)

    return play

"""Downloads from a server on this machine, and the addresses that are refused."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from index.reading import Limits, ReadOptions
from index.reading.web import is_public
from tests.index.reading.samples import PAGE, drafts, rejections

FEED = """<rss version="2.0"><channel><title>T</title><item><guid>g</guid><description>Text</description></item>
</channel></rss>"""


HOSTS: list[str] = []


class Handler(BaseHTTPRequestHandler):
    """A small news site."""

    def do_GET(self) -> None:
        """Answer by path."""
        port = self.connection.getsockname()[1]
        HOSTS.append(self.headers["Host"])
        if self.path == "/slow":
            time.sleep(2)
        if self.path.startswith("/drip"):  # a byte now and then keeps a limit for each read from ever being reached
            before, after = b"HTTP/1.0 200 OK\r\nX: ", b"\r\n\r\n"
            slow = [b"x"] * 40 + [after] if self.path == "/drip-head" else [after] + [b"<p>x"] * 40
            for part in [before, *slow]:
                with contextlib.suppress(OSError):
                    self.wfile.write(part)
                time.sleep(0.1)
            return
        if self.path.startswith("/hop"):
            time.sleep(0.3)
        places = {f"/hop{n}": f"/hop{n + 1}" for n in range(9)}
        places |= {"/moved": "/page", "/loop": "/loop", "/out": "ftp://127.0.0.1/x", "/in": f"http://[::1]:{port}/page"}
        if self.path in places:
            self.send_response(302)
            self.send_header("Location", places[self.path])
            self.end_headers()
            return
        body = {"/page": PAGE, "/feed": FEED, "/big": "word " * 100_000}.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write((body or "").encode())

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test output clean."""


@pytest.fixture
def site() -> Iterator[str]:
    """The address of a server that runs during the test."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


ALLOWED = ReadOptions(allow_private=True, limits=Limits(seconds=1.0, download=200_000))


def test_a_page_is_named_by_its_address(site: str) -> None:
    [draft] = drafts(f"{site}/moved", options=ALLOWED)
    assert draft.text.count("energy minister") == 5
    assert (draft.name, draft.url) == (f"{site}/moved", f"{site}/page")


def test_a_feed_gives_its_entries(site: str) -> None:
    assert [draft.id for draft in drafts(f"{site}/feed", options=ALLOWED)] == ["g"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/nothing", "404"),
        ("/loop", "redirects more than"),
        ("/out", "ftp"),
        ("/big", "larger than"),
        ("/slow", "in time"),
    ],
)
def test_a_download_that_fails_is_a_rejection_that_says_why(path: str, said: str, site: str) -> None:
    [rejection] = rejections(site + path, options=ALLOWED)
    assert said in rejection.reason
    assert rejection.cure


@pytest.mark.parametrize("path", ["/drip-head", "/drip-body", "/hop0"])
def test_one_time_limit_holds_for_headers_redirects_and_body_together(path: str, site: str) -> None:
    options = ReadOptions(allow_private=True, limits=Limits(seconds=1.0, redirects=9))
    started = time.monotonic()
    [rejection] = rejections(site + path, options=options)
    assert time.monotonic() - started < 2
    assert "longer than 1 seconds" in rejection.reason or "in time" in rejection.reason


def test_without_permission_this_machine_is_refused(site: str) -> None:
    [rejection] = rejections(f"{site}/page")
    assert "private address 127.0.0.1" in rejection.reason
    assert "--allow-private" in rejection.cure


def test_a_name_is_resolved_once_and_the_checked_address_is_used(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve, asked = socket.getaddrinfo, []

    def resolver(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return resolve("127.0.0.1" if host == "news.example" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    address = site.replace("127.0.0.1", "news.example") + "/page"
    assert drafts(address, options=ALLOWED)[0].url == address
    assert asked.count("news.example") == 1
    assert HOSTS[-1].startswith("news.example:")
    assert "private address" in rejections(address)[0].reason


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    assert "10.0.0.1" in rejections("http://news.example/")[0].reason


@pytest.mark.parametrize("address", ["ftp://a.example/x", "file:///etc/passwd", "http://", "http://[::1", "https://\0"])
def test_other_schemes_and_broken_addresses_are_refused(address: str) -> None:
    assert len(rejections(address)) == 1


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_public_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public

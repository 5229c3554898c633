"""Downloads: one page or feed from an http(s) address, without reaching into private networks. The only httpx file.

Every hop of a redirect is resolved here, all its addresses are checked, and the connection goes to the address that
was checked; a name that answers differently a moment later (DNS rebinding) gains nothing. Proxies from the environment
are not used: they would resolve names on their own.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import tempfile
import threading
import time
from typing import IO, TYPE_CHECKING, Any, cast

from index.article import Rejection
from index.errors import BadInput
from index.reading.options import MIB, Limits, ReadOptions
from index.reading.stream import Budget, Source, source

if TYPE_CHECKING:
    import httpx

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_AGENT = "zitat/1 (news archive reader)"
_CURE = "check the address in a browser, or save the page and give the file"


def download(address: str, options: ReadOptions) -> Source | Rejection:
    """The bytes behind an address, on disk when they are many; a Rejection where they cannot be had."""
    import httpx

    limits = options.limits
    deadline = _Deadline(limits.seconds)
    try:
        with deadline:
            return _download(address, options, deadline)
    except BadInput as error:
        return Rejection(address, 0, error.reason, error.cure)
    except httpx.TimeoutException:
        return Rejection(address, 0, "the server did not answer in time", "try again later, or save the page as a file")
    except httpx.TooManyRedirects:
        return Rejection(address, 0, f"it redirects more than {limits.redirects} times", _CURE)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        if deadline.passed:
            return Rejection(
                address, 0, f"it took longer than {limits.seconds:g} seconds", "save it, and give the file"
            )
        return Rejection(address, 0, f"it cannot be fetched: {error}", _CURE)


class _Deadline:
    """One time limit for a whole download: when it is over, the connections of the download are shut."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._sockets.clear()

    @property
    def passed(self) -> bool:
        """Whether the time is over."""
        return time.monotonic() >= self._end

    def watch(self, event: str, about: dict[str, Any]) -> None:
        """Told by httpx of each step of a request: take note of the sockets it opens."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._sockets.append(about["return_value"].get_extra_info("socket"))
            if self.passed:
                self._shut()

    def _shut(self) -> None:
        for one in list(self._sockets):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)  # not that of TLS, which is not safe across threads


def _download(address: str, options: ReadOptions, deadline: _Deadline) -> Source:
    import httpx

    limits = options.limits
    transport = _checked_transport(options.allow_private, deadline)
    with (
        httpx.Client(
            transport=transport,
            timeout=httpx.Timeout(limits.seconds / 2, connect=min(10.0, limits.seconds / 2)),
            follow_redirects=True,
            max_redirects=limits.redirects,
            headers={"User-Agent": _AGENT},
            trust_env=False,
        ) as client,
        client.stream("GET", address) as response,
    ):
        if response.status_code != 200:
            raise BadInput(f"the server answered {response.status_code} {response.reason_phrase}", _CURE)
        body = _body(response, limits, deadline)
        url, encoding = str(response.url), response.charset_encoding
    fetched = source(address, address, body, Budget(limits), url=url, encoding=encoding, on_disk=True)
    fetched.copies.callback(body.close)
    return fetched


def _body(response: httpx.Response, limits: Limits, deadline: _Deadline) -> IO[bytes]:
    """The decoded body; size and time are checked as it comes."""
    body = tempfile.SpooledTemporaryFile(max_size=8 * MIB)  # noqa: SIM115 - closed with the Source
    try:
        for part in response.iter_bytes(64 * 1024):
            body.write(part)
            if body.tell() > limits.download:
                raise BadInput(f"it is larger than {limits.download:,} bytes", "save it, and give the file")
            if deadline.passed:
                raise BadInput(f"it took longer than {limits.seconds:g} seconds", "save it, and give the file")
    except BaseException:
        body.close()
        raise
    if deadline.passed:  # a body without a length ends where its connection was shut
        body.close()
        raise BadInput(f"it took longer than {limits.seconds:g} seconds", "save it, and give the file")
    body.seek(0)
    return cast("IO[bytes]", body)


def _checked_transport(allow_private: bool, deadline: _Deadline) -> httpx.BaseTransport:
    import httpx

    class Checked(httpx.HTTPTransport):
        """Sends each request to an address that was checked, under the name that was asked for."""

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            url = request.url
            if url.scheme not in ("http", "https"):
                raise BadInput(f"the address has the scheme {url.scheme!r}", "give one with http or https")
            port = url.port or (443 if url.scheme == "https" else 80)
            address = checked_address(url.host, port, allow_private)
            if deadline.passed:  # the hops of a redirect share one limit
                raise httpx.ReadTimeout("too many slow redirects", request=request)
            more = {"sni_hostname": url.raw_host.decode("ascii"), "trace": deadline.watch}
            request.extensions = {**request.extensions, **more}
            request.url = url.copy_with(host=address)
            response = super().handle_request(request)
            request.url = url
            return response

    return Checked(retries=0)


def checked_address(host: str, port: int, allow_private: bool) -> str:
    """The first address of a host; BadInput when any of its addresses is not public, unless that is allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise BadInput(f"the host {host!r} is not known: {error}", "check the address and the network") from None
    addresses = [str(entry[4][0]).split("%")[0] for entry in found]
    for address in addresses:
        if not allow_private and not is_public(address):
            raise BadInput(
                f"{host!r} is at the private address {address}",
                "use --allow-private if it is your own server, or save the page and give the file",
            )
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address is reachable by everyone: not private, local, multicast, reserved or a disguise of such."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)

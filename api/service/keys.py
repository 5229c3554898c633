"""Who may ask: API keys, and what takes their place on one's own machine.

Without keys, a service that listens on loopback alone is open to whoever uses the machine, for writing too.
Their browser, however, runs the programs of every page they visit. Two things keep those out. A page may make a name of
its own resolve to this machine (DNS rebinding), but its requests still carry that name as Host: only names of loopback
are answered. And a page may post to an address without reading the answer: what a page of another origin sends is
refused, unless the origin is on the list that was given for CORS.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from api.service.key_file import Key, Role, held_by, key_file
from api.service.problems import Problem
from api.service.settings import Settings
from index.errors import BadInput

READING_METHODS = ("GET", "HEAD", "OPTIONS")
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="zitat"'}
_SHOWN_AS = [  # for the OpenAPI page; the gate reads the headers itself, as it must without a route, too
    Security(HTTPBearer(auto_error=False, scheme_name="key", description="A key that `zitat keys add` made.")),
    Security(APIKeyHeader(name="X-API-Key", auto_error=False, scheme_name="key-header")),
]


@dataclass(frozen=True)
class Caller:
    """Who asks: `name` is the same for all requests of a key or, without keys, of a network address."""

    name: str
    key: Key | None = None


class Gate:
    """Lets in who may. It looks at the keys at each request, so that a revoked one is refused at once."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.keys = key_file(settings.archive, settings.keys)

    def admit(self, asking: HTTPConnection, wanted: Role) -> Caller:
        """The caller of a request that needs a role; raises Problem (401, 403 or 503) for one who must not."""
        known = self._known()
        if known is None and self.settings.loopback:
            self._check_at_home(asking, wanted)
            return Caller(_address(asking))
        key = _holder(asking.headers, known or ())
        if not key.may(wanted):
            detail = f"the key {key.id} may only read"
            raise Problem(403, "Not allowed", detail, "ask with an admin key: `zitat keys add --role admin` makes one")
        return Caller(key.id, key)

    def _known(self) -> tuple[Key, ...] | None:
        try:
            return self.keys.known()
        except BadInput:
            cure = "tell whoever runs this service: `zitat keys list` says what is wrong"
            raise Problem(503, "Keys cannot be checked", "the keys cannot be read", cure) from None

    def _check_at_home(self, asking: HTTPConnection, wanted: Role) -> None:
        """That a request without a key comes from this machine, and from no other site's page."""
        host = asking.headers.get("host", "")
        cure = "make a key with `zitat keys add`, and send it"
        if not self._is_own_name(host):
            detail = f"this service has no keys, so it answers to names of this machine only, not to {host[:100]!r}"
            raise Problem(403, "Not from here", detail, f"ask for http://localhost:{self.settings.port}, or {cure}")
        if "x-forwarded-for" in asking.headers or "forwarded" in asking.headers:
            detail = "this service has no keys, so it answers nobody whom a proxy brings"
            raise Problem(403, "Not from here", detail, cure)
        reads = asking.scope.get("method", "GET") in READING_METHODS  # a page of another origin is not shown the answer
        if not reads and not self._may_send(asking.headers, host, wanted):
            detail = f"this service has no keys, so it takes nothing from the pages of {_origin(asking.headers)}"
            raise Problem(403, "Not from here", detail, f"allow the origin with --cors, or {cure}")

    def _is_own_name(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name.rstrip(".") == "localhost" or name == self.settings.host or is_loopback(name)

    def _may_send(self, headers: Headers, host: str, wanted: Role) -> bool:
        """Whether no browser sent it, or one that shows our own page, or a page that is allowed to.

        "Any origin" is for reading: a page that may write is named.
        """
        origin, allowed = headers.get("origin"), self.settings.cors
        if origin is None:
            return headers.get("sec-fetch-site", "none") in ("none", "same-origin")
        return origin in allowed or urlsplit(origin).netloc == host or ("*" in allowed and wanted == "read")


def check_bind(settings: Settings) -> None:
    """Raise BadInput where others could reach a service that asks for no key, or the keys cannot be read."""
    with closing(key_file(settings.archive, settings.keys)) as keys:
        if keys.all() or settings.loopback:
            return
    cure = "make a key with `zitat keys add`, or leave --host out"
    raise BadInput(f"{settings.host} can be reached from elsewhere, and there are no API keys", cure)


def _holder(headers: Headers, known: tuple[Key, ...]) -> Key:
    token = shown_key(headers)
    cure = "send a key as `Authorization: Bearer ...`; `zitat keys add` makes one"
    if not token:
        raise Problem(401, "No key", "this service asks for an API key", cure, CHALLENGE)
    if (key := held_by(token, known)) is None:
        raise Problem(401, "Unknown key", "the key is unknown or was revoked", cure, CHALLENGE)
    return key


def shown_key(headers: Headers) -> str:
    """The key that a request brings, as Bearer or as X-API-Key; empty when it brings none."""
    scheme, _, token = headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return token.strip()
    return headers.get("x-api-key", "").strip()


def is_loopback(name: str) -> bool:
    """Whether an address is of this machine."""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


async def admitted(asking: HTTPConnection, wanted: Role) -> Caller:
    """The caller of a request; where the keys are on a server, the event loop does not wait for it."""
    gate: Gate = asking.app.state.gate
    if gate.keys.is_local:
        return gate.admit(asking, wanted)
    caller: Caller = await asking.app.state.service.read_remote(lambda: gate.admit(asking, wanted))
    return caller


async def require_read(request: Request, _bearer: object = _SHOWN_AS[0], _header: object = _SHOWN_AS[1]) -> Caller:
    """A caller who may read."""
    return await admitted(request, "read")


async def require_admin(request: Request, _bearer: object = _SHOWN_AS[0], _header: object = _SHOWN_AS[1]) -> Caller:
    """A caller who may write."""
    return await admitted(request, "admin")


ReadCaller = Annotated[Caller, Depends(require_read)]
AdminCaller = Annotated[Caller, Depends(require_admin)]


def _address(asking: HTTPConnection) -> str:
    """Of the other side. Who has one IPv6 address has the 2^64 of a network: they count as one."""
    host = asking.client.host if asking.client else "unknown"
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    if isinstance(address, IPv6Address):
        return f"{IPv6Address(int(address) >> 64 << 64)}/64"
    return host


def _origin(headers: Headers) -> str:
    return headers.get("origin", "another site")[:100]

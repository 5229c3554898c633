"""Requests sent to the service, its refusals as errors, and how often what it refuses for now is asked again.

ClientError
├── Unreachable     nothing answered, or not in time
├── Refused         the service said why not: status, title, detail, cure, request_id
│   ├── KeyRefused  401 or 403
│   ├── NotFound    404
│   └── Busy        429 or 503, still after every retry
├── Misunderstood   what came is not what the service is known to tell
└── JobFailed       a job of articles failed; it is in `job`
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar

import httpx

from api.records import Unreadable, rebuilt
from api.service.job import Job

T = TypeVar("T")

FOR_NOW = (429, 503)
LONGEST_PAUSE = 120.0  # seconds; who is told to come back later than that decides for himself
_ONLY_ASK = ("/v1/ask", "/v1/search", "/v1/search/batch")  # sent twice, they change nothing
_BROKEN = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)  # as a connection does that was kept too long


class ClientError(Exception):
    """The root of what the client raises."""


class Unreachable(ClientError):
    """Nothing answered, or not in time."""


class Misunderstood(ClientError):
    """What came is not what the service is known to tell."""


class JobFailed(ClientError):
    """A job that failed: `job.message` says why, and what to do."""

    def __init__(self, job: Job) -> None:
        super().__init__(f"job {job.id} failed: {job.message}")
        self.job = job


class Refused(ClientError):
    """The service refused, and said why."""

    def __init__(self, status: int, title: str, detail: str, cure: str, request_id: str) -> None:
        super().__init__(f"{status} {title}: {detail}: {cure} (request {request_id or 'without id'})")
        self.status, self.title, self.detail = status, title, detail
        self.cure, self.request_id = cure, request_id


class KeyRefused(Refused):
    """The key is missing, unknown, or may not do this."""


class NotFound(Refused):
    """There is nothing under this id."""


class Busy(Refused):
    """Too much was asked, or the service cannot answer now."""


_KINDS: dict[int, type[Refused]] = {401: KeyRefused, 403: KeyRefused, 404: NotFound, 429: Busy, 503: Busy}


class Exchange:
    """The connections to one service; safe to use from several threads."""

    def __init__(self, base_url: str, headers: Mapping[str, str], timeout: float, retries: int) -> None:
        self._http = httpx.Client(base_url=base_url, headers=dict(headers), timeout=timeout)
        self._retries = retries

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def asked(
        self, kind: type[T], method: str, path: str, body: object = None, parameters: Mapping[str, Any] | None = None
    ) -> T:
        """What the service tells, as a record of this kind."""
        with self.sent(method, path, body, parameters) as response:
            try:
                return rebuilt(kind, json.loads(response.read()))
            except (ValueError, Unreadable) as error:
                cure = "is it another service, or a newer one than this client?"
                raise Misunderstood(f"{method} {path}: {error}: {cure}") from error

    @contextmanager
    def sent(
        self,
        method: str,
        path: str,
        body: object = None,
        parameters: Mapping[str, Any] | None = None,
        accept: str = "application/json",
    ) -> Iterator[httpx.Response]:
        """The response that begins, once the service takes the request; raises ClientError."""
        try:
            request = self._http.build_request(
                method, path, json=body, params=parameters or None, headers={"Accept": accept}
            )
            response = self._taken(request, repeatable=method == "GET" or path in _ONLY_ASK)
            try:
                if not response.is_success:
                    raise refusal(response)
                yield response
            finally:
                response.close()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            said = str(error) or type(error).__name__
            raise Unreachable(f"{self._http.base_url}: {said}: does the service run, and is it reached so?") from error

    def _taken(self, request: httpx.Request, *, repeatable: bool) -> httpx.Response:
        """The response, unless it only says to come again: then the one after that."""
        asked = 0
        while True:
            try:
                response = self._http.send(request, stream=True)
            except _BROKEN:
                if not repeatable:
                    raise
                repeatable = False
                continue
            wait = pause(response.headers.get("Retry-After"), asked)
            if response.status_code not in FOR_NOW or asked >= self._retries or wait > LONGEST_PAUSE:
                return response
            response.close()
            time.sleep(wait)
            asked += 1


def refusal(response: httpx.Response) -> Refused:
    """A response as the error that it tells of; a proxy before the service may tell none."""
    try:
        said = json.loads(response.read())
    except ValueError:
        said = None
    return refused(response.status_code, said if isinstance(said, dict) else {}, response.reason_phrase)


def refused(status: int, said: Mapping[str, Any], otherwise: str = "") -> Refused:
    """The error of problem details."""
    kind = _KINDS.get(status, Refused)
    detail = str(said.get("detail") or "the service did not say why")
    cure = str(said.get("cure") or "see its log")
    return kind(status, str(said.get("title") or otherwise), detail, cure, str(said.get("request_id") or ""))


def pause(retry_after: str | None, asked: int) -> float:
    """Seconds until the next try: as long as the service says, else twice as long each time, and a little by chance."""
    wait = _said(retry_after)
    if wait is None:
        wait = 0.5 * 2.0**asked
    return wait + random.random() * min(1.0, 0.1 + wait / 10)  # so that many who were refused do not come back at once


def _said(retry_after: str | None) -> float | None:
    """Retry-After is a number of seconds or a date."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None

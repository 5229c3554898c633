"""Any search service over HTTP: a request with the question put into it, and where the hits are in its answer.

    zitat eval SET --endpoint "http://localhost:9000/search?q={question}&k={count}" --hits "results[].[id, score]"
    zitat eval SET --endpoint http://localhost:9200/news/_search \
        --body '{"size": "{count}", "query": {"match": {"text": "{question}"}}}' --hits "hits.hits[].[_id, _score]"

{question}, {count}, {languages} (codes with commas between) and {language} (the question's own) may stand in the
address and in the body; in the body a value that is nothing but "{count}" becomes a number, and "{languages}" a list.
The hits are found by a JMESPath expression (https://jmespath.org). It gives pairs of id and score, or ids alone, best
first. With a body the request is a POST, unless another method is said.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx
import jmespath
from jmespath.exceptions import JMESPathError

from eval.rankers.function import checked
from eval.rankers.records import PAGE, RankingFailed
from eval.runs import Ranking, in_order
from eval.sets import Query
from index.errors import BadInput

Values = Mapping[str, object]  # what is put in for each name


@dataclass(frozen=True)
class Endpoint:
    """How a service is asked. `body` is JSON with names in braces, or None; `timeout` is in seconds.

    In `headers`, $NAME stands for a variable of the environment, so that no key needs to be typed.
    """

    url: str
    hits: str
    body: str | None = None
    method: str | None = None
    headers: tuple[str, ...] = ()
    timeout: float = 60.0
    verb: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "verb", (self.method or ("POST" if self.body else "GET")).upper())
        if "{question}" not in self.url + (self.body or ""):
            raise BadInput(f"{self.url}: the question is put nowhere", "write {question} into --endpoint or --body")


class EndpointRanker:
    """Ranks with a service that someone else wrote."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.name = endpoint.url.split("?")[0]
        self._endpoint = endpoint
        self._body = _parsed(endpoint.body)
        self._hits = _compiled(endpoint.hits)
        self._http = httpx.Client(headers=_headers(endpoint.headers), timeout=endpoint.timeout)

    def rank(self, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
        """The hits of one request."""
        if languages and "{languages}" not in self._endpoint.url + (self._endpoint.body or ""):
            raise RankingFailed(f"{self.name} is not told the languages: write {{languages}} into --endpoint or --body")
        values = {"question": query.text, "count": depth, "languages": list(languages), "language": query.language}
        said = self._answer(values)
        try:
            found = self._hits.search(said)
        except JMESPathError as error:
            said = str(error).splitlines()[0]
            raise RankingFailed(f"{self.name}: {self._endpoint.hits!r} cannot be looked up: {said}") from error
        if not isinstance(found, list):
            seen = json.dumps(said, ensure_ascii=False)[:200]
            raise RankingFailed(f"{self.name}: {self._endpoint.hits!r} gives no list in {seen}: mend --hits")
        if all(isinstance(one, (str, int)) for one in found):
            return in_order([str(one) for one in found][:depth])
        return checked(found, depth, f"{self.name} gave", "--hits gives ids, or pairs of id and score")

    def show(self, query: Query, languages: tuple[str, ...]) -> None:
        """A request for as many as a page has."""
        self.rank(query, languages, PAGE)

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def _answer(self, values: Values) -> Any:
        try:
            body = None if self._body is None else filled(self._body, values)
            response = self._http.request(self._endpoint.verb, _address(self._endpoint.url, values), json=body)
            if not response.is_success:
                raise RankingFailed(f"{self.name} answered {response.status_code}: {response.text[:200]}")
            return response.json()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            said = str(error) or type(error).__name__
            raise RankingFailed(f"{self.name}: {said}: does the service run, and is it reached so?") from error
        except ValueError as error:
            raise RankingFailed(f"{self.name} answered no JSON: {error}") from error


def filled(template: Any, values: Values) -> Any:
    """A template with values in it: a text that is nothing but one name becomes the value itself."""
    if isinstance(template, dict):
        return {key: filled(value, values) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, values) for value in template]
    if not isinstance(template, str):
        return template
    for name, value in values.items():
        if template == f"{{{name}}}":
            return value
    return _replaced(template, {name: _as_text(value) for name, value in values.items()})


def _address(url: str, values: Values) -> str:
    return _replaced(url, {name: quote(_as_text(value), safe="") for name, value in values.items()})


def _replaced(template: str, texts: Mapping[str, str]) -> str:
    """All names at once: what a question says in braces is not looked at again."""
    pieces = template.split("{")
    out = pieces[0]
    for piece in pieces[1:]:
        name, brace, rest = piece.partition("}")
        out += texts[name] + rest if brace and name in texts else "{" + piece
    return out


def _as_text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _parsed(body: str | None) -> Any:
    try:
        return None if body is None else json.loads(body)
    except ValueError as error:
        raise BadInput(f"--body is no JSON: {error}", 'write {"query": "{question}"}, names in quotes') from None


def _compiled(hits: str) -> Any:
    try:
        return jmespath.compile(hits)
    except JMESPathError as error:
        said = str(error).splitlines()[0].rstrip(": ")
        raise BadInput(f"--hits {hits!r}: {said}", "write a JMESPath expression like results[].[id, score]") from None


def _headers(given: tuple[str, ...]) -> dict[str, str]:
    out = {}
    for header in given:
        name, colon, value = header.partition(":")
        if not colon:
            raise BadInput(f"--header {header!r} has no colon", "write 'Authorization: Bearer $KEY'")
        out[name.strip()] = os.path.expandvars(value.strip())
    return out

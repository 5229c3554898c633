"""Every ranker gives article ids, the best with the highest score, and keeps to the languages asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from api.service.settings import Settings
from eval.rankers import Ranker, RankingFailed
from eval.rankers.endpoint import Endpoint, EndpointRanker, filled
from eval.rankers.function import FunctionRanker, load_function
from eval.rankers.service import ServiceRanker
from eval.runs import best_first
from eval.sets import Query
from index.errors import BadInput
from retrieval import Answerer, Searcher, SearchOptions
from tests.api.service.served import FREE, served

WIND = Query("q", "wind & {count} über 風", "en")


@dataclass
class Asked:
    """A search service of someone else's: what it was asked, and what it will say next."""

    address: str
    answer: Any = None
    status: int = 200
    requests: list[tuple[str, dict[str, list[str]], Any, str | None]] = field(default_factory=list)


@pytest.fixture
def other() -> Iterator[Asked]:
    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parameters = parse_qs(urlsplit(self.path).query)
            body = json.loads(said) if said else None
            asked.requests.append((self.command, parameters, body, self.headers.get("X-Key")))
            answer = asked.answer if isinstance(asked.answer, bytes) else json.dumps(asked.answer).encode()
            self.send_response(asked.status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = _do

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    asked = Asked(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield asked
    server.shutdown()
    thread.join()
    server.server_close()


def endpoint(url: str, hits: str = "hits[].[id, score]", **more: Any) -> EndpointRanker:
    return EndpointRanker(Endpoint(url, hits, **more))


def ranked(ranker: Ranker, languages: tuple[str, ...] = (), depth: int = 10) -> dict[str, float]:
    try:
        return ranker.rank(WIND, languages, depth)
    finally:
        ranker.close()


def test_a_question_goes_into_an_address_whatever_it_holds(other: Asked) -> None:
    other.answer = {"hits": [{"id": "a", "score": 1.5}, {"id": 7, "score": 2}, {"id": "c", "score": 0}]}
    found = ranked(endpoint(other.address + "/find?q={question}&k={count}&l={language}"), depth=2)
    assert found == {"7": 2.0, "a": 1.5}
    [(method, parameters, body, _)] = other.requests
    assert (method, body) == ("GET", None)
    assert parameters == {"q": [WIND.text], "k": ["2"], "l": ["en"]}


def test_a_question_goes_into_a_body_with_numbers_and_lists_as_such(other: Asked, monkeypatch: Any) -> None:
    monkeypatch.setenv("OTHERS_KEY", "secret")
    other.answer = {"result": {"docs": ["b", "a", "b"]}}
    template = {"size": "{count}", "in": "{languages}", "match": {"text": "about {question}", "boost": 2}}
    ranker = endpoint(other.address, "result.docs", body=json.dumps(template), headers=("X-Key: $OTHERS_KEY",))
    assert ranked(ranker, ("de", "fr"), 5) == {"b": 1.0, "a": 0.5}
    [(method, _, body, key)] = other.requests
    assert (method, key) == ("POST", "secret")
    assert body == {"size": 5, "in": ["de", "fr"], "match": {"text": f"about {WIND.text}", "boost": 2}}


def test_what_a_question_says_in_braces_stays_as_it_is() -> None:
    values = {"question": "{count}", "count": 3, "languages": ["de", "fr"]}
    template = {"a": ["{question}", "{count}", "{languages} {unknown} {"], "b": None, "c": True}
    assert filled(template, values) == {"a": ["{count}", 3, "de,fr {unknown} {"], "b": None, "c": True}


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (500, {"error": "boom"}, "answered 500: .*boom"),
        (200, b"<html>", "answered no JSON"),
        (200, {"found": []}, r"'hits\[\]\.\[id, score\]' gives no list in .*found.*mend --hits"),
        (200, {"hits": [{"id": "a"}]}, "an id is a text|--hits gives ids, or pairs"),
        (200, {"hits": [{"id": None, "score": 1}]}, "an id is a text or a number"),
        (200, {"hits": [{"id": "a", "score": "high"}]}, "--hits gives ids, or pairs"),
    ],
)
def test_an_answer_that_holds_no_ranking_is_a_failed_query(other: Asked, status: int, answer: Any, said: str) -> None:
    other.status, other.answer = status, answer
    with pytest.raises(RankingFailed, match=said):
        ranked(endpoint(other.address + "/?q={question}"))


def test_a_service_that_is_not_there_is_a_failed_query(other: Asked) -> None:
    with pytest.raises(RankingFailed, match="does the service run"):
        ranked(endpoint("http://127.0.0.1:9/{question}"))
    with pytest.raises(RankingFailed, match="not told the languages"):
        ranked(endpoint(other.address + "/{question}"), ("de",))


def test_an_endpoint_that_cannot_work_is_refused_before_it_is_asked() -> None:
    with pytest.raises(BadInput, match=r"the question is put nowhere: write \{question\}"):
        endpoint("http://x/?k={count}")
    with pytest.raises(BadInput, match="--body is no JSON"):
        endpoint("http://x/", body="{question}")
    with pytest.raises(BadInput, match="--hits 'a\\['"):
        endpoint("http://x/{question}", "a[")
    with pytest.raises(BadInput, match="'Key' has no colon"):
        endpoint("http://x/{question}", headers=("Key",))


def by_words(question: str, count: int) -> list[tuple[str, float]]:
    return [(word, float(len(word))) for word in question.split()][: count + 1]


def in_languages(question: str, count: int, languages: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    yield from ((f"{language}-{count}", 1.0) for language in languages or ("all",))


def test_a_function_ranks_and_what_is_too_much_is_cut_off() -> None:
    found = FunctionRanker(by_words, "by_words").rank(Query("q", "a wind turbine", "en"), (), 2)
    assert found == {"turbine": 7.0, "wind": 4.0}


def test_a_function_with_a_third_parameter_is_told_the_languages() -> None:
    ranker = FunctionRanker(in_languages, "in_languages")
    assert ranker.rank(WIND, ("de", "fr"), 5) == {"de-5": 1.0, "fr-5": 1.0}
    assert ranker.rank(WIND, (), 5) == {"all-5": 1.0}
    with pytest.raises(RankingFailed, match="cannot be limited to a language: give it a third parameter"):
        FunctionRanker(by_words, "by_words").rank(WIND, ("de",), 5)


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (["a", "b"], "returned 'a': it returns a list"),
        ([("a", "high")], "it returns a list"),
        ([("a", float("nan"))], "a score is finite"),
        ([(None, 1.0)], "an id is a text"),
    ],
)
def test_what_is_no_ranking_is_a_failed_query(returned: Any, said: str) -> None:
    def function(question: str, count: int) -> Any:
        return returned

    with pytest.raises(RankingFailed, match=f"mine:search.*{said}"):
        FunctionRanker(function, "mine:search").rank(WIND, (), 5)


def test_what_a_function_raises_is_a_failed_query() -> None:
    def function(question: str, count: int) -> Any:
        raise KeyError(question)

    with pytest.raises(RankingFailed, match="mine:search raised KeyError"):
        FunctionRanker(function, "mine:search").rank(WIND, (), 5)


def test_a_function_is_named_by_module_or_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_finder.py").write_text("def search(question, count):\n    return [(question, 1)]\n")
    assert load_function(f"{tmp_path}/my_finder.py:search").rank(WIND, (), 5) == {WIND.text: 1.0}
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    ranker = load_function("my_finder:search")
    assert (ranker.name, ranker.rank(WIND, (), 5)) == ("my_finder:search", {WIND.text: 1.0})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("json", "names no function: give module:function"),
        ("json:nothing", "json has no function 'nothing'"),
        ("no_such_module_here:f", "cannot be imported"),
        ("no/such.py:f", "cannot be imported"),
        ("json:loads", "takes 1 arguments"),
    ],
)
def test_a_function_that_cannot_be_called_is_refused(given: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        load_function(given)


@pytest.fixture(scope="module")
def service(searcher: Searcher) -> Iterator[ServiceRanker]:
    """A service on a real socket over the archive of five articles."""
    settings = Settings(archive=searcher.archive.path, limits=FREE)
    with served(settings, Answerer(searcher)) as address:
        ranker = ServiceRanker(address)
        yield ranker
        ranker.close()


def test_a_running_service_ranks_as_its_archive_does(service: ServiceRanker, searcher: Searcher) -> None:
    for text, languages in [("harbour strike", ()), ("Windräder Meer", ()), ("wind", ("de",))]:
        options = SearchOptions(count=5, languages=languages, per_article=1)
        here = [passage.article.id for passage in searcher.search(text, options).passages]
        assert best_first(service.rank(Query("q", text, "en"), languages, 5)) == here
    service.show(WIND, ())


def test_what_a_service_refuses_is_a_failed_query(service: ServiceRanker) -> None:
    with pytest.raises(RankingFailed, match="422 Bad input"):
        service.rank(Query("q", "", "en"), (), 5)


def test_a_service_that_does_not_run_is_noticed_before_it_is_asked() -> None:
    with pytest.raises(BadInput, match=r"Zitat at http://127\.0\.0\.1:9 is not ready: .*does the service run"):
        ServiceRanker("http://127.0.0.1:9", "key")


def test_a_service_that_stops_is_a_failed_query(searcher: Searcher) -> None:
    with served(Settings(archive=searcher.archive.path, limits=FREE), Answerer(searcher)) as address:
        ranker = ServiceRanker(address)
    with pytest.raises(RankingFailed, match="does the service run"):
        ranker.rank(WIND, (), 5)
    with pytest.raises(RankingFailed, match="does the service run"):
        ranker.show(WIND, ())
    ranker.close()

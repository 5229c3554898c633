"""Questions over HTTP: answers whose citations hold, events in their order, and problems in their one shape."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

import httpx
import pytest

from api.service.streaming import wants_events

QUESTION = "How large was the trade turnover between Kazakhstan and Azerbaijan?"
EVENTS = {"Accept": "text/event-stream"}


def events_of(text: str) -> list[tuple[str, Any]]:
    """Name and data of each event; comments are left out."""
    blocks = [block for block in text.split("\n\n") if block and not block.startswith(":")]
    return [(name, json.loads(data)) for name, data in (re.findall(r"event: (.*)\ndata: (.*)", b)[0] for b in blocks)]


def without_times(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "took_ms"}


def test_every_citation_of_an_answer_is_found_in_the_article_that_is_served(client: httpx.Client) -> None:
    answer = client.post("/v1/ask", json={"question": QUESTION}).raise_for_status().json()
    assert answer["answered"]
    assert answer["sentences"]
    numbers = {n for sentence in answer["sentences"] for n in sentence["citations"]}
    assert numbers <= {citation["n"] for citation in answer["citations"]}
    for citation in answer["citations"]:
        article = client.get(f"/v1/articles/{citation['article_id']}").raise_for_status().json()
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
        fields = [article[name] for name in ("title", "text", "language", "published_at", "source", "author", "url")]
        said = json.dumps(fields, ensure_ascii=False).encode()  # as docs/frontends.md tells everyone to check it
        assert hashlib.sha256(said).hexdigest() == citation["content_hash"] == article["content_hash"]


def test_a_streamed_answer_tells_passages_then_sentences_then_the_whole(client: httpx.Client) -> None:
    response = client.post("/v1/ask", json={"question": QUESTION}, headers=EVENTS).raise_for_status()
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    names = [name for name, _ in events]
    assert names == ["passages", *["sentence"] * (len(names) - 2), "done"]
    done = events[-1][1]
    assert [data["sentence"] for name, data in events if name == "sentence"] == done["sentences"]
    assert events[0][1]["passages"] == done["passages"]
    told: list[int] = []
    for name, data in events:
        if name == "sentence":
            told += [citation["n"] for citation in data["citations"]]
            assert set(data["sentence"]["citations"]) <= set(told)  # a citation comes with the sentence that needs it
    asked = client.post("/v1/ask", json={"question": QUESTION}).json()
    assert without_times(asked) == without_times(done)


def test_a_question_that_cannot_be_asked_has_a_status_of_its_own_even_when_events_are_wanted(
    client: httpx.Client,
) -> None:
    body = {"question": "trade", "sources": ["no such source"]}
    response = client.post("/v1/ask", json=body, headers=EVENTS)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert "no such source" in response.json()["detail"]


@pytest.mark.parametrize(
    ("accept", "events"),
    [
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("text/event-stream", True),
        ("TEXT/Event-Stream; q=0.5", True),
        ("application/json, text/event-stream", True),
        ("application/json, text/event-stream;q=0.9", False),
        ("text/event-stream;q=0", False),
        ("text/event-stream;q=many", False),
    ],
)
def test_events_go_to_whom_they_are_welcome(accept: str, events: bool) -> None:
    assert wants_events(accept) is events


def test_a_batch_gives_each_question_what_it_gets_alone(client: httpx.Client) -> None:
    questions = [QUESTION, "Wer traf wen?", "石油", QUESTION]
    batch = client.post("/v1/search/batch", json={"questions": questions, "count": 2}).raise_for_status().json()
    alone = [client.post("/v1/search", json={"question": one, "count": 2}).json() for one in questions]
    assert [without_times(one) for one in batch["results"]] == [without_times(one) for one in alone]


def test_a_batch_says_which_of_its_questions_cannot_be_asked(client: httpx.Client) -> None:
    response = client.post("/v1/search/batch", json={"questions": ["trade", "  "]})
    assert response.status_code == 422
    assert response.json()["detail"] == "question 2: the question is empty"


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("/v1/ask", {"question": "x" * 4_001}, 422, "question"),
        ("/v1/ask", {"question": "x", "langauges": ["de"]}, 422, "langauges"),
        ("/v1/ask", {"question": "x", "after": "2022-10-31", "before": "2022-10-01"}, 422, "2022-10-31"),
        ("/v1/ask", {"question": "x", "sentences": 0}, 422, "sentences"),
        ("/v1/search", {"question": "x", "languages": ["klingonish"]}, 422, "klingonish"),
        ("/v1/search", {"question": "x", "count": 1_001}, 422, "count"),
        ("/v1/search/batch", {"questions": ["x"] * 101}, 422, "101"),
        ("/v1/search/batch", {"questions": []}, 422, "questions"),
        ("/v1/search", {"question": "x", "sources": ["y" * 400] * 3_000}, 413, "bytes"),
        ("/v1/nothing", {}, 404, "Not Found"),
        ("/v1/stats", {}, 405, "Method"),
    ],
)
def test_what_cannot_be_done_is_told_as_a_problem_with_a_cure(
    client: httpx.Client, path: str, body: object, status: int, said: str
) -> None:
    response = client.post(path, json=body)
    problem = response.json()
    assert response.status_code == problem["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert said in problem["detail"]
    assert problem["cure"]
    assert problem["request_id"] == response.headers["x-request-id"]


def test_a_body_that_is_no_json_is_told_so(client: httpx.Client) -> None:
    response = client.post("/v1/ask", content=b'{"question": ', headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["title"]) == (400, "Not JSON")


def test_a_sane_request_id_is_kept_and_another_is_replaced(client: httpx.Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-1.2"}).headers["x-request-id"] == "abc-1.2"
    for odd in ("a b", "x" * 65, '"};', ""):
        made = client.get("/healthz", headers={"X-Request-ID": odd}).headers["x-request-id"]
        assert made != odd
        assert re.fullmatch("[0-9a-f]{16}", made)


def test_only_pages_on_the_list_may_read_answers(client: httpx.Client) -> None:
    allowed = client.get("/v1/stats", headers={"Origin": "https://news.example.org"})
    assert allowed.headers["access-control-allow-origin"] == "https://news.example.org"
    other = client.get("/v1/stats", headers={"Origin": "https://other.example.org"})
    assert "access-control-allow-origin" not in other.headers

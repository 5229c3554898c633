"""Articles sent and deleted over HTTP: whichever worker is asked, all of them know."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from api.records import rebuilt
from api.service.job import Job
from api.service.routes_writing import deleted
from api.service.settings import Settings
from index.archive import Archive
from retrieval import Answerer, Searcher
from tests.api.service.served import FREE, record, served, until
from tests.fakes import WordEncoder, stored, story


@pytest.fixture
def archive(folder: Path) -> Path:
    stored(folder, [story(0)])
    return folder


@pytest.fixture
def workers(archive: Path) -> Iterator[list[httpx.Client]]:
    """Two services over the same archive."""
    with ExitStack() as stack:
        clients = []
        for _ in range(2):
            searcher = stack.enter_context(Searcher(archive, WordEncoder()))
            address = stack.enter_context(served(Settings(archive, limits=FREE), Answerer(searcher)))
            clients.append(stack.enter_context(httpx.Client(base_url=address, timeout=30)))
        yield clients


def told(client: httpx.Client, location: str) -> Job:
    """The job at a location, at its end."""

    def look() -> Job:
        said = client.get(location).json()
        return rebuilt(Job, said)

    return until(look)


def found(client: httpx.Client, question: str) -> list[str]:
    passages = client.post("/v1/search", json={"question": question, "count": 3}).json()["passages"]
    return [passage["article"]["id"] for passage in passages if question in passage["text"]]


def test_what_one_worker_was_sent_or_told_to_delete_every_worker_knows(workers: list[httpx.Client]) -> None:
    here, there = workers
    sent = here.post("/v1/articles", json=record(1, "zirconium"))
    assert sent.status_code == 202
    assert (sent.json()["state"], sent.json()["articles"]) == ("queued", 1)
    assert told(there, sent.headers["Location"]).added == 1
    assert [set(found(one, "zirconium")) for one in workers] == [{"story-1"}] * 2
    assert there.delete("/v1/articles/story-1").status_code == 204
    assert [found(one, "zirconium") for one in workers] == [[], []]
    assert here.get("/v1/articles/story-1").status_code == 404
    again = here.delete("/v1/articles/story-1")
    assert (again.status_code, again.headers["Content-Type"]) == (404, "application/problem+json")
    assert again.json()["cure"]


def test_two_workers_that_are_sent_articles_at_once_add_them_all(workers: list[httpx.Client]) -> None:
    made: list[str] = []

    def send(at: int) -> None:
        sent = workers[at % 2].post("/v1/articles", json={"articles": [record(5 * at + n) for n in range(1, 6)]})
        made.append(sent.headers["Location"])

    threads = [threading.Thread(target=send, args=(at,)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs = [told(workers[0], location) for location in made]
    assert [(job.state, job.added, job.rejected) for job in jobs] == [("done", 5, 0)] * 6
    assert workers[1].get("/v1/stats").json()["articles"] == 31


def test_a_request_that_is_not_about_articles_is_refused_whole(workers: list[httpx.Client]) -> None:
    empty, mixed = {"articles": []}, {"articles": [record(1)], "more": 1}
    for body in ({}, {"text": 5}, empty, {"articles": {}}, mixed, {"articles": [{}] * 1_001}, [], 5, None):
        refused = workers[0].post("/v1/articles", json=body)
        assert refused.status_code == 422
        assert refused.json()["cure"]


def test_a_deleted_article_is_gone_from_the_truth_and_both_indexes(archive: Path) -> None:
    stored(archive, [story(1, "unmistakable")])
    assert deleted(archive, "story-1")
    assert not deleted(archive, "story-1")
    with Archive(archive) as opened:
        view = opened.view()
        assert len(view.indexed_keys()["term"]) == len(opened.store.chunk_keys()) == view.state.documents
        assert view.state.sequence == opened.store.sequence()

"""The client against the real service on the seeds: the same records as in this process, and errors that say why."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.client import (
    Busy,
    Client,
    KeyRefused,
    NotFound,
    Refused,
)
from api.service.key_file import KeyFile
from api.service.settings import Limits, Settings
from retrieval import Answerer, AnswerOptions, Searcher, SearchOptions, Turn
from retrieval.answering import Done, PassagesFound, SentenceReady
from tests.api.service.served import FREE, served, words_served

HYDROGEN = "001_b4c85a9a8ed16f0b"
QUESTIONS = [
    "Who signed the memorandum on green hydrogen?",
    "Кто встретился в Баку?",
    "Wann war das, im Oktober 2022?",
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from api.cli import main

    folder = tmp_path_factory.mktemp("client") / "seeds.zitat"
    assert main(["ingest", str(Path(__file__).parents[2] / "seeds" / "articles"), "--archive", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def here(archive: Path) -> Iterator[Answerer]:
    """The answerer in this process, to compare with."""
    with Searcher(archive) as searcher:
        yield Answerer(searcher)


@pytest.fixture(scope="module")
def client(archive: Path) -> Iterator[Client]:
    with served(Settings(archive, limits=FREE)) as address, Client(address) as client:
        yield client


def timeless(record: Any) -> Any:
    """A record as its fields, without what differs from one call to the next."""
    said = json.loads(json.dumps(record.as_json()))
    said.pop("took_ms")
    return said


def test_a_search_over_http_gives_the_records_of_one_in_this_process(client: Client, here: Answerer) -> None:
    for question in QUESTIONS:
        options = SearchOptions(count=3, languages=("en", "az"), after=date(2020, 1, 1), per_article=None)
        there, local = client.search(question, options), here.searcher.search(question, options)
        assert timeless(there) == timeless(local)
        assert (there.understood, there.passages) == (local.understood, local.passages)
    assert there.understood.dates[0].earliest == date(2022, 10, 1)


def test_a_batch_has_a_result_for_each_question_in_order_however_many_there_are(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.client.BATCH", 2)
    found = client.search_batch(QUESTIONS, SearchOptions(count=2))
    assert [result.question for result in found] == QUESTIONS
    assert [result.passages for result in found] == [
        client.search(q, SearchOptions(count=2)).passages for q in QUESTIONS
    ]
    assert client.search_batch([]) == []


def test_an_answer_over_http_is_that_of_this_process_and_its_citations_hold(client: Client, here: Answerer) -> None:
    options = AnswerOptions(SearchOptions(count=5), 2, chronological=True, conversation=(Turn("Who met?", "They."),))
    there, local = client.ask(QUESTIONS[0], options), here.ask(QUESTIONS[0], options)
    assert timeless(there) == timeless(local)
    assert (there.sentences, there.citations, there.understood) == (local.sentences, local.citations, local.understood)
    assert there.answered
    for citation in there.citations:
        assert client.article(citation.article_id).text[citation.start : citation.end] == citation.quote


def test_a_streamed_answer_comes_as_events_and_ends_with_the_whole(client: Client) -> None:
    # What Python takes for the end of a line may stand within a question, and so within an event.
    question = f"{QUESTIONS[0]}\u2028\u0085"
    events = list(client.stream(question))
    assert isinstance(events[0], PassagesFound)
    assert isinstance(events[-1], Done)
    answer = events[-1].answer
    assert answer.question == question
    ready = [event for event in events if isinstance(event, SentenceReady)]
    assert tuple(event.sentence for event in ready) == answer.sentences
    assert (
        tuple(one for event in ready for one in event.citations)
        == answer.citations[: sum(len(e.citations) for e in ready)]
    )
    assert events[0].passages == answer.passages


def test_an_article_the_list_and_the_counts_are_those_of_the_archive(client: Client, here: Answerer) -> None:
    article = client.article(HYDROGEN)
    store = here.searcher.archive.view().store
    stored = store.article(HYDROGEN)
    assert stored
    assert (article.text, article.content_hash) == (stored.article.text, stored.content_hash)
    assert [(c.start, c.end) for c in article.chunks] == [
        (c.start, c.end) for c in store.chunks_between(stored.first_chunk, stored.last_chunk)
    ]
    listed = [one.id for one in client.articles(page=1)]
    assert listed == [told[0] for told in store.listing()]
    assert [one.id for one in client.articles(languages=["is"])] == []
    assert client.stats().articles == len(listed) == 3
    assert client.health().status == "ok"


def test_articles_are_added_found_and_deleted_again(client: Client) -> None:
    name = "https://news.example.org/a?b=c d/é#1"
    sent = [{"id": name, "text": "Zorblatt signed the Quimby accord.", "language": "en"}, {"text": "!"}, {"text": 5}]
    job = client.wait(client.add_articles(sent), timeout=60)
    assert (job.state, job.added, job.rejected) == ("done", 1, 2)
    assert [one.number for one in job.rejections] == [2, 3]
    assert client.search("Who signed the Quimby accord?").passages[0].article.id == name
    assert client.article(name).text == sent[0]["text"]
    client.delete_article(name)
    assert name not in [passage.article.id for passage in client.search("Who signed the Quimby accord?").passages]
    for gone in (client.article, client.delete_article):
        with pytest.raises(NotFound):
            gone(name)


def test_a_refusal_carries_what_the_service_says(client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client.search(" ")
    assert (refused.value.status, refused.value.title) == (422, "Bad input")
    assert refused.value.detail
    assert refused.value.cure
    assert refused.value.request_id
    with pytest.raises(Refused, match="422"):
        list(client.stream(""))
    with pytest.raises(NotFound, match="no job"):
        client.job("none")


def test_a_client_without_the_right_key_is_told_so(folder: Path) -> None:
    with words_served(folder) as address:
        token, _ = KeyFile(folder / "keys.json").add("read")
        with Client(address) as nobody, pytest.raises(KeyRefused) as refused:
            nobody.stats()
        assert refused.value.status == 401
        with Client(address, token) as reader:
            assert reader.stats().articles == 2
            with pytest.raises(KeyRefused, match="may only read"):
                reader.delete_article("story-1")


def test_a_busy_service_is_asked_again_when_it_says_so_and_no_more_often_than_allowed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        real(min(seconds, 0.01))

    real = time.sleep
    with words_served(folder, Limits(requests_per_minute=2)) as address, Client(address, retries=2) as client:
        monkeypatch.setattr("api.exchange.time.sleep", sleep)
        client.stats()
        client.stats()
        with pytest.raises(Busy) as busy:
            client.stats()
    assert busy.value.status == 429
    assert len(slept) == 2
    assert all(55 <= wait <= 62 for wait in slept)


def test_the_client_loads_nothing_that_a_server_needs(outside: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    heavy = "'faiss', 'onnxruntime', 'fastapi', 'pydantic', 'numpy', 'tantivy', 'sqlite3'"
    said = outside("-c", f"import api.client, sys; print([name for name in ({heavy}) if name in sys.modules])")
    assert said.stdout.strip() == "[]", said.stderr

"""A typed client of the service: what the archive's own searcher and answerer give, over HTTP.

    with Client("http://localhost:8000") as zitat:
        for sentence in zitat.ask("Who congratulated Azerbaijan on the COP29 presidency?").sentences:
            print(sentence.text)

What it raises is drawn in api/exchange.py. There is no asynchronous twin: a client may be used from several threads.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import quote

from api.exchange import (
    Busy,
    ClientError,
    Exchange,
    JobFailed,
    KeyRefused,
    Misunderstood,
    NotFound,
    Refused,
    Unreachable,
    refused,
)
from api.records import (
    Chunk,
    Health,
    ListedArticle,
    Page,
    Period,
    Source,
    Sources,
    Stats,
    Timeline,
    Unreadable,
    WholeArticle,
    rebuilt,
)
from api.service.job import Job, Remark
from retrieval.answering.options import AnswerOptions
from retrieval.answering.records import Answer, Done, Event, PassagesFound, Restarted, SentenceReady
from retrieval.options import SearchOptions
from retrieval.results import SearchResult

__all__ = [
    "AnswerOptions",
    "Busy",
    "Chunk",
    "Client",
    "ClientError",
    "Health",
    "Job",
    "JobFailed",
    "KeyRefused",
    "ListedArticle",
    "Misunderstood",
    "NotFound",
    "Period",
    "Refused",
    "Remark",
    "SearchOptions",
    "Source",
    "Stats",
    "Timeline",
    "Unreachable",
    "WholeArticle",
]

BATCH = 100  # questions of one request
LOOK_FIRST, LOOK_EVERY = 0.1, 2.0  # seconds between looks at a job: little at first, as most jobs are short


@dataclass(frozen=True)
class _Batch:
    results: tuple[SearchResult, ...]


class Client:
    """One service. `timeout` is in seconds, for each request and for each silence within a stream.

    What the service refuses for now (429, 503) is sent again up to `retries` times, when Retry-After says so.
    """

    def __init__(self, base_url: str, api_key: str | None = None, *, timeout: float = 90.0, retries: int = 4) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._service = Exchange(base_url, headers, timeout, retries)

    def close(self) -> None:
        """Let the connections go."""
        self._service.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def search(self, question: str, options: SearchOptions | None = None) -> SearchResult:
        """Passages for a question in any language, best first."""
        return self._service.asked(SearchResult, "POST", "/v1/search", {"question": question} | _changed(options))

    def search_batch(self, questions: Sequence[str], options: SearchOptions | None = None) -> list[SearchResult]:
        """A result for each question, in their order; many go in several requests."""
        out: list[SearchResult] = []
        for at in range(0, len(questions), BATCH):
            body = {"questions": list(questions[at : at + BATCH])} | _changed(options)
            out += self._service.asked(_Batch, "POST", "/v1/search/batch", body).results
        return out

    def ask(self, question: str, options: AnswerOptions | None = None) -> Answer:
        """An answer, each sentence with its citations, or that the archive has none."""
        return self._service.asked(Answer, "POST", "/v1/ask", _asking(question, options))

    def stream(self, question: str, options: AnswerOptions | None = None) -> Iterator[Event]:
        """The same as it comes: passages, sentences, at last Done with the whole; closing it stops the work."""
        with self._service.sent("POST", "/v1/ask", _asking(question, options), accept="text/event-stream") as response:
            for name, data in _server_sent(_lines(response.iter_bytes())):
                event = _event(name, data)
                if event is not None:
                    yield event
                if isinstance(event, Done):
                    return
        raise Unreachable("the answer broke off before its end: ask again")

    def article(self, article_id: str) -> WholeArticle:
        """An article with its text; raises NotFound."""
        return self._service.asked(WholeArticle, "GET", _at("/v1/articles", article_id))

    def articles(
        self,
        *,
        languages: Iterable[str] = (),
        sources: Iterable[str] = (),
        after: date | None = None,
        before: date | None = None,
        same_story_as: str | None = None,
        page: int = 100,
    ) -> Iterator[ListedArticle]:
        """All articles in the order in which they were added, fetched page by page as they are wanted.

        With `same_story_as`, an article's id, only others with nearly its text; raises NotFound if there is none.
        """
        wanted: dict[str, Any] = {"language": list(languages), "source": list(sources), "limit": page}
        wanted |= {"same_story_as": same_story_as} if same_story_as is not None else {}
        wanted |= {name: day.isoformat() for name, day in (("after", after), ("before", before)) if day}
        while True:
            found = self._service.asked(Page, "GET", "/v1/articles", parameters=wanted)
            yield from found.articles
            if found.next is None:
                return
            wanted["cursor"] = found.next

    def add_articles(self, articles: Iterable[Mapping[str, Any]]) -> Job:
        """Send articles to be added or replaced, at most 1,000; they are safe when this returns (see `wait`).

        The fields are text, id, title, language, published_at, source, author and url; only the text is needed.
        """
        return self._service.asked(Job, "POST", "/v1/articles", {"articles": [dict(one) for one in articles]})

    def job(self, job_id: str) -> Job:
        """How far a job is; raises NotFound."""
        return self._service.asked(Job, "GET", _at("/v1/jobs", job_id))

    def wait(self, job: Job, timeout: float | None = None) -> Job:
        """The job at its end; raises JobFailed, and TimeoutError when it has not ended within `timeout` seconds."""
        started, pause = time.monotonic(), LOOK_FIRST
        while not (job := self.job(job.id)).ended:
            if timeout is not None and time.monotonic() - started + pause > timeout:
                raise TimeoutError(f"job {job.id} is {job.state} after {timeout:g} s: {job.message or 'wait longer'}")
            time.sleep(pause)
            pause = min(2 * pause, LOOK_EVERY)
        if job.state == "failed":
            raise JobFailed(job)
        return job

    def delete_article(self, article_id: str) -> None:
        """Delete an article: no search that begins after this finds it; raises NotFound."""
        with self._service.sent("DELETE", _at("/v1/articles", article_id)):
            pass

    def stats(self) -> Stats:
        """What the archive holds."""
        return self._service.asked(Stats, "GET", "/v1/stats")

    def timeline(self, *, languages: Iterable[str] = (), sources: Iterable[str] = ()) -> Timeline:
        """How many articles there are of each month."""
        wanted = {"language": list(languages), "source": list(sources)}
        return self._service.asked(Timeline, "GET", "/v1/timeline", parameters=wanted)

    def sources(self, prefix: str = "", *, limit: int = 50) -> tuple[Source, ...]:
        """Sources whose name, or a word in it, begins so, in any case; the most frequent ones without a prefix."""
        parameters = {"prefix": prefix, "limit": limit}
        return self._service.asked(Sources, "GET", "/v1/sources", parameters=parameters).sources

    def health(self) -> Health:
        """That the service answers questions; raises Busy where it still does not after every retry."""
        return self._service.asked(Health, "GET", "/readyz")


def _at(path: str, name: str) -> str:
    return f"{path}/{quote(name, safe='')}"


def _asking(question: str, options: AnswerOptions | None) -> dict[str, Any]:
    said = _changed(options)
    if options is not None:
        said |= _changed(options.search)
        said["conversation"] = [asdict(turn) for turn in options.conversation]
    said.pop("search", None)
    return {"question": question} | said


def _changed(options: SearchOptions | AnswerOptions | None) -> dict[str, Any]:
    """What options say other than the usual, as JSON: so an older service, which knows fewer, takes the rest."""
    if options is None:
        return {}
    usual = type(options)()
    said = ((one.name, getattr(options, one.name)) for one in fields(options))
    return {name: _plain(value) for name, value in said if value != getattr(usual, name)}


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _lines(parts: Iterator[bytes]) -> Iterator[str]:
    """Lines that end in a line feed: text within them may hold other characters that Python takes for ends of lines."""
    left = b""
    for part in parts:
        *whole, left = (left + part).split(b"\n")
        yield from (line.decode().removesuffix("\r") for line in whole)


def _server_sent(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    """The name and the data of each event of a stream; comments keep the connection alive, and say nothing."""
    name = data = ""
    for line in lines:
        field, _, value = line.partition(":")
        if not line:
            if data:
                yield name, data
            name = data = ""
        elif field == "event":
            name = value.removeprefix(" ")
        elif field == "data":
            data = f"{data}\n{value}" if data else value
    # An event that no empty line ended was cut off.


def _event(name: str, data: str) -> Event | None:
    """The record of an event; None for one that a newer service tells."""
    try:
        said = json.loads(data)
        if name == "error":
            raise refused(int(said["status"]), said)
        if name == "done":
            return Done(rebuilt(Answer, said))
        if name == "passages":
            return rebuilt(PassagesFound, said)
        if name == "sentence":
            return rebuilt(SentenceReady, said)
        return rebuilt(Restarted, said) if name == "restarted" else None
    except (ValueError, TypeError, KeyError, Unreadable) as error:
        raise Misunderstood(f"the event {name!r}: {error}: is it a newer service than this client?") from error

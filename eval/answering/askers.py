"""Who is asked: an archive on this machine, or a service. Both tell an answer as the same events."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from api.client import Client, NotFound
from eval.rankers.archive import PRODUCT
from eval.rankers.service import service_name
from retrieval import Answer, Answerer, AnswerOptions, Searcher, SearchOptions
from retrieval.answering.confidence import Calibration
from retrieval.answering.evidence import sentences_of
from retrieval.answering.records import Done, Event, SentenceReady


class Text(NamedTuple):
    """An article's text, and the hash of the version it is of."""

    text: str
    content_hash: str


@dataclass(frozen=True)
class Asked:
    """An answer, with the seconds until its first sentence (None where it has none) and until its end."""

    answer: Answer
    first_sentence: float | None
    seconds: float


class Asker(Protocol):
    """Answers questions; may be called from several threads."""

    @property
    def name(self) -> str:
        """What reports call it."""

    def ask(self, question: str, languages: tuple[str, ...]) -> Asked:
        """Answer from articles in `languages`, or in all where it is empty."""

    def article(self, article_id: str) -> Text | None:
        """An article as citations count it; None where there is none."""

    def answers_without(self, question: str, languages: tuple[str, ...], articles: Iterable[str]) -> float | None:
        """The confidence in an answer as if these articles and their copies were not there; None: it cannot be told."""

    def close(self) -> None:
        """Let files and connections go."""


class ArchiveAsker:
    """Asks an archive on this machine, without a language model."""

    name = PRODUCT

    def __init__(self, archive: Path, *, never_refuse: bool = False) -> None:
        self._searcher = Searcher(archive)
        self._answerer = Answerer(self._searcher, Calibration(threshold=0.0) if never_refuse else None)

    def ask(self, question: str, languages: tuple[str, ...]) -> Asked:
        """Answer from the archive."""
        options = AnswerOptions(SearchOptions(languages=languages), mode="extractive")
        return timed(self._answerer.stream(question, options))

    def article(self, article_id: str) -> Text | None:
        """From the archive."""
        found = self._searcher.archive.store.article(article_id)
        return Text(found.article.text, found.content_hash) if found else None

    def answers_without(self, question: str, languages: tuple[str, ...], articles: Iterable[str]) -> float | None:
        """By a search that passes over the clusters of these articles."""
        stored = map(self._searcher.archive.store.article, articles)
        without = frozenset(one.cluster for one in stored if one is not None)
        found = self._searcher.find(question, SearchOptions(languages=languages), without=without)
        return self._answerer.calibration.confidence(found, sentences_of(found))

    def close(self) -> None:
        """Close the archive."""
        self._searcher.close()


class ServiceAsker:
    """Asks a running service, through its client, in whatever mode it answers."""

    def __init__(self, url: str, api_key: str | None = None) -> None:
        self.name = service_name(url)
        self._client = Client(url, api_key)

    def ask(self, question: str, languages: tuple[str, ...]) -> Asked:
        """Answer over HTTP, as a stream."""
        return timed(self._client.stream(question, AnswerOptions(SearchOptions(languages=languages))))

    def article(self, article_id: str) -> Text | None:
        """Over HTTP."""
        try:
            found = self._client.article(article_id)
        except NotFound:
            return None
        return Text(found.text, found.content_hash)

    def answers_without(self, question: str, languages: tuple[str, ...], articles: Iterable[str]) -> float | None:
        """A service cannot be asked as if its articles were not there."""
        return None

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()


def timed(events: Iterator[Event]) -> Asked:
    """The answer at the end of a stream of events, and when it came."""
    started, first = time.perf_counter(), None
    for event in events:
        passed = time.perf_counter() - started
        if isinstance(event, SentenceReady) and first is None:
            first = passed
        if isinstance(event, Done):
            return Asked(event.answer, first, passed)
    raise AssertionError("a stream of events always ends with Done")

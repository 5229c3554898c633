"""A small archive about wind farms, and an answerer that writes with a scripted endpoint."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from retrieval import Searcher
from retrieval.answering import Answer, Answerer
from retrieval.answering.confidence import Calibration
from retrieval.answering.evidence import Sentence
from retrieval.answering.generative import LanguageModel, Writer
from retrieval.found import Found
from tests.fakes import draft
from tests.retrieval.answering.generative.scripted import Endpoint, Play, serving

KEY = "sk-a-secret-key"
QUESTION = "How large is the budget for wind farms?"
BUDGET = (
    "The budget for wind farms rose to 626.8 million euros in 2021. The minister Anna Keller did not sign the "
    "contract with Norway. Ilham Aliyev opened a new port in Baku."
)
TRUE = "The budget for wind farms rose to 626.8 million euros in 2021."
OTHER = "Ilham Aliyev opened a new port in Baku."
SCHOOLS = "Teachers in Ganja asked for higher wages and a budget for books."


class Certain(Calibration):
    """Takes every answer for known, so that these tests are about what comes after."""

    def confidence(self, found: Found, sentences: Sequence[Sentence]) -> float:
        return 1.0


Scripted = Callable[..., tuple[Answerer, Endpoint]]


@pytest.fixture
def scripted(archive_of: Callable[..., Searcher]) -> Iterator[Scripted]:
    """An answerer over the articles given (else two) whose language model plays the plays given."""
    with ExitStack() as stack:

        def make(*plays: Play, articles: list[str] | None = None, **settings: Any) -> tuple[Answerer, Endpoint]:
            texts = articles or [BUDGET, SCHOOLS]
            searcher = archive_of(*(draft(f"article-{at}", text) for at, text in enumerate(texts)))
            endpoint = stack.enter_context(serving(*plays))
            patience = {"first_token_seconds": 30.0, "stall_seconds": 2.0, "total_seconds": 60.0} | settings
            model = LanguageModel(endpoint.url, "scripted", KEY, **patience)
            return Answerer(searcher, Certain(models={}), Writer(model)), endpoint

        yield make


def proved(answerer: Answerer, answer: Answer) -> Answer:
    """The answer, once each of its citations was found in its article."""
    texts = answerer.searcher.find(answer.understood.question).texts
    assert all(texts[one.article_id][one.start : one.end] == one.quote for one in answer.citations)
    assert [one.n for one in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert {n for sentence in answer.sentences for n in sentence.citations} <= {one.n for one in answer.citations}
    return answer

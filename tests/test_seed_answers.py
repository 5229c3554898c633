"""The answers to seeds/answers.jsonl, as they were read and judged by a person: none may become worse unnoticed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.archive import Archive
from index.encoders.bundled import BundledEncoder
from index.ingesting.ingest import ingest
from index.reading import ReadOptions, read
from retrieval import Answerer, Searcher

SEEDS = Path(__file__).parents[1] / "seeds"
JUDGED = [json.loads(line) for line in (SEEDS / "answers.jsonl").read_text(encoding="utf-8").splitlines()]
NAMES = [f"{n} {one['language']} {one['judgement']}" for n, one in enumerate(JUDGED, 1)]


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    folder, encoder = tmp_path_factory.mktemp("seeds") / "seeds.zitat", BundledEncoder(threads=2)
    with Archive.create(folder, encoder) as archive, archive.writing():
        ingest(archive, encoder, read([str(SEEDS / "articles")], ReadOptions()))
    with Searcher(folder, encoder) as searcher:
        yield Answerer(searcher)


def test_twenty_questions_in_six_languages_and_more_were_judged() -> None:
    assert len(JUDGED) >= 20
    assert len({one["language"] for one in JUDGED}) >= 6
    judgements = Counter(one["judgement"] for one in JUDGED)
    assert judgements == {"right": 19, "partly": 5, "wrong": 5}


@pytest.mark.parametrize("judged", JUDGED, ids=NAMES)
def test_an_answer_is_as_good_as_it_was_judged(
    answerer: Answerer, judged: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    if judged["judgement"] == "wrong":
        request.applymarker(pytest.mark.xfail(reason=judged["because"], raises=AssertionError))
    answer = answerer.ask(judged["question"])
    assert answer.answered == judged["answered"]
    said = [sentence.text for sentence in answer.sentences]
    if judged["answered"]:
        told = said[:1] if judged["judgement"] == "right" else said
        assert any(judged["says"] in one for one in told)

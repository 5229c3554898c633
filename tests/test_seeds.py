"""The questions in seeds/questions.jsonl, in twelve languages, each answered first by the article that answers it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.archive import Archive
from index.encoders.bundled import BundledEncoder
from index.ingesting.ingest import ingest
from index.reading import ReadOptions, read
from retrieval import Searcher

SEEDS = Path(__file__).parents[1] / "seeds"
QUESTIONS = [json.loads(line) for line in (SEEDS / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
# Answered, but not first: where another passage stands before the right one, or another article does.
SECOND = {
    "Wie hoch war der Handelsumsatz zwischen Aserbaidschan und Deutschland?": "a German article about Japan is first",
    "ما هي مصادر الطاقة المتجددة التي ناقشتها أذربيجان وألمانيا؟": "the end of the right article is first",
    "아제르바이잔과 일본은 어떤 분야의 협력을 논의했습니까?": "the middle of the right article is first",
    "Про які види відновлюваної енергетики говорили Азербайджан і Німеччина?": "the end of the right article is first",
}

FOURTH = "Wie hoch war der Handelsumsatz zwischen Aserbaidschan und Deutschland?"


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder, encoder = tmp_path_factory.mktemp("seeds") / "seeds.zitat", BundledEncoder(threads=2)
    with Archive.create(folder, encoder) as archive, archive.writing():
        ingest(archive, encoder, read([str(SEEDS / "articles")], ReadOptions()))
    with Searcher(folder, encoder) as opened:
        yield opened


def test_there_are_questions_in_every_language_promised() -> None:
    languages = [one["language"] for one in QUESTIONS]
    assert len(QUESTIONS) >= 16
    assert set(languages) == set("en de az ja tr ru zh ar fr es ko uk".split())
    assert all(set(one) == {"question", "language", "article", "contains"} for one in QUESTIONS)


def test_what_is_asked_for_is_in_the_articles() -> None:
    for one in QUESTIONS:
        assert one["contains"] in (SEEDS / "articles" / f"{one['article']}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("asked", QUESTIONS, ids=[f"{n} {one['language']}" for n, one in enumerate(QUESTIONS, 1)])
def test_the_right_passage_comes_first(
    searcher: Searcher, asked: dict[str, str], request: pytest.FixtureRequest
) -> None:
    if reason := SECOND.get(asked["question"]):
        request.applymarker(pytest.mark.xfail(reason=reason, raises=AssertionError))
    result = searcher.search(asked["question"])
    first = result.passages[0]
    assert (result.understood.language, first.article.id) == (asked["language"], asked["article"])
    assert asked["contains"] in first.text


@pytest.mark.parametrize("asked", QUESTIONS, ids=[f"{n} {one['language']}" for n, one in enumerate(QUESTIONS, 1)])
def test_the_right_passage_is_among_the_first_three(
    searcher: Searcher, asked: dict[str, str], request: pytest.FixtureRequest
) -> None:
    if asked["question"] == FOURTH:
        request.applymarker(pytest.mark.xfail(reason="all of a German article about Japan is before it"))
    firsts = searcher.search(asked["question"]).passages[:3]
    assert any(one.article.id == asked["article"] and asked["contains"] in one.text for one in firsts)


def test_the_seeds_are_described_as_their_own_text_says(searcher: Searcher) -> None:
    cards = {stored.article.id[:3]: stored.article for stored in searcher.archive.store.each_article()}
    facts = {name: (a.language, a.published_at, a.source, a.author) for name, a in cards.items()}
    assert facts == {
        "000": ("en", "2020-11-13", None, "Ayya Lmahamad"),
        "001": ("en", "2022-10-31", "Trend", None),
        "002": ("de", "XXXX-11-29", "AZERTAC", None),
    }
    assert cards["002"].title == "Aserbaidschan und Japan erörtern Möglichkeiten für humanitäre Zusammenarbeit"

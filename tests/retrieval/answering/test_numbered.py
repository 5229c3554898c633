"""Numbers that belong to names: found in questions of many scripts, and not answered from another one's article."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.archive import Archive
from index.article import Draft
from index.encoders.bundled import BundledEncoder
from index.ingesting.ingest import ingest
from retrieval import Answerer, Searcher
from retrieval.answering.confidence import Calibration
from retrieval.answering.numbered import numbered_in
from tests.fakes import draft

Make = Callable[..., Answerer]


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder(threads=1)


@pytest.fixture
def answerer_of(folder: Path, encoder: BundledEncoder) -> Iterator[Make]:
    opened: list[Searcher] = []

    def make(*drafts: Draft) -> Answerer:
        with Archive.create(folder, encoder) as archive, archive.writing():
            ingest(archive, encoder, drafts)
        opened.append(Searcher(folder, encoder))
        return Answerer(opened[-1], Calibration(threshold=0.0))

    yield make
    for one in opened:
        one.close()


@pytest.mark.parametrize(
    ("language", "question", "named"),
    [
        ("en", "When did the Shenzhou-18 return capsule land?", [("Shenzhou-18", 18)]),
        ("zh", "神舟十八号返回舱什么时候着陆？", [("神舟十八号", 18)]),
        ("ja", "台風22号で何人が死亡しましたか？", [("台風22号", 22)]),
        ("ko", "선저우 18호는 언제 착륙했나요?", [("선저우 18호", 18)]),
        ("zh", "谁主办了COP29？", [("COP29", 29)]),
        ("en", "What does Article 5 say?", [("Article 5", 5)]),
        ("en", "Who won Euro 2024?", [("Euro 2024", 2024)]),
        ("de", "Was kostet das iPhone 15?", [("iPhone 15", 15)]),
        ("en", "What did the G20 decide?", [("G20", 20)]),
        ("en", "When did Louis XIV die?", [("Louis XIV", 14)]),
        ("en", "When is Super Bowl LVIII?", [("Bowl LVIII", 58)]),
        ("ru", "Когда приземлился «Союз-27»?", [("Союз-27", 27)]),
        ("en", "What happened in May 2020?", []),
        ("en", "In 2020 what happened?", []),
        ("de", "Was geschah im Jahr 2012 in Berlin?", []),
        ("en", "Did 5 people die?", []),
        ("en", "What happened on 9/11 in New York?", []),
    ],
)
def test_a_number_is_of_the_name_before_it(language: str, question: str, named: list[tuple[str, int]]) -> None:
    assert [(one.text, one.number) for one in numbered_in(question, language)] == named


SIX = "The Shenzhou-6 return capsule landed on Monday in Inner Mongolia. Both astronauts of Shenzhou-6 were well."
EIGHTEEN = "神舟十八号载人飞船返回舱11月4日在东风着陆场成功着陆。"
ASKED = "When did the Shenzhou-18 return capsule land?"


def test_another_number_is_no_answer_and_the_name_is_said_to_be_missing(answerer_of: Make) -> None:
    answer = answerer_of(draft("six", SIX)).ask(ASKED)
    assert not answer.answered
    assert [one.text for one in answer.unmet] == ["Shenzhou-18"]
    assert answer.question[answer.unmet[0].start : answer.unmet[0].end] == "Shenzhou-18"


def test_the_number_asked_for_is_found_in_another_script_before_a_nearer_article(answerer_of: Make) -> None:
    answer = answerer_of(draft("six", SIX), draft("eighteen", EIGHTEEN, language="zh")).ask(ASKED)
    assert [one.article_id for one in answer.citations] == ["eighteen"]


def test_a_number_in_the_title_is_enough(answerer_of: Make) -> None:
    text = "The return capsule landed on Monday in Inner Mongolia."
    searcher = answerer_of(draft("six", SIX), draft("here", text, title="Shenzhou-18 is back"))
    assert [one.article_id for one in searcher.ask(ASKED).citations] == ["here"]


def test_an_article_without_any_number_still_answers(answerer_of: Make) -> None:
    text = "The coronavirus killed twelve people in the town, the ministry said."
    assert answerer_of(draft("a", text)).ask("How many people did Covid-19 kill in the town?").answered

"""What a conversation and the number of passages asked for may change of an answer, and what not; the seeds."""

from __future__ import annotations

import pytest

from retrieval import Searcher, SearchOptions
from retrieval.answering import Answer, Answerer, AnswerOptions, Turn
from retrieval.answering.confidence import Calibration

TRADE = "How much was the trade turnover between Azerbaijan and Germany?"


@pytest.fixture(scope="module")
def answerer(seed_archive: Searcher) -> Answerer:
    return Answerer(seed_archive, Calibration(threshold=0.0))


def marked(answer: Answer) -> list[str]:
    return [one.quote[one.span.start - one.start : one.span.end - one.start] for one in answer.citations if one.span]


@pytest.mark.parametrize("question", [TRADE, "Wer gratulierte Aserbaidschan zur COP29-Präsidentschaft?"])
def test_how_many_passages_are_asked_for_changes_no_sentence(answerer: Answerer, question: str) -> None:
    few, some, many = (
        answerer.ask(question, AnswerOptions(search=SearchOptions(count=count))) for count in (3, 10, 12)
    )
    assert few.sentences == some.sentences == many.sentences
    assert len(few.passages) == 3


def test_the_last_question_says_what_is_marked(answerer: Answerer) -> None:
    turns = (Turn("Who congratulated Azerbaijan on its COP29 presidency?"),)
    assert any("Ishikawa" in one for one in marked(answerer.ask(turns[0].question)))
    later = answerer.ask("How much was the trade with Germany?", AnswerOptions(conversation=turns))
    assert marked(later)
    assert all(any(map(str.isdigit, one)) for one in marked(later))


def test_what_was_quoted_before_comes_after_what_is_as_good(answerer: Answerer) -> None:
    question = "「水素外交」の事務所はどこに開設されますか？"
    said = answerer.ask(question).sentences[0].text
    again = answerer.ask(question, AnswerOptions(conversation=(Turn(question, said),)))
    assert again.sentences[0].text != said


def test_a_further_sentence_is_marked_only_where_it_names_the_same(answerer: Answerer) -> None:
    answer = answerer.ask(TRADE)
    assert marked(answer) == ["$626.8 million"]

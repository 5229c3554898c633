"""A follow-up is rewritten by the language model only into a question that the conversation holds."""

from __future__ import annotations

import pytest

from index.text.language import detect
from retrieval import SearchOptions
from retrieval.answering import Answerer, AnswerOptions, Turn
from tests.retrieval.answering.generative.conftest import OTHER, Scripted, proved
from tests.retrieval.answering.generative.scripted import Play, refuses, says


def asks_then(rewritten: str) -> list[Play]:
    return [says(rewritten), says(f"{OTHER} [1]")]


CONVERSATION = AnswerOptions(conversation=(Turn("Who opened a new port in Baku?", "Ilham Aliyev opened it."),))


def test_a_follow_up_is_rewritten_by_the_model(scripted: Scripted) -> None:
    answerer, endpoint = scripted(*asks_then("When did Ilham Aliyev open the new port in Baku?"))
    answer = proved(answerer, answerer.ask("When was that?", CONVERSATION))
    assert answer.understood.question == "When did Ilham Aliyev open the new port in Baku?"
    assert "Who opened a new port in Baku?" in endpoint.prompts[0]


@pytest.mark.parametrize("named", [None, "Turkish"])
def test_a_date_of_the_conversation_may_be_written_otherwise(scripted: Scripted, named: str | None) -> None:
    meant = "Ilham Aliyev 2021-11-03 günü nereyi açtı?"
    answerer, _ = scripted(*asks_then(meant))
    turns = (Turn("Ilham Aliyev Bakü'de ne açtı?", "Ilham Aliyev 3 Kasım 2021 günü yeni bir liman açtı."),)
    options = AnswerOptions(SearchOptions(question_language=named), conversation=turns)
    assert detect("Ne zaman?")[0] != "tr"  # but its small words are Turkish
    assert answerer.ask("Ne zaman?", options).understood.question == meant


@pytest.mark.parametrize(
    "rewritten",
    [
        "",
        "It was in 2021. He opened it.\nIs that enough?",
        "When? Where? Who?",
        "When did Angela Merkel open the new port in Baku?",
        "When did Ilham Aliyev open port 77 in Baku?",
        "When " * 100 + "?",
    ],
)
def test_a_rewriting_that_is_no_single_question_from_the_conversation_is_not_used(
    scripted: Scripted, rewritten: str
) -> None:
    answerer, _ = scripted(*asks_then(rewritten))
    quoted = Answerer(answerer.searcher, answerer.calibration).ask("When was that?", CONVERSATION)
    assert answerer.ask("When was that?", CONVERSATION).understood.question == quoted.understood.question


def test_a_rewriting_that_fails_is_done_without(scripted: Scripted) -> None:
    answerer, _ = scripted(refuses(500), says(f"{OTHER} [1]"))
    answer = answerer.ask("When was that?", CONVERSATION)
    assert answer.mode == "generative"

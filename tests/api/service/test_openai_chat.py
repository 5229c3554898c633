"""What chats ask, and what the errands of chat programs get."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from api.service.heartbeats import with_heartbeats
from api.service.openai_chat import Chat, chat_of, errand
from api.service.openai_errors import WrongParameter
from api.service.openai_models import ChatRequest, Message
from api.service.openai_replies import HEARTBEAT, Exchange
from index.errors import ArchiveDamaged
from retrieval.answering import (
    Answer,
    AnswerSentence,
    AnswerUnderstood,
    Citation,
    Done,
    Event,
    Notice,
    PassagesFound,
    Restarted,
    SentenceReady,
    Turn,
)
from retrieval.answering.options import MOST_TURNS

HISTORY = (
    "### Chat History:\n<chat_history>\nUSER: Wer traf wen in Baku?\nASSISTANT: “Die Minister.” [1]\n</chat_history>"
)


def said(*pairs: tuple[str, str]) -> list[Message]:
    return [Message(role=role, content=text) for role, text in pairs]  # type: ignore[arg-type]


def test_the_last_question_is_asked_and_the_rest_are_turns() -> None:
    chat = chat_of(
        said(
            ("system", "Be brief."),
            ("user", "Who met in Baku?"),
            ("assistant", "“The ministers.” (German) [1] [2]\n\n---\n\n**Sources**\n\n- [1] [2] Trade"),
            ("user", " And in Astana? "),
            ("assistant", ""),
        )
    )
    assert chat == Chat("And in Astana?", (Turn("Who met in Baku?", "“The ministers.” (German)"),))


def test_questions_without_an_answer_and_answers_without_a_question_do_no_harm() -> None:
    chat = chat_of(said(("assistant", "Hello!"), ("user", "A"), ("user", "B"), ("assistant", "b"), ("user", "C")))
    assert chat.turns == (Turn("A"), Turn("B", "b"))


def test_of_a_long_chat_the_latest_turns_are_kept() -> None:
    chat = chat_of(said(*[("user", f"Question {n}") for n in range(300)]))
    assert len(chat.turns) == MOST_TURNS
    assert chat.turns[-1].question == "Question 298"


def test_a_long_earlier_message_is_cut_and_not_refused() -> None:
    chat = chat_of(said(("user", "x" * 10_000), ("assistant", "y" * 100_000), ("user", "And?")))
    assert len(chat.turns[0].question) <= 4_000
    assert len(chat.turns[0].answer) <= 4_000


@pytest.mark.parametrize("messages", [[], said(("system", "x")), said(("user", "")), said(("user", "x" * 4_001))])
def test_a_chat_that_asks_nothing_is_refused(messages: list[Message]) -> None:
    with pytest.raises(WrongParameter) as refused:
        chat_of(messages)
    assert refused.value.param == "messages"


@pytest.mark.parametrize(
    ("task", "reply"),
    [
        ('Generate a concise title.\n### Output:\nJSON format: { "title": "..." }', {"title": "Wer traf wen in Baku?"}),
        ('Generate 1-3 broad tags.\n### Output:\nJSON format: { "tags": ["tag1"] }', {"tags": []}),
        ('Suggest 3-5 questions.\n### Output:\nJSON format: { "follow_ups": ["?"] }', {"follow_ups": []}),
        ('Analyze whether to search.\nReturn: { "queries": [] }', {"queries": []}),
        ('You are an autocompletion system.\n{ "text": "<completion>" }', {"text": ""}),
    ],
)
def test_errands_of_open_webui_get_the_json_they_want(task: str, reply: dict[str, Any]) -> None:
    given = errand(said(("user", f"### Task:\n{task}\n{HISTORY}")))
    assert given is not None
    assert json.loads(given) == reply


@pytest.mark.parametrize(
    "messages",
    [
        said(("user", "Provide a concise, 5-word-or-less title for the conversation. Only return the title itself.\n\n"
              "Conversation:\nUser: Wer traf wen in Baku?\nAI: Die Minister.")),
        said(("user", "Analyze this conversation and provide:\n1. The detected language\n2. A concise "
              "title in the detected language\n\nUser: Wer traf wen in Baku?\nAI: Die Minister.")),
        said(("user", "Wer traf wen in Baku?"), ("assistant", "Die Minister."),
             ("user", "Please generate a concise, 5-word-or-less title for the conversation")),
        said(("system", "You are a chat title generator."), ("user", "Wer traf wen in Baku?")),
    ],
)  # fmt: skip
def test_a_title_asked_for_in_words_is_the_first_question(messages: list[Message]) -> None:
    assert errand(messages) == "Wer traf wen in Baku?"


def test_a_title_is_cut_at_a_word() -> None:
    title = errand(said(("system", "Write a title for the chat."), ("user", "Who met " + "whom and " * 20)))
    assert title is not None
    assert len(title) <= 61
    assert title.endswith(("whom…", "and…"))


@pytest.mark.parametrize(
    "question",
    [
        "Who won the title in the last conversation contest?",
        "What is the title of the report on trade?",
        "Provide figures on trade with Kazakhstan",
        "Generate a summary of what happened in Baku",
        "### Task: what happened in Baku?",
        "Wer traf wen in Baku?",
    ],
)
def test_a_question_is_no_errand(question: str) -> None:
    assert errand(said(("system", "You are a helpful assistant. Give titles in bold."), ("user", question))) is None


UNDERSTOOD = AnswerUnderstood("en", (), "q")
CITED = Citation(1, "a1", "c" * 64, 0, 4, "One.", None, "Title", None, None, "en", None)
SENTENCE = AnswerSentence("One.", "en", (1,))


def answer(*notices: Notice) -> Answer:
    return Answer(
        "q", True, 0.9, "extractive", "en", UNDERSTOOD, (SENTENCE,), (CITED,), (), notices, (), {"total": 1.0}
    )


def sent(events: AsyncGenerator[Event, None], heartbeat: float = 10.0) -> list[str]:
    """The chunks of a stream."""
    request = ChatRequest(model="zitat", messages=said(("user", "q")), stream=True)
    exchange = Exchange(request, lambda place: f"http://here/{place.article_id}")

    async def collected() -> list[str]:
        return [chunk async for chunk in exchange.streamed(PassagesFound(UNDERSTOOD, ()), events, heartbeat)]

    return asyncio.run(collected())


def test_an_error_in_the_middle_is_the_last_that_a_stream_says() -> None:
    async def failing() -> AsyncGenerator[Event, None]:
        yield SentenceReady(SENTENCE, (CITED,))
        raise ArchiveDamaged("page 7 of /somewhere/archive.sqlite")

    *_, before, last = sent(failing())
    assert "One." in before
    error = json.loads(last.removeprefix("data: "))["error"]
    assert error["type"] == "server_error"
    assert "somewhere" not in last
    assert not any("[DONE]" in chunk for chunk in sent(failing()))


def test_sentences_that_were_taken_back_are_not_annotated() -> None:
    notice = Notice("fallback", "The language model failed.")

    async def restarting() -> AsyncGenerator[Event, None]:
        yield SentenceReady(AnswerSentence("Made up.", "en", (1,)), (CITED,))
        yield Restarted(notice)
        yield SentenceReady(SENTENCE, (CITED,))
        yield Done(answer(notice))

    chunks = [json.loads(chunk[6:]) for chunk in sent(restarting())[:-1]]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    text = "".join(delta.get("content", "") for delta in deltas)
    (citation,) = deltas[-2]["annotations"]
    place = citation["url_citation"]
    assert text[: place["end_index"]].endswith("The language model failed.**\n\n“One.” [1]")
    assert place["url"] == "http://here/a1"


def test_silence_is_filled_with_comments() -> None:
    async def slow() -> AsyncGenerator[Event, None]:
        yield SentenceReady(SENTENCE, (CITED,))
        await asyncio.sleep(0.3)
        yield Done(answer())

    chunks = sent(slow(), heartbeat=0.1)
    assert HEARTBEAT in chunks
    assert chunks[-1] == "data: [DONE]\n\n"


def test_a_stream_that_nobody_reads_on_is_stopped() -> None:
    stopped = []

    async def endless() -> AsyncGenerator[int, None]:
        try:
            while True:
                yield 1
                await asyncio.sleep(0.01)
        finally:
            stopped.append(True)

    async def left() -> None:
        beating = with_heartbeats(endless(), 1.0)
        assert await anext(beating) == 1
        await beating.aclose()

    asyncio.run(left())
    assert stopped == [True]

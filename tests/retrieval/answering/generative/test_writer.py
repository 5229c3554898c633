"""Whatever a language model does, an answer is proved sentence by sentence, or quoted."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from index.errors import BadInput
from retrieval.answering import Answer, Answerer, AnswerOptions, Done, Notice, Restarted, SentenceReady, Turn
from tests.retrieval.answering.generative.conftest import BUDGET, KEY, OTHER, QUESTION, TRUE, Scripted, proved
from tests.retrieval.answering.generative.scripted import Line, Play, refuses, says

PAUSE = 20  # seconds for which an endpoint says nothing


def ask(answerer: Answerer, options: AnswerOptions | None = None) -> Answer:
    return proved(answerer, answerer.ask(QUESTION, options))


def kinds(answer: Answer) -> list[str]:
    return [notice.kind for notice in answer.notices if notice.kind in ("fallback", "withheld")]


def stalls(line: Line) -> None:
    line.begin()
    line.piece(f"{TRUE} [1] Then he ")
    time.sleep(PAUSE)


def only_pings(line: Line) -> None:
    line.begin()
    line.piece(f"{TRUE} [1] Then he ")
    for _ in range(PAUSE * 10):
        line.raw(": ping\n\n")
        time.sleep(0.1)


def breaks_off(line: Line) -> None:
    line.begin()
    line.piece(f"{TRUE} [1] Then he ")


def raw(text: str, kind: str = "text/event-stream") -> Play:
    def play(line: Line) -> None:
        line.begin(kind=kind)
        line.raw(text)

    return play


def endless(text: str) -> Play:
    def play(line: Line) -> None:
        line.begin()
        while True:
            line.piece(text)

    return play


def test_a_supported_sentence_is_shown_with_the_sentence_that_proves_it(scripted: Scripted) -> None:
    answerer, _ = scripted(says(f"In 2021 the budget for wind farms rose to 626.8 million euros [1]. {OTHER} [1]"))
    answer = ask(answerer)
    assert (answer.mode, kinds(answer)) == ("generative", [])
    assert [one.text for one in answer.sentences] == [
        "In 2021 the budget for wind farms rose to 626.8 million euros.",
        OTHER,
    ]
    assert [one.quote for one in answer.citations] == [TRUE, OTHER]


def test_a_sentence_is_shown_before_the_next_one_is_written(scripted: Scripted) -> None:
    seen = threading.Event()

    def waits(line: Line) -> None:
        line.begin()
        line.piece(f"{TRUE} [1] Ilham Aliyev ")
        assert seen.wait(20)
        line.piece("opened a new port in Baku. [1]")
        line.end()

    answerer, _ = scripted(waits)
    told = []
    for event in answerer.stream(QUESTION):
        told.append(event)
        if isinstance(event, SentenceReady):
            seen.set()
    assert isinstance(told[-1], Done)
    assert [event.sentence.text for event in told if isinstance(event, SentenceReady)] == [TRUE, OTHER]


def test_a_slow_stream_is_waited_for(scripted: Scripted) -> None:
    answerer, _ = scripted(says(f"{TRUE} [1]", size=4, pause=0.05))
    assert ask(answerer).mode == "generative"


@pytest.mark.parametrize("play", [stalls, only_pings, breaks_off])
def test_sentences_already_told_are_taken_back_when_the_model_fails(scripted: Scripted, play: Play) -> None:
    answerer, _ = scripted(play, stall_seconds=0.3)
    events = list(answerer.stream(QUESTION))
    restarted = [at for at, event in enumerate(events) if isinstance(event, Restarted)]
    assert [type(event) for event in events[1 : restarted[0]]] == [SentenceReady]
    again = events[restarted[0] + 1 :]
    assert isinstance(again[-1], Done)
    answer = proved(answerer, again[-1].answer)
    assert (answer.mode, kinds(answer)) == ("extractive", ["fallback"])
    assert tuple(event.sentence for event in again if isinstance(event, SentenceReady)) == answer.sentences
    assert all(one.text in BUDGET or one.text.startswith("Teachers") for one in answer.sentences)


def test_a_stall_is_noticed_in_the_time_set(scripted: Scripted) -> None:
    answerer, _ = scripted(stalls, stall_seconds=0.3)
    started = time.monotonic()
    ask(answerer)
    assert time.monotonic() - started < PAUSE  # before the endpoint goes on by itself


def test_the_wait_for_the_first_text_begins_with_the_request(scripted: Scripted) -> None:
    def play(line: Line) -> None:
        time.sleep(1)
        line.begin()
        time.sleep(1)
        line.piece(f"{TRUE} [1]")
        line.end()

    answerer, _ = scripted(play, first_token_seconds=1.5)
    assert kinds(ask(answerer)) == ["fallback"]


def test_all_of_it_takes_no_longer_than_the_total(scripted: Scripted) -> None:
    answerer, _ = scripted(says("word " * 700, pause=0.1), total_seconds=1.0)
    started = time.monotonic()
    assert kinds(ask(answerer)) == ["fallback"]
    assert time.monotonic() - started < 20  # of the 50 seconds that the endpoint would take


BROKEN: dict[str, Play] = {
    **{f"status {status}": refuses(status) for status in (401, 404, 429, 500)},
    "a page": raw("<html><body>Welcome</body></html>", "text/html"),
    "an empty answer": raw(""),
    "an empty stream": raw("data: [DONE]\n\n"),
    "no text": says(""),
    "no JSON": raw("data: {'choices'\n\n"),
    "another shape": raw('data: {"choices": [{"delta": {"content": {"a": 1}}}]}\n\n'),
    "choices that are none": raw('data: {"choices": 7}\n\ndata: [1, 2]\n\ndata: "text"\n\n'),
    "an error within the stream": raw('data: {"error": {"message": "overloaded"}}\n\n'),
    "bytes": lambda line: (line.begin(), line.handler.wfile.write(b"data: \xff\xfe\x00\n\n"))[0],
    "a filter": lambda line: (line.begin(), line.piece(f"{TRUE} "), line.end("content_filter"))[0],
    "it declines": says("NOT IN THE PASSAGES"),
    "it will not": says("I'm sorry, but I can't help with that."),
    "no end": endless("and so on "),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_any_fault_gives_the_quoted_answer_and_says_so(scripted: Scripted, fault: str) -> None:
    answerer, _ = scripted(BROKEN[fault])
    answer = ask(answerer)
    assert (answer.mode, answer.answered) == ("extractive", True)
    assert "fallback" in kinds(answer)


def test_an_endpoint_that_is_not_there_gives_the_quoted_answer(scripted: Scripted) -> None:
    answerer, endpoint = scripted(says(""))
    endpoint.server.shutdown()
    endpoint.server.server_close()
    assert kinds(ask(answerer)) == ["fallback"]


WRONG = {
    "an invented citation": "The budget for wind farms rose to 626.8 million euros in 2021. [9]",
    "no citation": "The budget for wind farms rose to 626.8 million euros in 2021.",
    "another passage": "The budget for wind farms rose to 626.8 million euros in 2021. [2]",
    "a wrong figure": "The budget for wind farms rose to 628.6 million euros in 2021. [1]",
    "a wrong scale": "The budget for wind farms rose to 626.8 billion euros in 2021. [1]",
    "a wrong year": "The budget for wind farms rose to 626.8 million euros in 2012. [1]",
    "a wrong name": "Angela Merkel opened a new port in Baku. [1]",
    "a wrong place": "Ilham Aliyev opened a new port in Tbilisi. [1]",
    "a denial": "The budget for wind farms never rose to 626.8 million euros in 2021. [1]",
    "what is denied": "The minister Anna Keller did sign the contract with Norway. [1]",
    "an invention": "Sea turtles return to the coast every spring to lay eggs. [1]",
    "another language": "El presupuesto para los parques eólicos subió a 626,8 millones de euros en 2021. [1]",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_an_unsupported_sentence_is_withheld_and_counted(scripted: Scripted, wrong: str) -> None:
    answerer, _ = scripted(says(f"{WRONG[wrong]} Ilham Aliyev opened a new port in Baku. [1]"))
    answer = ask(answerer)
    assert [one.text for one in answer.sentences] == [OTHER]
    assert answer.mode == "generative"
    assert [one.text for one in answer.notices if one.kind == "withheld" and "1" in one.text]


@pytest.mark.parametrize("wrong", WRONG)
def test_where_nothing_is_supported_the_articles_are_quoted(scripted: Scripted, wrong: str) -> None:
    answerer, _ = scripted(says(WRONG[wrong]))
    answer = ask(answerer)
    assert (answer.mode, kinds(answer)) == ("extractive", ["withheld", "fallback"])
    assert WRONG[wrong].split(" [")[0] not in [one.text for one in answer.sentences if wrong not in SAYS_SO]


SAYS_SO = ("an invented citation", "no citation", "another passage")  # wrong only in what it cites


def test_endless_sentences_end_with_those_asked_for(scripted: Scripted) -> None:
    answerer, _ = scripted(endless(f"{OTHER} [1] "))
    assert len(ask(answerer, AnswerOptions(sentences=2)).sentences) == 2


def test_endless_inventions_are_not_heard_to_the_end(scripted: Scripted) -> None:
    answerer, _ = scripted(endless("Sea turtles return every spring. [1] "))
    assert kinds(ask(answerer)) == ["withheld", "fallback"]


def test_an_extractive_answer_asks_no_model(scripted: Scripted) -> None:
    answerer, endpoint = scripted(says(f"{TRUE} [1]"))
    assert ask(answerer, AnswerOptions(mode="extractive", conversation=(Turn("And?"),))).mode == "extractive"
    assert endpoint.lines == []


def test_a_generative_answer_without_a_model_says_what_is_missing(scripted: Scripted) -> None:
    answerer, _ = scripted(says(""))
    without = Answerer(answerer.searcher, answerer.calibration)
    with pytest.raises(BadInput, match="--llm-base-url"):
        without.ask(QUESTION, AnswerOptions(mode="generative"))
    assert without.ask(QUESTION).mode == "extractive"


def test_a_refused_question_asks_no_model(scripted: Scripted) -> None:
    answerer, endpoint = scripted(says(f"{TRUE} [1]"))
    answerer.calibration = replace(answerer.calibration, threshold=2.0)
    answer = answerer.ask(QUESTION)
    assert (answer.answered, endpoint.lines) == (False, [])


@pytest.mark.parametrize("fault", ["status 401", "status 500", "no JSON", "a page"])
def test_the_key_is_sent_and_told_to_nobody_else(
    scripted: Scripted, fault: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-service")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-another-service")
    caplog.set_level(logging.DEBUG)
    echo = refuses(int(fault[-3:]), f'{{"error": {{"message": "wrong key {KEY}"}}}}') if fault[-1].isdigit() else None
    answerer, endpoint = scripted(echo or BROKEN[fault])
    answer = ask(answerer)
    sent = endpoint.lines[0].headers
    assert sent["Authorization"] == f"Bearer {KEY}"
    assert "another-service" not in sent.as_string()
    assert answerer.writer is not None
    for told in (repr(answer), repr(answerer.writer.model), caplog.text):
        assert KEY not in told


def test_leaving_early_ends_the_request(scripted: Scripted) -> None:
    gone = threading.Event()

    def play(line: Line) -> None:
        line.begin()
        line.piece(f"{TRUE} [1] And then ")
        try:
            for _ in range(400):
                line.piece("more ")
                time.sleep(0.01)
        except OSError:
            gone.set()
            raise

    answerer, _ = scripted(play)
    stream = answerer.stream(QUESTION)
    while not isinstance(next(stream), SentenceReady):
        pass
    stream.close()  # type: ignore[attr-defined]
    assert gone.wait(3)


def test_notices_are_told_once(scripted: Scripted, found: Callable[..., list[str]]) -> None:
    answerer, _ = scripted(refuses(429))
    (notice,) = [one for one in ask(answerer).notices if one.kind == "fallback"]
    assert notice == Notice("fallback", notice.text)
    assert "429" in notice.text

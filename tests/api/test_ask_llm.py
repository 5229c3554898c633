"""`zitat ask` with a language model: what a person sees while it writes, and how long it is waited for."""

from __future__ import annotations

import io
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api.answer_page import AnswerPage, answer_page
from api.cli import LLM_SECONDS, main
from retrieval.answering import Answer, AnswerSentence, Done, Notice, PassagesFound, Restarted, SentenceReady
from retrieval.answering.generative import LanguageModel
from tests.api.conftest import Zitat
from tests.api.test_ask import HYDROGEN, PLANNED, cited, made
from tests.retrieval.answering.generative.scripted import Endpoint, Line, serving

SUPPORTED = 'Kazakh side supported the initiative on the creation of the office of "hydrogen diplomacy".'
GERMANY = 'Germany is planning to open an office of "hydrogen diplomacy".'
WAIT, LONG = 5, 60  # seconds that are given to an endpoint, and for which it says nothing


class Terminal(io.StringIO):
    """What is printed for a person, as it is."""

    def isatty(self) -> bool:
        return True

    def until(self, text: str) -> None:
        end = time.monotonic() + 60
        while text not in self.getvalue():
            assert time.monotonic() < end, self.getvalue()
            time.sleep(0.01)


def asking(seeds: Path, endpoint: Endpoint, *more: str) -> list[str]:
    where = ["--archive", str(seeds), "--article", HYDROGEN]
    return ["ask", PLANNED, *where, "--llm-base-url", endpoint.url, "--llm-model", "scripted", *more]


def stalls(line: Line) -> None:
    line.begin()
    line.piece(f"{SUPPORTED} [1, 2, 3] And then ")
    time.sleep(LONG)


def says_nothing(line: Line) -> None:
    time.sleep(LONG)


def test_a_person_reads_a_sentence_before_the_next_is_written(monkeypatch: pytest.MonkeyPatch, seeds: Path) -> None:
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    read = threading.Event()

    def play(line: Line) -> None:
        line.begin()
        line.piece(f"{SUPPORTED} [1, 2, 3] Germany is ")
        assert read.wait(60)
        line.piece(f"{GERMANY.removeprefix('Germany is ')} [1, 2, 3]")
        line.end()

    with serving(play) as endpoint:
        running = threading.Thread(target=main, args=(asking(seeds, endpoint),))
        running.start()
        terminal.until("Kazakh side supported")
        assert "Germany is planning to open an office" not in terminal.getvalue()
        read.set()
        running.join()
    shown = " ".join(terminal.getvalue().split())
    assert shown.index(SUPPORTED) < shown.index(GERMANY) < shown.index(f"[{HYDROGEN} ")
    assert "Answer (LLM): " in shown


def test_sentences_that_do_not_count_are_taken_back_at_a_terminal(monkeypatch: pytest.MonkeyPatch, seeds: Path) -> None:
    monkeypatch.setattr(sys, "stdout", terminal := Terminal())
    with serving(stalls) as endpoint:
        assert main(asking(seeds, endpoint, "--llm-timeout", str(WAIT))) == 0
    shown = terminal.getvalue()
    before, after = shown.split("! \x1b[1mThe language model gives no answer: it takes too long. ")
    assert "Kazakh side supported" in before
    assert "[1] \x1b[1mAn office of" in after  # the numbers begin anew, and are explained once
    assert shown.count("gives no answer") == 1


def test_a_pipe_gets_only_what_counts(zitat: Zitat, seeds: Path) -> None:
    with serving(stalls) as endpoint:
        shown = zitat(*asking(seeds, endpoint, "--llm-timeout", str(WAIT))).out
    head, *blocks = shown.rstrip("\n").split("\n\n")
    assert head == "understood as English"
    assert blocks[0].startswith("   «An office of")
    assert [block for block in blocks if block.startswith("! The language model gives no answer")]
    assert blocks[-1].startswith("Answer: ")


@pytest.mark.parametrize("play", [stalls, says_nothing])
def test_an_endpoint_that_stalls_is_given_up_in_the_time_given(
    zitat: Zitat, seeds: Path, play: Callable[[Line], None]
) -> None:
    with serving(play) as endpoint:
        zitat("ask", PLANNED, "--archive", seeds)  # what is loaded on first use is loaded
        started = time.monotonic()
        shown = zitat(*asking(seeds, endpoint, "--llm-timeout", str(WAIT))).out
        taken = time.monotonic() - started
    assert "it takes too long" in shown
    assert WAIT <= taken < LONG


def test_the_time_given_by_default_is_that_of_the_record_and_is_in_the_help(zitat: Zitat) -> None:
    assert LanguageModel("http://127.0.0.1:1/v1", "m").total_seconds == LLM_SECONDS
    assert LanguageModel.patient("http://127.0.0.1:1/v1", "m") == LanguageModel("http://127.0.0.1:1/v1", "m")
    for command in ("ask", "serve"):
        assert "--llm-timeout SECONDS" in zitat(command, "--help").out
        assert f"default {LLM_SECONDS:g}" in " ".join(zitat(command, "--help").out.split())


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf"])
def test_a_time_that_is_none_is_refused(zitat: Zitat, seeds: Path, seconds: str) -> None:
    llm = ["--llm-base-url", "http://127.0.0.1:1/v1", "--llm-model", "m", f"--llm-timeout={seconds}"]
    said = zitat("ask", PLANNED, "--archive", seeds, *llm)
    assert (said.status, "give a number of seconds above 0" in said.err) == (2, True)


def test_a_page_written_event_by_event_is_the_page_of_the_whole_answer() -> None:
    taken_back = SentenceReady(AnswerSentence("Never.", "en", (1,)), (cited(1, "Never."),))
    notice = Notice("fallback", "Quoted instead.")
    answer: Answer = made(cited(1, "One."), cited(2, "Two.", article_id="a2"), notices=(notice,))
    ready = [SentenceReady(one, (proof,)) for one, proof in zip(answer.sentences, answer.citations, strict=True)]
    events = [PassagesFound(answer.understood, ()), taken_back, Restarted(notice), *ready, Done(answer)]
    page = AnswerPage(answer.question, colour=False)
    blocks = [block.strip("\n") for event in events for block in page.write(event)]
    whole = answer_page(answer, colour=False).split("\n\n")
    assert blocks[:3] == ["understood as English", "   “Never.” [1]", "! Quoted instead."]
    assert [blocks[0], *blocks[3:5], blocks[2], *blocks[5:]] == whole

"""`zitat ask`: an answer that a person can check, or one JSON object for programs."""

from __future__ import annotations

import json
import re
import socket
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from api.answer_page import answer_page
from index.archive import Archive
from retrieval.answering import Answer, AnswerSentence, AnswerUnderstood, Citation, Disagreement, Notice
from retrieval.results import DateRange, Span
from tests.api.conftest import Said, Zitat

HYDROGEN = "001_b4c85a9a8ed16f0b"
KEYS = {
    "question", "answered", "confidence", "mode", "language", "understood", "sentences", "citations", "disagreements",
    "notices", "passages", "took_ms", "unmet",
}  # fmt: skip
PLANNED = "What is planned to be opened in Astana?"
Outside = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def ask(zitat: Zitat, seeds: Path) -> Callable[..., Said]:
    """Ask the seeds."""
    return lambda *arguments: zitat("ask", *arguments, "--archive", seeds)


def cited(n: int, quote: str, **fields: object) -> Citation:
    known: dict[str, object] = {
        "article_id": "a1", "content_hash": "c" * 64, "start": 100, "end": 100 + len(quote), "span": None,
        "title": "Trade grows", "source": "Trend", "published_at": "2022-10-31", "language": "en", "url": None,
    }  # fmt: skip
    return Citation(n=n, quote=quote, **known | fields)  # type: ignore[arg-type]


def made(*citations: Citation, **fields: object) -> Answer:
    known: dict[str, object] = {
        "question": "q", "answered": True, "confidence": 0.9, "mode": "extractive", "language": "en",
        "understood": AnswerUnderstood("en", (), "q"), "citations": citations, "disagreements": (), "notices": (),
        "sentences": tuple(AnswerSentence(one.quote, one.language, (one.n,)) for one in citations),
        "passages": (), "took_ms": {"total": 1.0},
    }  # fmt: skip
    return Answer(**known | fields)  # type: ignore[arg-type]


def test_json_is_one_object_with_the_keys_promised(ask: Callable[..., Said], seeds: Path) -> None:
    said = ask(PLANNED, "--json")
    assert (said.status, said.err, len(said.lines)) == (0, "", 1)
    answer = json.loads(said.out)
    assert set(answer) == KEYS
    assert answer["answered"]
    with Archive(seeds) as archive:
        for one in answer["citations"]:
            stored = archive.store.article(one["article_id"])
            assert stored is not None
            assert stored.article.text[one["start"] : one["end"]] == one["quote"]
            assert stored.content_hash == one["content_hash"]


def test_a_person_sees_quotations_their_numbers_and_where_they_stand(ask: Callable[..., Said]) -> None:
    said = ask(PLANNED, "--article", HYDROGEN, "--sentences", "2")
    assert (said.status, said.err) == (0, "")
    head, *blocks = said.out.rstrip("\n").split("\n\n")
    assert head == "understood as English"
    assert re.fullmatch(r"Answer: \d\d% · \d+ ms", blocks[-1])
    assert re.fullmatch(r" {3}[“«][\s\S]+[”»] \[1\]", blocks[0])
    source = next(block for block in blocks if block.startswith("[1] "))
    assert source.startswith('[1] An office of "hydrogen diplomacy" is planned')
    assert "Trend · October 31, 2022 · English" in source
    assert re.search(rf"\[{HYDROGEN} \d+:\d+ sha256 [0-9a-f]{{12}}\]", source)
    assert "\x1b" not in said.out


def test_a_quotation_in_another_language_says_so_in_the_readers_language(ask: Callable[..., Said]) -> None:
    said = ask("Was ist in Astana geplant?", "--article", HYDROGEN, "--sentences", "1")
    assert re.search(r"[”»] \(Englisch\) \[1\]", " ".join(said.out.split()))


def test_filters_leave_nothing_and_that_is_said_without_an_error(ask: Callable[..., Said]) -> None:
    said = ask(PLANNED, "--after", "2030-01-01")
    assert said.status == 0
    assert "! " in said.out
    assert json.loads(ask(PLANNED, "--after", "2030-01-01", "--json").out)["answered"] is False


def test_the_number_of_sentences_is_kept(ask: Callable[..., Said]) -> None:
    assert len(json.loads(ask(PLANNED, "--sentences", "1", "--json").out)["sentences"]) == 1


def test_earlier_turns_are_read_from_a_file(ask: Callable[..., Said], tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.json"
    for turns in (
        [{"question": PLANNED, "answer": "An office."}],
        [{"question": PLANNED}],
        {"question": PLANNED, "sentences": [{"text": "An office.", "language": "en", "citations": [1]}]},
        [],
    ):
        earlier.write_text(json.dumps(turns), encoding="utf-8")
        assert ask("When was that?", "--history", earlier, "--json").status == 0


def test_an_answer_as_json_is_a_turn_of_the_next_question(ask: Callable[..., Said], tmp_path: Path) -> None:
    from api.asking import history

    earlier = tmp_path / "earlier.json"
    earlier.write_text(ask(PLANNED, "--json").out, encoding="utf-8")
    (turn,) = history(str(earlier))
    assert turn.question == PLANNED
    assert "hydrogen diplomacy" in turn.answer


@pytest.mark.parametrize(
    "text", ["{", '"words"', '[{"answer": "x"}]', "[1]", '[{"question": 3}]', "[" * 100_000, "\udcff"]
)
def test_turns_that_cannot_be_read_are_refused_with_the_cure(
    ask: Callable[..., Said], tmp_path: Path, text: str
) -> None:
    earlier = tmp_path / "earlier.json"
    earlier.write_bytes(text.encode("utf-8", "surrogateescape"))
    said = ask("When was that?", "--history", earlier)
    assert said.status == 2
    assert 'write a JSON list such as [{"question"' in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([""], "the question is empty: type a question"),
        (["wind", "--sentences", "0"], "0 sentences were asked for: ask for 1 to 20"),
        (["wind", "--mode", "magic"], "invalid choice: 'magic'"),
        (["wind", "--mode", "generative"], "give --llm-base-url and --llm-model"),
        (["wind", "--llm-model", "some"], "one of --llm-base-url and --llm-model is missing: give both"),
        (["wind", "--history", "nowhere.json"], "nowhere.json: No such file"),
        (["wind", "--language", "klingonish"], "there is no language 'klingonish'"),
        (["wind", "--article", HYDROGEN, "--article", "no"], "seeds.zitat: see `zitat list` for the ids"),
        (["wind", "--article", "no", "--json"], "there is no article 'no'"),
    ],
)
def test_a_wrong_question_ends_with_status_2_and_the_cure(
    ask: Callable[..., Said], arguments: list[str], said: str
) -> None:
    found = ask(*arguments)
    assert found.status == 2
    assert said in found.err
    assert found.out == ""


def test_a_language_model_that_cannot_be_reached_is_no_end_of_the_answer(ask: Callable[..., Said]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    llm = ["--llm-base-url", f"http://127.0.0.1:{port}/v1", "--llm-model", "none"]
    answer = json.loads(ask(PLANNED, *llm, "--json").out)
    assert (answer["answered"], answer["mode"]) == (True, "extractive")
    assert [notice["kind"] for notice in answer["notices"] if notice["kind"] == "fallback"] == ["fallback"]
    assert "\n! The language model gives no answer: " in ask(PLANNED, *llm).out


def test_help_says_what_the_exit_status_means(ask: Callable[..., Said]) -> None:
    shown = " ".join(ask("--help").out.split())
    assert "0 when the question was answered, and when the archive does not hold the answer" in shown


def test_the_words_that_answer_are_marked_in_colour_or_with_stars() -> None:
    answer = made(cited(1, "It was $626.8 million in all.", span=Span(107, 121)))
    assert "“It was **$626.8 million** in all.” [1]" in answer_page(answer, colour=False)
    assert "“It was \x1b[1;33m$626.8 million\x1b[0m in all.” [1]" in answer_page(answer, colour=True)


def test_a_quotation_that_no_sentence_shows_is_shown_with_its_source() -> None:
    both = (AnswerSentence("One.", "en", (1, 2)),)
    shown = answer_page(made(cited(1, "One."), cited(2, "Uno.", article_id="a2"), sentences=both), colour=False)
    assert shown.count("“One.”") == 1
    assert (
        "[2] Trade grows\n   Trend · October 31, 2022 · English\n   “Uno.”\n   [a2 100:104 sha256 cccccccccccc]"
        in shown
    )


def test_an_article_is_described_under_its_first_number() -> None:
    shown = answer_page(made(cited(1, "One."), cited(2, "Two.", start=200, end=204)), colour=False)
    assert "\n\n[2] Trade grows\n   [a1 200:204 sha256 cccccccccccc]\n\n" in shown
    assert shown.count("Trend · ") == 1


def test_disagreements_and_notices_cannot_be_overlooked() -> None:
    answer = made(
        cited(1, "One."),
        disagreements=(Disagreement("figures", "The figures differ.", ("1", "2"), (1,)),),
        notices=(Notice("as-of", "As of 2022-10-31."),),
    )
    shown = answer_page(answer, colour=False)
    assert "\n\n! The figures differ. [1]\n\n! As of 2022-10-31.\n\n[1] " in shown


def test_a_rewritten_follow_up_is_shown() -> None:
    answer = made(cited(1, "One."), understood=AnswerUnderstood("en", (), "And with Japan? trade"))
    assert "understood as English · “And with Japan? trade”\n" in answer_page(answer, colour=False)


def test_everything_around_the_quotations_is_in_the_language_of_the_question() -> None:
    october = DateRange("Oktober 2022", date(2022, 10, 1), date(2022, 10, 31))
    one, two = cited(1, "One."), cited(2, "Two.", start=200, end=204)
    understood = AnswerUnderstood("de", (october,), "Was? Baku")
    shown = answer_page(made(one, two, language="de", understood=understood), colour=False)
    head, *blocks = shown.split("\n\n")
    assert head == ("verstanden als: Deutsch · “Was? Baku” · Oktober 2022: 1. Oktober 2022 – 31. Oktober 2022")
    assert "Trend · 31. Oktober 2022 · Englisch" in shown
    assert re.fullmatch(r"Antwort: \d\d% · \d+ ms", blocks[-1])


def test_nothing_in_an_article_commands_the_terminal() -> None:
    evil = "a\x1b[2Jb\x07c\rd\x9b31me\u202ef\x1cg"
    answer = made(
        cited(1, evil, title=evil, source=evil, url=f"https://x/{evil}", article_id=evil),
        notices=(Notice("as-of", evil),),
        understood=AnswerUnderstood("en", (), evil),
    )
    shown = answer_page(answer, colour=False)
    assert set("\x1b\x07\r\x9b\u202e\x1c") & set(shown) == set()


def test_persian_keeps_the_joiners_that_spell_it() -> None:
    quote = "می‌خواهم بروم."
    assert quote in answer_page(made(cited(1, quote, language="fa"), language="fa"), colour=False)


def test_a_command_loads_nothing_that_only_others_need(outside: Outside, seeds: Path) -> None:
    code = (
        "import sys; from api.cli import main\n"
        "main([sys.argv[2], 'Wasserstoff', '--archive', sys.argv[1]])\n"
        "heavy = 'torch transformers pydantic mcp fastapi openai sqlalchemy.dialects.postgresql'.split()\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    for command in ("search", "ask"):
        ran = outside("-c", code, seeds, command)
        assert (ran.returncode, ran.stderr) == (0, "")
        assert ran.stdout.splitlines()[-1] == "[]", command

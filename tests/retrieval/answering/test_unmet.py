"""Why an answer is refused: the words that nothing answers to are named, whole, and only where that is plain."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retrieval import Answerer, Searcher
from retrieval.answering.evidence import sentences_of
from retrieval.answering.phrases import listed
from retrieval.answering.records import Unmet
from retrieval.answering.unmet import unmet
from tests.fakes import draft

Made = Callable[..., Searcher]
PLAINLY_MISSING = {
    "What did the prime minister of Luxembourg say about hydrogen?": ["Luxembourg"],
    "Что происходит в Рейкьявике?": ["Рейкьявике"],
    "Wie spielte die Nationalmannschaft von Bhutan?": ["Bhutan"],
    "パラグアイのオペラ劇場の館長は誰ですか？": ["パラグアイ"],
    "¿Qué pasó con las elecciones en Bután?": ["Bután"],
    "Quantos metros tem a ponte Vasco Gonçalves?": ["Vasco Gonçalves"],
}


@pytest.mark.parametrize(("question", "names"), PLAINLY_MISSING.items(), ids=PLAINLY_MISSING)
def test_names_of_which_the_seeds_say_nothing_are_named(
    seed_archive: Searcher, question: str, names: list[str]
) -> None:
    found = seed_archive.find(question)
    named = unmet(found, sentences_of(found))
    assert [one.text for one in named][: len(names)] == names
    assert all(question[one.start : one.end] == one.text for one in named)


@pytest.mark.parametrize(
    "question",
    [
        "Where is Germany planning to open an office of hydrogen diplomacy?",
        "Wo will Deutschland ein Büro für Wasserstoffdiplomatie eröffnen?",
        "Где Германия планирует открыть бюро водородной дипломатии?",
        "德国计划在哪里开设氢外交办公室？",
    ],
)
def test_names_that_the_seeds_have_are_not(seed_archive: Searcher, question: str) -> None:
    found = seed_archive.find(question)
    assert unmet(found, sentences_of(found)) == ()


def test_the_rarest_word_is_named_too_where_its_language_is_spoken(archive_of: Made) -> None:
    with archive_of(*[draft(str(n), f"The harbour of number {n} closed.") for n in range(4)]) as searcher:
        found = searcher.find("harbour beekeepers closed")
        assert unmet(found, sentences_of(found)) == (Unmet("beekeepers", 8, 18),)


def test_of_several_words_as_rare_none_is_named(archive_of: Made) -> None:
    with archive_of(*[draft(str(n), f"The harbour of number {n} closed.") for n in range(4)]) as searcher:
        found = searcher.find("harbour beekeepers accordion")
        assert unmet(found, sentences_of(found)) == ()


def test_nothing_is_named_where_nothing_was_found(archive_of: Made) -> None:
    found = archive_of().find("What about Luxembourg?")
    assert unmet(found, sentences_of(found)) == ()


def test_a_refusal_names_what_is_missing_and_says_so_in_the_reader_s_language(seed_archive: Searcher) -> None:
    answer = Answerer(seed_archive).ask("Wie spielte die Nationalmannschaft von Bhutan?")
    assert not answer.answered
    assert [one.text for one in answer.unmet] == ["Bhutan"]
    assert answer.notices[0].text.startswith("Zu Bhutan wurde nichts gefunden.")
    assert answer.as_json()["unmet"] == ({"text": "Bhutan", "start": 39, "end": 45},)


def test_an_answer_misses_nothing(seed_archive: Searcher) -> None:
    answer = Answerer(seed_archive).ask("Where is Germany planning to open an office of hydrogen diplomacy?")
    assert answer.answered
    assert answer.unmet == ()


def test_words_are_listed_as_a_language_lists_them() -> None:
    assert listed(["Turin"], "en") == "Turin"
    assert listed(["Turin", "Lyon"], "en") == "Turin or Lyon"
    assert listed(["都灵", "里昂"], "zh") == "都灵或里昂"
    assert listed([], "en") == ""

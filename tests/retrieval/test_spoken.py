"""Which language a short question is in: by its small words, the models and the archive, together."""

from __future__ import annotations

import gzip
import json
import random
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

import pytest

from index.text.language import detect, normalise_code
from retrieval.question import understand
from retrieval.spoken import small_words, spoken

HERE = Path(__file__).parent
TODAY = date(2026, 11, 21)
XQUAD = HERE.parents[2] / "shared" / "data" / "eval" / "xquad" / "queries.jsonl.gz"
SHORT = [
    (language, question)
    for language, questions in tomllib.loads((HERE / "short_questions.toml").read_text(encoding="utf-8")).items()
    for question in questions
]
NEWS = frozenset("en ar zh ru tr ja de pt sw es fr ha ti so am sn om rn xh yo ln lg ig".split())
FROM_NEWCOMERS = {
    "Who met whom in Baku?": "en",
    "Who met Putin?": "en",
    "Who met whom?": "en",
    "How much?": "en",
    "Was war in Bonn?": "de",
    "WHO MET WHOM?": "en",
    "quien es putin": "es",
    "כמה?": "he",
}


def right(rows: Iterable[tuple[str, str]], told: Callable[[str], tuple[str, float]]) -> float:
    found = [told(question)[0] == language for language, question in rows]
    return sum(found) / len(found)


def first_words(count: int) -> Iterator[tuple[str, str]]:
    """The first words of 1,500 questions, in the languages that put spaces between them."""
    if not XQUAD.exists():
        pytest.skip("../shared is not there")
    with gzip.open(XQUAD, "rt", encoding="utf-8") as lines:
        rows = [(one["language"], one["text"]) for one in map(json.loads, lines)]
    for language, text in random.Random(7).sample(rows, 1_500):
        if language not in ("zh", "th"):
            yield language, " ".join(text.split()[:count])


@pytest.mark.parametrize(("question", "language"), FROM_NEWCOMERS.items())
def test_a_question_of_small_words_and_names_is_recognised(question: str, language: str) -> None:
    assert spoken(question)[0] == language


def test_short_questions_are_told_apart_far_better_than_by_the_models_alone() -> None:
    assert len(SHORT) >= 280
    assert right(SHORT, detect) < 0.84
    assert right(SHORT, spoken) > 0.91
    assert right(SHORT, lambda question: spoken(question, NEWS)) > 0.93


def test_kirundi_is_not_taken_for_its_twin_where_the_archive_has_it() -> None:
    question = "Uyu muringa ukingira umugera wa SIDA ukozwe muri iki?"
    assert detect(question)[0] == "rw"
    assert spoken(question, {"rn", "fr"})[0] == "rn"
    assert understand(question, None, TODAY, {"rn"}).understood.language == "rn"


@pytest.mark.parametrize("name", ["Putin", "Merkel", "Elon Musk", "COP29", "", "?", "2031"])
def test_what_has_no_small_word_is_left_to_the_models(name: str) -> None:
    assert spoken(name, NEWS) == detect(name)


@pytest.mark.parametrize("language", ["ja", "zh", "ko", "th"])
def test_a_script_that_tells_the_language_decides(language: str) -> None:
    assert right([one for one in SHORT if one[0] == language], spoken) == 1.0


def test_a_language_that_is_said_is_believed() -> None:
    assert understand("Who met whom?", "nl", TODAY).understood.language == "nl"


@pytest.mark.parametrize(("words", "least"), [(2, 0.92), (4, 0.98), (99, 0.995)])
def test_questions_of_any_length_are_recognised_no_worse(words: int, least: float) -> None:
    rows = list(first_words(words))
    told = right(rows, spoken)
    assert told >= least
    assert told >= right(rows, detect)


def test_how_sure_it_is_lies_between_0_and_1() -> None:
    assert all(0.0 <= spoken(question)[1] <= 1.0 for _, question in SHORT)


def test_every_language_of_the_lists_has_a_code_of_its_own() -> None:

    codes = {language for language, _, _ in small_words()}
    assert len(codes) > 75
    assert [code for code in codes if normalise_code(code) != code] == []

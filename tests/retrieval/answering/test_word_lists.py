"""The word lists that lie beside the code: all are packaged, readable, and can be looked for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import regex
from babel import Locale
from babel.numbers import get_currency_name

from retrieval.answering.comparing import arithmetic
from retrieval.answering.figures import exactness
from retrieval.answering.figures.numerals import numbers_in
from retrieval.answering.figures.words import figure_words
from retrieval.answering.marking.kinds import KINDS
from retrieval.answering.word_lists import word_list

ROOT = Path(__file__).parents[3]
ANSWERING = ROOT / "retrieval" / "answering"
FILES = {str(file.relative_to(ANSWERING)): file for file in sorted(ANSWERING.rglob("*.toml"))}
FIGURES, MARKING, COMPARING = (f"retrieval.answering.{room}" for room in ("figures", "marking", "comparing"))
QUESTIONS = word_list(MARKING, "question_words.toml")
WORDS = word_list(FIGURES, "words.toml")


def strings(listed: Any) -> Iterator[str]:
    """Every string in a list of lists, or a table of tables."""
    if isinstance(listed, str):
        yield listed
    elif isinstance(listed, dict | list):
        for one in listed.values() if isinstance(listed, dict) else listed:
            yield from strings(one)


@pytest.mark.parametrize("name", FILES)
def test_no_word_has_spaces_around_it(name: str) -> None:
    words = list(strings(tomllib.loads(FILES[name].read_text(encoding="utf-8"))))
    assert len(words) > 10
    assert [word for word in words if word != word.strip()] == []


@pytest.mark.parametrize("language", QUESTIONS)
def test_question_words_are_patterns_for_each_kind(language: str) -> None:
    assert set(QUESTIONS[language]) <= {*KINDS, "fronted", "strings"}
    for kind in KINDS:
        assert QUESTIONS[language][kind]
        assert all(regex.compile(words) for words in QUESTIONS[language][kind])


def test_languages_are_codes_that_exist() -> None:
    numbers = word_list(FIGURES, "numerals.toml")
    for language in {*QUESTIONS, *numbers["units"], *WORDS["money"], *WORDS["scales"]} - {"others"}:
        assert Locale.parse(language)


def test_bounds_are_those_that_a_figure_may_have_and_no_word_says_two() -> None:
    listed = word_list(FIGURES, "exactness.toml")
    assert set(listed) == {"at least", "at most", "about"}
    words = list(strings(listed))
    assert len(words) == len(set(words))
    for bound, forms in listed.items():
        assert {exactness.bound_before(f"{form} ") for form in forms if form.isalpha()} == {bound}


def test_a_spelled_number_has_one_value() -> None:
    listed = word_list(FIGURES, "numerals.toml")
    for language, words in listed["units"].items():
        forms = [form for one in words for form in one.split("/")]
        assert len(forms) == len(set(forms)), language
        for value, one in enumerate(words, 2):
            assert [n.value for form in one.split("/") for n in numbers_in(form, language, ".", ",")] == [
                Decimal(value)
            ] * len(one.split("/"))
    assert all(len(tens) == 8 for tens in listed["tens"].values())


def test_currencies_are_codes_that_cldr_names() -> None:
    named = {*WORDS["symbols"], *strings(WORDS["families"]), *(c for one in WORDS["money"].values() for c in one)}
    assert named <= set(WORDS["currencies"])
    assert [code for code in WORDS["currencies"] if get_currency_name(code, locale="en") == code] == []


def test_measures_are_units_that_are_read() -> None:
    assert set(WORDS["measures"]) <= set(WORDS["units"])


@pytest.mark.parametrize("language", [*WORDS["scales"], "und"])
def test_a_scale_is_a_power_of_ten_that_is_found_behind_a_number(language: str) -> None:
    listed = WORDS["scales"].get(language, WORDS["scales"]["others"])
    assert all(2 <= power <= 12 for power in listed.values())
    known = figure_words("en" if language == "others" else language).scales
    assert {word: known[word] for word in listed} == listed


def test_words_for_parts_are_patterns_in_lower_case() -> None:
    listed = word_list(COMPARING, "arithmetic.toml")
    assert set(listed) == {"of_that", "of_that_strings", "exports", "imports"}
    assert all(regex.compile(word) and word == word.lower() for word in strings(listed))
    assert list(arithmetic.contradictions([])) == []

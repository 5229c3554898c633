"""What a question counts, read from the question itself."""

from __future__ import annotations

import pytest

from retrieval.answering.marking.counted import counted_in, is_numbered


@pytest.mark.parametrize(
    ("language", "question", "unit"),
    [
        ("en", "How many kilometres did they walk?", "length"),
        ("en", "How many people died?", "count"),
        ("en", "How many euros were stolen?", "money"),
        ("en", "How much was the trade turnover?", ""),
        ("de", "Um wie viel Prozent sanken die Bestellungen?", "percent"),
        ("de", "Wie viele Häuser stürzten ein?", "count"),
        ("de", "Wie hoch war der Umsatz?", ""),
        ("es", "¿Cuántas vacunas llegaron?", "count"),
        ("ru", "Сколько минут длился матч?", "duration"),
        ("tr", "Kaç kişi öldü?", "count"),
        ("zh", "有多少公里？", "length"),
        ("ja", "何人が死亡しましたか？", "count"),
    ],
)
def test_a_number_in_place_of_the_words_that_ask_tells_the_unit(language: str, question: str, unit: str) -> None:
    counted = counted_in(question, language)
    assert counted is not None
    assert counted.unit == unit


@pytest.mark.parametrize("question", ["Who won?", "", "???", "Quo vadis"])
def test_other_questions_count_nothing(question: str) -> None:
    assert counted_in(question, "en") is None


@pytest.mark.parametrize(
    ("text", "number", "numbered"),
    [
        ("in case no. 414 the court", "414", True),
        ("2023 渝 05 破申 608 号", "608", True),
        ("die 27- und 30-jährigen", "27", True),
        ("there were 414 people", "414", False),
        ("no 12 people came", "12", False),
    ],
)
def test_the_number_of_a_file_counts_nothing(text: str, number: str, numbered: bool) -> None:
    start = text.index(number)
    assert is_numbered(text, start, start + len(number)) is numbered

"""Which words are marked, by what is asked for: sentences of news in sixteen languages, the real encoder."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from index.encoders.bundled import BundledEncoder
from index.encoders.codes import alignment
from index.encoders.encoder import Passage
from retrieval.answering.asking import asking_of
from retrieval.answering.evidence import Sentence
from retrieval.answering.marking import answer_span
from retrieval.found import Found
from retrieval.question import encode, understand
from retrieval.results import SearchResult

Row = tuple[str, ...]


def rows_of(name: str) -> list[Row]:
    table = tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    return [(language, kind, *row) for language, rows in table.items() for kind, row in rows.items()]


def names_of(rows: list[Row]) -> list[str]:
    return [f"{row[0]}-{row[1]}" for row in rows]


ROWS, TOLD_APART = rows_of("marks.toml"), rows_of("told_apart.toml")
MISSED = frozenset(  # known: names that are marked or missed wrongly
    ["en-none", "de-where", "pt-where", "ar-who", "ja-who", "ko-who", "hi-money", "de-abroad"]
)


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder(threads=1)


def marked(encoder: BundledEncoder, language: str, question: str, text: str) -> str:
    asked = understand(question, language, date(2022, 1, 1))
    found = Found(SearchResult(question, asked.understood, (), {}), asked, encoder)
    codes = encoder.encode_passages([Passage(text, "", language)])[0].codes
    pairs = np.asarray(alignment(encode(asked, encoder).tokens, codes), np.float32)
    sentence = Sentence(0, 0, len(text), text, language, 0.0, pairs, encoder.token_ends(text), codes)
    asking = asking_of(found)
    span = answer_span(found, sentence, asking.kind, asking.measure)
    return text[span.start : span.end] if span else ""


def test_the_table_is_wide() -> None:
    assert len(ROWS) >= 120
    assert len({row[0] for row in ROWS}) >= 15


@pytest.mark.parametrize("row", ROWS, ids=names_of(ROWS))
def test_the_words_that_answer_are_marked_and_no_others(encoder: BundledEncoder, row: Row) -> None:
    language, kind, question, text, wanted = row
    if f"{language}-{kind}" in MISSED:
        pytest.skip("known to be marked wrongly")
    found = marked(encoder, language, question, text)
    assert found.startswith(wanted) if kind == "many" else found == wanted


@pytest.mark.parametrize("row", TOLD_APART, ids=names_of(TOLD_APART))
def test_of_several_things_of_a_kind_the_one_that_answers_is_marked(encoder: BundledEncoder, row: Row) -> None:
    language, kind, question, text, wanted = row
    if f"{language}-{kind}" in MISSED:
        pytest.skip("known to be marked wrongly")
    assert marked(encoder, language, question, text) == wanted

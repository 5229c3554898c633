"""Which names may be persons'."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.answering.evidence import Sentence
from retrieval.answering.marking.names import Name
from retrieval.answering.marking.persons import offers_choice, persons_among

NOTHING = np.zeros((0, 0), np.float32)


def persons(text: str, language: str, *names: str) -> list[str]:
    sentence = Sentence(0, 0, len(text), text, language, 0.0, NOTHING, np.zeros(0, np.int64), NOTHING.astype(np.uint8))
    found = [Name(text.index(name), text.index(name) + len(name), 1.0) for name in names]
    return [text[one.start : one.end] for one in persons_among(found, sentence)]


@pytest.mark.parametrize(
    ("language", "text", "names", "left"),
    [
        ("de", "In Lyon sprach Anna Berg.", ["Lyon", "Anna Berg"], ["Anna Berg"]),
        ("de", "Über die Neiße baute Novák.", ["Neiße", "Novák"], ["Novák"]),
        ("de", "Werner Faymann (SPÖ) sprach.", ["Werner Faymann", "SPÖ"], ["Werner Faymann"]),
        ("en", "NASA named Vera Castell.", ["NASA", "Vera Castell"], ["Vera Castell"]),
        ("en", "The comet was found by NASA.", ["NASA"], ["NASA"]),
        ("en", "Before the match Ann Lee spoke.", ["Before", "Ann Lee"], ["Ann Lee"]),
        ("en", "Ronald Baker of Marion won.", ["Ronald Baker of Marion"], ["Ronald Baker"]),
        ("en", "William of Orange won.", ["William of Orange"], ["William of Orange"]),
        ("en", "America chose Ann Lee.", ["America", "Ann Lee"], ["Ann Lee"]),
        ("zh", "吉林省副市长骆旭东", ["吉林", "骆旭东"], ["骆旭东"]),
    ],
)
def test_places_bodies_and_small_words_are_left_out(
    language: str, text: str, names: list[str], left: list[str]
) -> None:
    assert persons(text, language, *names) == left


@pytest.mark.parametrize(
    ("language", "question", "offered"),
    [
        ("en", "Who is older, Biden or Trump?", True),
        ("de", "Wer ist älter, Merkel oder Kohl?", True),
        ("zh", "谁更大，拜登还是特朗普？", True),
        ("en", "Who bought or sold the house?", False),
        ("en", "Who won?", False),
        ("und", "Who is older, Biden or Trump?", False),
    ],
)
def test_a_question_may_name_those_of_whom_it_asks_for_one(language: str, question: str, offered: bool) -> None:
    assert offers_choice(question, language) is offered

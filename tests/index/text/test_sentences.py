"""Sentences: every script, hard-wrapped and one-line paragraphs, and nothing lost in odd text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.sentences import LONGEST, sentence_spans

ODD = [
    "",
    " \n\t ",
    "x",
    "😀🏳️‍🌈 👩‍👩‍👧",
    "e\u0301" * 2000,
    "a" * 5000,
    "\u00a0.\u00a0",
    "...",
    "\r\n\r\n",
    "\u2028a\u2029b",
    '"',
    "1. 2. 3.",
]
PIECES = [
    *ODD,
    "Dr. ",
    "Baku, 29. November. ",
    "Он ушёл. ",
    "你好。",
    "”他说",
    "สวัสดี ",
    "مرحبا؟ ",
    "A",
    " ",
    "\n",
    "\n\n",
    "- x\n",
    "Ə. ",
]


def sentences(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, language)]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "en",
            "He paid $1.5 million.|Mr. J. R. Smith left.|“Why?” she asked.|“No.”|They met at 5 p.m. in Bonn.",
        ),
        ("de", "Am 29. November kam z. B. Dr. Müller.|Er sagte: „Gut.“|Dann ging er."),
        ("de", "Baku, 29. November, AZERTAC meldet es.|Es war kalt."),
        ("ru", "Мы видели И. И. Иванова.|Он ушёл."),
        ("az", "Prof. Əliyev 29. noyabrda gəldi.|Sonra getdi."),
        ("ar", "ما هذا؟ |هذا كتاب."),
        ("ur", "یہ کتاب ہے۔ |وہ قلم ہے۔"),
        ("hi", "यह है।|वह है।"),
        ("hy", "Սա է։|Դա է։"),
        ("am", "ሰላም ነው። |ደህና ነው።"),
        ("zh", "你好。|“他说！”|我们走吧？|好"),
        ("ja", "「はい。」|行きました。|終わり"),
        ("und", "One here. |Two there."),
    ],
)
def test_sentences_end_where_their_language_ends_them(language: str, text: str) -> None:
    wanted = [sentence.strip() for sentence in text.split("|")]
    joint = "" if language in ("zh", "ja") else " "
    assert sentences(joint.join(wanted), language) == wanted


def test_each_line_of_news_is_a_paragraph() -> None:
    lines = ["POLITIK", "Aserbaidschan und Japan erörtern Zusammenarbeit", "Baku, 29. November, AZERTAC", "Er kam. "]
    assert sentences("\n".join(lines), "de") == [line.strip() for line in lines]


def test_rows_of_hard_wrapped_text_are_joined_and_paragraphs_kept_apart() -> None:
    text = (
        "The committee met on Tuesday to discuss the budget of the coming year and\n"
        "the proposals that had been made by the members of the opposition in the\n"
        "spring. It adjourned without a decision, and Mr. Brown said that nothing\n"
        "else could have been expected.\n"
        "\n"
        "The next meeting will be held in March, when the figures of the last two\n"
        "quarters are known.\n"
    )
    found = sentences(text, "en")
    assert len(found) == 3
    assert found[0].startswith("The committee met")
    assert found[0].endswith("in the\nspring.")
    assert found[2].startswith("The next meeting")


def test_list_items_are_separate() -> None:
    assert sentences("Agenda\n- apples and pears\n- plums\n- figs", "en") == [
        "Agenda",
        "- apples and pears",
        "- plums",
        "- figs",
    ]


def test_thai_is_broken_at_spaces_between_phrases() -> None:
    text = " ".join(["นายกรัฐมนตรีกล่าวว่ารัฐบาลจะดำเนินการแก้ไขปัญหาเศรษฐกิจอย่างเร่งด่วน"] * 6)
    assert 2 <= len(sentences(text, "th")) <= 6


@pytest.mark.parametrize("text", ["word " * 2000, "a" * 10_000, "字" * 4000, "e\u0301" * 4000])
def test_text_without_punctuation_gives_usable_spans(text: str) -> None:
    spans = sentence_spans(text, "und")
    assert len(spans) > 1
    assert max(end - start for start, end in spans) <= LONGEST


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=12),
    st.sampled_from(["en", "de", "zh", "th", "ar", "az", "und", "xx"]),
)
def test_nothing_is_lost_or_repeated(pieces: list[str], language: str) -> None:
    text = "".join(pieces)
    at = 0
    for start, end in sentence_spans(text, language):
        assert start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        at = end
    assert not text[at:].strip()

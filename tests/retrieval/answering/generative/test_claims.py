"""A model's text gives the same sentences and citations however it is cut on its way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answering.generative.claims import Claim, Claims

ODD = {
    "before the full stop": ("en", "Prices rose [1]. Wages fell [2].", [("Prices rose.", (1,)), ("Wages fell.", (2,))]),
    "after it": ("en", "Prices rose. [1] Wages fell. [2]", [("Prices rose.", (1,)), ("Wages fell.", (2,))]),
    "several": ("en", "Prices rose. [1][3] Wages fell. [2, 4]", [("Prices rose.", (1, 3)), ("Wages fell.", (2, 4))]),
    "a range": ("en", "Prices rose in May. [1-3]", [("Prices rose in May.", (1, 2, 3))]),
    "none": ("en", "Prices rose. Wages fell. [2]", [("Prices rose.", ()), ("Wages fell.", (2,))]),
    "twice": ("en", "Prices [1] rose in May [1].", [("Prices rose in May.", (1,))]),
    "a word": ("en", "Prices rose. [Passage 2]", [("Prices rose.", (2,))]),
    "no spaces": ("zh", "物价上涨了。[1]工资下降了。【2】", [("物价上涨了。", (1,)), ("工资下降了。", (2,))]),
    "own digits": ("hi", "दाम बढ़े। [१] वेतन घटे। [२]", [("दाम बढ़े।", (1,)), ("वेतन घटे।", (2,))]),
    "an abbreviation": ("en", "Mr. Smith paid 3.5 million. [1]", [("Mr. Smith paid 3.5 million.", (1,))]),
    "decoration": ("en", "- **Prices** rose. [1]\n- Wages fell. [2]", [("Prices rose.", (1,)), ("Wages fell.", (2,))]),
    "thinking": ("en", "<think>Is it so? [7]</think>Prices rose. [1]", [("Prices rose.", (1,))]),
    "no mark at the end": ("en", "Prices rose. [1] Wages", [("Prices rose.", (1,)), ("Wages", ())]),
    "nothing": ("en", " \n ", []),
}  # fmt: skip


def claims(language: str, pieces: list[str]) -> list[Claim]:
    reader = Claims(language)
    return [claim for piece in pieces for claim in reader.add(piece)] + reader.finish()


@pytest.mark.parametrize("name", ODD)
def test_a_citation_belongs_to_the_sentence_before_it(name: str) -> None:
    language, text, wanted = ODD[name]
    assert claims(language, [text]) == [Claim(*one) for one in wanted]


@pytest.mark.parametrize("name", ODD)
def test_it_is_the_same_letter_by_letter(name: str) -> None:
    language, text, wanted = ODD[name]
    assert claims(language, list(text)) == [Claim(*one) for one in wanted]


@given(st.text(alphabet="ab1. []【】\n<", max_size=60), st.integers(1, 9))
def test_no_text_breaks_it(text: str, size: int) -> None:
    found = claims("en", [text[at : at + size] for at in range(0, len(text), size)])
    assert all(any(map(str.isalnum, claim.text)) for claim in found)


def test_a_model_that_says_it_has_no_answer_is_heard() -> None:
    reader = Claims("de")
    assert reader.add("NOT IN THE ") + reader.add("PASSAGES") + reader.finish() == []
    assert reader.declined

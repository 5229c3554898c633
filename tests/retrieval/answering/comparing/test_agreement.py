"""Sentences of two sources that say the same, and those that only speak of the same."""

from __future__ import annotations

from itertools import starmap

import numpy as np
import pytest

from index.encoders.bundled import BundledEncoder
from index.encoders.codes import alignment
from index.encoders.encoder import Passage
from retrieval.answering.comparing import agree
from retrieval.answering.evidence import Sentence

SAME = [
    (
        ("en", "The historic lodge on the North Rim was destroyed by the Dragon Bravo fire."),
        ("en", "The historic lodge at the North Rim has been destroyed by the Dragon Bravo wildfire."),
    ),
    (
        ("en", "Germany plans to open an office of hydrogen diplomacy in Kazakhstan."),
        ("de", "Deutschland plant, in Kasachstan ein Büro für Wasserstoffdiplomatie zu eröffnen."),
    ),
]
OTHER = [  # of one event, and no more
    (
        ("en", "A 6.3 magnitude earthquake shook Turkey's Hatay province on Monday, two weeks after the first."),
        ("en", "Six days after the enormous earthquake in Turkey, rescue crews continue to find survivors."),
    ),
    (
        ("en", "More than 450,000 homes were without power in the state on Wednesday, officials said."),
        ("en", "More than 260,000 homes were without power in the state on Wednesday, officials said."),
    ),
    (
        ("en", "The prime minister of Japan signed the agreement in Tokyo on Friday."),
        ("en", "The prime minister of Norway signed the agreement in Oslo on Friday."),
    ),
    (
        ("en", "Former Vice President Mike Pence will not appeal a judge's order for grand jury testimony."),
        ("en", "Former Vice President Mike Pence will appeal a judge's order for grand jury testimony."),
    ),
    (
        ("de", "Der Minister wird gegen das Urteil des Gerichts in Köln Berufung einlegen."),
        ("de", "Der Minister wird gegen das Urteil des Gerichts in Köln keine Berufung einlegen."),
    ),
    (
        ("en", "The minister will not appeal the ruling of the court in Cologne."),
        ("de", "Der Minister wird gegen das Urteil des Gerichts in Köln Berufung einlegen."),
    ),
    (
        ("ja", "2017年8月11日、甲子園球場で大会の四日目の四試合が行われた。"),
        ("ja", "2017年8月14日、甲子園球場で大会の七日目の四試合が行われた。"),
    ),
    (
        ("zh", "日本首相周五在东京签署了该协议。"),
        ("zh", "挪威首相周五在奥斯陆签署了该协议。"),
    ),
]


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder(threads=1)


def sentence(encoder: BundledEncoder, language: str, text: str, question: str = "") -> Sentence:
    codes = encoder.encode_passages([Passage(text, "", language)])[0].codes
    ends = encoder.token_ends(text)
    pairs = np.zeros((0, len(ends)), np.float32)
    if question:
        pairs = np.asarray(alignment(encoder.encode_query(question, "en").tokens, codes), np.float32)
    return Sentence(0, 0, len(text), text, language, 0.0, pairs, ends, codes)


@pytest.mark.parametrize("pair", SAME, ids=range(len(SAME)))
def test_what_says_the_same_agrees_also_across_languages(encoder: BundledEncoder, pair: list[tuple[str, str]]) -> None:
    a, b = starmap(lambda language, text: sentence(encoder, language, text), pair)
    assert agree(a, b, encoder)
    assert agree(b, a, encoder)


@pytest.mark.parametrize("pair", OTHER, ids=range(len(OTHER)))
def test_what_only_speaks_of_the_same_does_not_agree(encoder: BundledEncoder, pair: list[tuple[str, str]]) -> None:
    a, b = starmap(lambda language, text: sentence(encoder, language, text), pair)
    assert not agree(a, b, encoder)
    assert not agree(b, a, encoder)


DECIDES = (
    "WASHINGTON - Former Vice President Mike Pence will not appeal a judge's order for grand jury testimony as part of "
    "a special counsel's investigation into Donald Trump's efforts to overturn the 2020 election, a spokesperson said "
    "Wednesday."
)
ORDERED = (
    "A federal judge has ordered former Vice President Mike Pence to provide information to a grand jury as part of a "
    "special counsel's investigation into Trump's efforts to overturn the 2020 election, a person familiar with the "
    "matter said."
)
REPEATED = DECIDES.replace("WASHINGTON - ", "").replace("a spokesperson said Wednesday", "his spokesman said")


def test_a_source_that_does_not_answer_what_was_asked_is_no_further_source(encoder: BundledEncoder) -> None:
    asked = "Did Mike Pence appeal the subpoena?"
    decides, repeated = (sentence(encoder, "en", text, asked) for text in (DECIDES, REPEATED))
    ordered = sentence(encoder, "en", ORDERED.replace("has ordered", "has not ordered"), asked)
    assert agree(decides, repeated, encoder)
    assert not agree(decides, ordered, encoder)

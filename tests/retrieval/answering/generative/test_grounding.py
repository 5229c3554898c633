"""What proves a sentence in another language: names however they are spelt, and a denial where the source denies.

With the bundled encoder, as only a real one knows which words of two languages mean the same.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from index.encoders.bundled import BundledEncoder
from retrieval.answering.evidence import Sentence
from retrieval.answering.generative.alignment import Alignment, Read
from retrieval.answering.generative.grounding import Prover
from retrieval.answering.generative.negation import denials, denies

Proves = Callable[[str, str, str, str], bool]


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder()


@pytest.fixture(scope="module")
def proves(encoder: BundledEncoder) -> Proves:
    """Whether a source in a language proves a claim in another."""
    prover = Prover(encoder)

    def asked(source: str, of: str, claim: str, language: str) -> bool:
        codes = np.zeros((0, 48), np.uint8)
        ends, tokens = np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
        return bool(prover.proof(claim, language, [Sentence(0, 0, len(source), source, of, 0.0, tokens, ends, codes)]))

    return asked


MINISTER = "The Prime Minister of Georgia, Irakli Garibashvili, met President Aliyev in Baku on Tuesday."
DELTA = "Because the Rhine contributes most of the water, the shorter name Rhine Delta is often used."


@pytest.mark.parametrize(
    ("source", "claim", "language"),
    [
        (
            DELTA,
            "Da der Rhein das meiste Wasser beiträgt, wird oft der kürzere Name Rheindelta verwendet.",
            "de",
        ),
        (
            MINISTER,
            "Премьер-министр Грузии Ираклий Гарибашвили встретился во вторник в Баку с президентом Алиевым.",
            "ru",
        ),
        (
            "Almost all of the households had a computer in 2020.",
            "Οι περισσότερες οικογένειες είχαν υπολογιστή το 2020.",
            "el",
        ),
    ],
)
def test_words_in_capitals_that_another_language_has_otherwise_do_not_withhold_a_sentence(
    proves: Proves, source: str, claim: str, language: str
) -> None:
    assert proves(source, "en", claim, language)


@pytest.mark.parametrize(
    ("claim", "language"),
    [
        ("Премьер-министр Грузии Никол Пашинян встретился во вторник в Баку с президентом Алиевым.", "ru"),
        ("Der Premierminister von Georgien, Nikol Paschinjan, traf am Dienstag in Baku Präsident Aliyev.", "de"),
        (
            "El primer ministro de Georgia, Nikol Pashinián, se reunió el martes en Bakú con Aliyev.",
            "es",
        ),
    ],
)
def test_another_name_is_not_proved_across_languages(proves: Proves, claim: str, language: str) -> None:
    assert not proves(MINISTER, "en", claim, language)


SIGNED = "Die Ministerin hat den Vertrag mit Norwegen unterzeichnet."
UNSIGNED = "Die Ministerin hat den Vertrag mit Norwegen nicht unterzeichnet."
SAID = {
    "en": ("The minister signed the contract with Norway.", "The minister did not sign the contract with Norway."),
    "es": ("La ministra firmó el contrato con Noruega.", "La ministra no firmó el contrato con Noruega."),
    "ru": ("Министр подписала договор с Норвегией.", "Министр не подписала договор с Норвегией."),
    "zh": ("部长签署了与挪威的合同。", "部长没有签署与挪威的合同。"),
}


@pytest.mark.parametrize("language", SAID)
def test_a_denial_is_proved_by_a_denial_alone_in_whatever_language(proves: Proves, language: str) -> None:
    affirmed, denied = SAID[language]
    assert proves(SIGNED, "de", affirmed, language)
    assert proves(UNSIGNED, "de", denied, language)
    assert not proves(SIGNED, "de", denied, language)
    assert not proves(UNSIGNED, "de", affirmed, language)


def test_a_denial_in_a_word_that_is_not_listed_is_met_by_its_meaning(proves: Proves) -> None:
    refused, unwilling = "The ministry refused to publish it.", "Das Ministerium wollte es nicht veröffentlichen."
    assert (denies(refused, "en"), denies(unwilling, "de")) == (False, True)
    assert proves(refused, "en", unwilling, "de")


NO_DENIALS = {
    "ar": "ما قاله الوزير في باكو", "cs": "nejvyšší soud nebo nemocnice", "de": "nicht nur in Baku",
    "en": "not only in Baku", "fa": "نخستین نشست نمایندگان", "he": "אינטרנט", "ja": "必ず会議を開く",
    "ko": "3년 동안 일했다", "ru": "не только в Баку", "th": "อย่างเป็นทางการ",
    "tr": "Amazon ormanları", "vi": "hàng không Việt Nam", "zh": "不久前在莫斯科",
}  # fmt: skip


@pytest.mark.parametrize("language", NO_DENIALS)
def test_words_that_only_look_like_a_denial_are_none(language: str) -> None:
    assert denials(NO_DENIALS[language], language) == []


def test_where_a_language_is_not_listed_nothing_is_known_of_denials() -> None:
    assert denials("sio", "sw") is None
    assert denies("sio", "sw") is None


def test_words_that_have_no_tokens_are_close_to_nothing(encoder: BundledEncoder) -> None:
    def read(text: str) -> Read:
        return Read(text, "en", encoder.encode_query(text, "en"), encoder.token_ends(text))

    aligned = Alignment(read("Baku"), read("The capital is Baku."))
    assert aligned.closeness(40, 50) is None
    assert (aligned.closeness(0, 4) or 0.0) > 0.16

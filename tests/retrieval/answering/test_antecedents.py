"""A sentence that opens with a pronoun is quoted with the one that says who is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from retrieval import Answerer, Searcher
from retrieval.answering import Answer
from retrieval.answering.antecedents import LONGEST, opens_with_pronoun
from retrieval.answering.confidence import Calibration
from tests.fakes import draft

Make = Callable[..., Searcher]
MET = "Maria Alvarez met the envoy in Trieste."
THANKED = "She thanked Japan for its generous help."
QUESTION = "Who thanked Japan for the generous help?"
PRONOUNS = [
    ("en", "He thanked Japan."),
    ("en", "“But she did not say when."),
    ("de", "Er dankte Japan."),
    ("fr", "Il a remercié le Japon."),
    ("es", "Él agradeció a Japón."),
    ("ru", "Он поблагодарил Японию."),
    ("uk", "Він подякував Японії."),
    ("tr", "O, Japonya'ya teşekkür etti."),
    ("az", "O, Yaponiyaya təşəkkür edib."),
    ("ar", "وهو شكر اليابان."),
    ("zh", "他感谢日本。"),
    ("ja", "彼は日本に感謝した。"),
    ("hi", "उन्होंने जापान को धन्यवाद दिया।"),
    ("ko", "그는 일본에 감사를 표했다."),
]
NAMES = [
    ("en", "Maria Alvarez thanked Japan, she said."),
    ("en", "Heavy rain fell in Japan."),
    ("de", "Japan dankte ihr."),
    ("zh", "日本感谢他。"),
    ("xx", "He thanked Japan."),
    ("en", ""),
]


def asked(searcher: Searcher, question: str = QUESTION) -> Answer:
    return Answerer(searcher, Calibration(threshold=0.0)).ask(question)


@pytest.mark.parametrize(("language", "text"), PRONOUNS, ids=[f"{n} {lang}" for n, (lang, _) in enumerate(PRONOUNS)])
def test_a_pronoun_at_the_beginning_is_known(language: str, text: str) -> None:
    assert opens_with_pronoun(text, language)


@pytest.mark.parametrize(("language", "text"), NAMES)
def test_a_name_at_the_beginning_is_no_pronoun(language: str, text: str) -> None:
    assert not opens_with_pronoun(text, language)


def test_the_sentence_before_is_quoted_with_it_to_the_character(archive_of: Make) -> None:
    searcher = archive_of(draft("a", f"Rain fell all day. {MET} {THANKED} The ships left."))
    answer = asked(searcher, "Was Japan thanked for its generous help?")
    assert answer.sentences[0].text == f"{MET} {THANKED}"
    first = answer.citations[0]
    assert (first.quote, first.start, first.end) == (f"{MET} {THANKED}", 19, 19 + len(f"{MET} {THANKED}"))


def test_the_name_before_may_be_the_words_that_answer(archive_of: Make) -> None:
    span = asked(archive_of(draft("a", f"Yesterday Maria Alvarez met the envoy. {THANKED}"))).citations[0].span
    assert span
    assert (span.start, span.end) == (10, 23)


def test_nothing_is_quoted_twice_where_the_sentence_before_answers_too(archive_of: Make) -> None:
    before = "Maria Alvarez thanked Japan for the generous help."
    answer = asked(archive_of(draft("a", f"{before} {THANKED}")))
    assert sum(sentence.text.count(before) for sentence in answer.sentences) == 1


def test_a_sentence_before_that_is_too_long_or_opens_with_a_pronoun_too_is_left_out(archive_of: Make) -> None:
    long = "Maria Alvarez came " + "and came again " * (LONGEST // 15) + "to the city."
    answer = asked(archive_of(draft("a", f"{long} {THANKED}"), draft("b", f"He met the envoy. {THANKED}")))
    assert {sentence.text for sentence in answer.sentences} == {THANKED}


def test_the_sentence_before_may_lie_in_the_passage_before(seed_archive: Searcher) -> None:
    first = asked(seed_archive, "Who thanked Japan for its support?").citations[0]
    assert first.quote.startswith("Der stellvertretende Außenminister Aserbaidschans")
    assert "Er dankte der japanischen Seite" in first.quote


def test_two_statements_of_which_one_says_who_is_meant_are_told_as_one(seed_archive: Searcher) -> None:
    said = [one.text for one in asked(seed_archive, "What did Tleuberdi say about rare earth metals?").sentences]
    assert "Tleuberdi said.\n\nHe noted" in said[0]
    assert sum(one.count("in every possible way") for one in said) == 1

"""What is marked in a passage: the words that answer, in whatever language, or the sentence that does."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from index.encoders.codes import normalise, pack
from index.encoders.encoder import EncodedQuery
from index.text.analyser import analyse
from retrieval import Passage, Searcher, SearchOptions
from retrieval.highlights import highlights
from retrieval.results import Span
from tests.fakes import WordEncoder

ENCODER = WordEncoder(256)


def signs(text: str) -> NDArray[np.float32]:
    """For each word signs that no other word has: against itself it is close, against all others it is not."""
    seeds = [ENCODER.component(word) for word in text.split()]
    rows = [np.random.default_rng(seed).choice([-1.0, 1.0], ENCODER.dimension) for seed in seeds]
    return normalise(np.array(rows, np.float32))


def marked(text: str, question: str, *terms: str, language: str = "en") -> list[str]:
    tokens = signs(question)
    query = EncodedQuery(normalise(tokens.sum(0)), tokens)
    spans = highlights(text, language, query, pack(signs(text)), ENCODER.token_ends(text), set(terms))
    return [text[span.start : span.end] for span in spans]


def words_of(searcher: Searcher, question: str, article: str) -> list[str]:
    """The marked words of the best passage of an article."""
    passages: tuple[Passage, ...] = searcher.search(question, SearchOptions(article_ids=(article,))).passages
    best = passages[0]
    return [best.text[span.start - best.start : span.end - best.start] for span in best.highlights]


def test_words_with_a_close_counterpart_in_the_question_are_marked() -> None:
    assert marked("Ministers spoke about turbines today.", "turbines offshore") == ["turbines"]


def test_words_side_by_side_are_marked_as_one() -> None:
    assert marked("They built wind turbines there.", "wind turbines") == ["wind turbines"]
    assert marked("They built wind, turbines there.", "wind turbines") == ["wind", "turbines"]
    assert marked("They built wind\n turbines there.", "wind turbines") == ["wind\n turbines"]


def test_short_words_are_marked_only_where_the_lexical_leg_counts_them() -> None:
    assert marked("The sea is cold in winter.", "the sea winter") == ["winter"]
    assert marked("The sea is cold in winter.", "the sea winter", "sea") == ["sea", "winter"]


def test_the_lexical_leg_marks_other_forms_of_a_word() -> None:
    assert marked("One turbine turned.", "turbines offshore", "turbin") == ["turbine"]


@pytest.mark.parametrize(
    ("text", "question", "language", "expected"),
    [
        ("Trade with Japan grew in the spring.", "trade with Japan in the spring", "en", ["Trade", "Japan", "spring"]),
        ("Der Handel mit Japan und China wuchs.", "der Handel mit Japan und China", "de", ["Handel", "Japan", "China"]),
        ("Об этом говорил посол в Баку.", "что говорил посол об этом в Баку", "ru", ["говорил посол", "Баку"]),
    ],
)
def test_words_that_name_nothing_are_not_marked(text: str, question: str, language: str, expected: list[str]) -> None:
    terms = [term for word in question.split() for term in analyse(word, language)]
    assert marked(text, question, *terms, language=language) == expected


def test_a_name_that_is_spelt_like_a_small_word_is_marked() -> None:
    assert marked("In spring the WHO met, and May came.", "the WHO May", "who", "may", "the") == ["WHO", "May"]
    assert marked("Who met? They may.", "Who may", "who", "may") == ["Who met?"]  # neither is one: the sentence


def test_small_words_of_unspaced_scripts_end_no_mark() -> None:
    assert marked("总统在巴库的会谈", "x", *analyse("在巴库的", "zh"), language="zh") == ["巴库"]


def test_where_no_word_matches_the_best_sentence_is_marked() -> None:
    text = "Nothing is here. A cat sat on it. Nothing again."
    assert marked(text, "cat on it") == ["A cat sat on it."]


def test_without_token_codes_a_whole_sentence_is_marked() -> None:
    query = ENCODER.encode_query("anything", "en")
    none = np.zeros((0, 256 // 8), np.uint8)
    text = "First one. Second one."
    assert highlights(text, "en", query, none, ENCODER.token_ends(text), set()) == [Span(0, 10)]


def test_a_character_of_an_unspaced_script_may_be_marked_alone() -> None:
    assert marked("巴库会谈。双方同意。", "x", "会谈", language="zh") != []


@pytest.mark.parametrize(
    ("question", "article", "expected"),
    [
        ("Büro für Wasserstoffdiplomatie", "001_b4c85a9a8ed16f0b", ["hydrogen", "diplomacy"]),
        ("офис водородной дипломатии", "001_b4c85a9a8ed16f0b", ["hydrogen"]),
        ("水素外交", "001_b4c85a9a8ed16f0b", ["hydrogen"]),
        ("renewable energy", "000_b30b566b1bc0daf0", ["renewable energy"]),
        ("climate conference in Azerbaijan", "002_1a23c33c51771ff2", ["Klimakonferenz"]),
    ],
)
def test_words_in_another_language_are_marked(
    seed_archive: Searcher, question: str, article: str, expected: list[str]
) -> None:
    found = " | ".join(words_of(seed_archive, question, article))
    assert [word for word in expected if word not in found] == [], found


@pytest.mark.parametrize(
    ("language", "word", "asked"),
    [
        ("ar", "المتحدة", "متحدة"),
        ("id", "menggebrak", "gebrak"),
        ("ko", "상의원", "의원"),
        ("sr", "понедељак", "ponedeljak"),
        ("bn", "১৪", "14"),
        ("tr", "İstanbul", "istanbul"),
        ("de", "Übersetzung", "übersetzung"),
    ],
)
def test_a_word_is_marked_though_it_begins_unlike_the_question_s(language: str, word: str, asked: str) -> None:
    terms = analyse(asked, language)
    assert set(terms) & set(analyse(word, language)), "the lexical leg counts them as the same"
    assert marked(f"xxxx {word} zzzz.", "nothing", *terms, language=language) == [word]

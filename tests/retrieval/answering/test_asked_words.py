"""The words of a question: which they are in each script, what names them, and how far a text has them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from retrieval import Searcher
from retrieval.answering.asked_words import BEGINS_ALIKE, answered, asked_words, by_word, terms_of, weights
from tests.fakes import WordEncoder, draft

Made = Callable[..., Searcher]
QUESTIONS = {
    "What did Putin say about sanctions?": ("en", ["Putin", "sanctions"], ["Putin"]),
    "Что Путин сказал о санкциях?": ("ru", ["Путин", "санкциях"], ["Путин"]),
    "Welche Folgen hatte der Streik in Ghana?": ("de", ["Folgen", "Streik", "Ghana"], ["Ghana"]),
    "What is it?": ("en", ["What", "is", "it"], []),
    "ماذا حدث في تشيلي؟": ("ar", ["تشيلي"], ["تشيلي"]),
    "How many ships in 1998": ("en", ["ships", "1998"], ["1998"]),
    "የኢትዮጵያ ጠቅላይ ሚኒስትር ማን ነው?": ("am", ["የኢትዮጵያ", "ጠቅላይ", "ሚኒስትር"], []),
    "Yaa xukunka kula wareegay Myanmar?": ("so", ["xukunka", "wareegay", "Myanmar"], ["Myanmar"]),
    "Wane ne ya gana da Wike?": ("ha", ["gana", "Wike"], ["Wike"]),
    "Putin ni nde?": ("rn", ["Putin"], []),
}


@pytest.mark.parametrize(("question", "expected"), QUESTIONS.items(), ids=QUESTIONS)
def test_words_of_content_and_names_among_them(
    archive_of: Made, question: str, expected: tuple[str, list[str], list[str]]
) -> None:
    language, content, named = expected
    with archive_of(draft("a", "A strike closed every harbour.")) as searcher:
        words = asked_words(searcher.find(question, _asked_in(language)))
    assert [word.text for word in words] == content
    assert [word.text for word in words if word.named] == named
    assert all(question[word.start : word.end] == word.text for word in words)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("プーチンは制裁について何と言ったか？", "プーチン"),
        ("台风造成了什么损失？", "台风造成"),
        ("ใครเป็นประธานาธิบดีของชิลี", "ชิลี"),
    ],
)
def test_scripts_without_spaces_are_cut_at_their_small_words(seed_archive: Searcher, question: str, name: str) -> None:
    words = asked_words(seed_archive.find(question))
    assert any(name in word.text for word in words)
    assert len(words) > 1 or words[0].text != question
    assert all(len(word.tokens) for word in words)


def test_a_word_knows_its_tokens_and_its_rarity(archive_of: Made) -> None:
    with archive_of(draft("a", "A strike closed every harbour."), draft("b", "The harbour is old.")) as searcher:
        words = asked_words(searcher.find("the strike, harbour?"))
    assert [(word.text, word.tokens.tolist()) for word in words] == [("strike", [1]), ("harbour", [2])]
    assert words[0].rarity > words[1].rarity > 0
    assert weights(words).sum() == pytest.approx(1.0)
    matches = np.array([[0.1, 0.6, 0.2], [0.0, 0.3, 0.9]])
    assert by_word(matches, words).tolist() == [[0.6, 0.2], [0.3, 0.9]]


@pytest.mark.parametrize(
    ("asked", "language", "text", "spoken", "share"),
    [
        ("sanctions", "en", "New sanctions were agreed.", "en", 1.0),
        ("sanctions", "en", "It was sanctioned.", "en", 1.0),
        ("sanctimony", "en", "New sanctions were agreed.", "en", BEGINS_ALIKE),
        ("sanctions", "en", "A harbour.", "en", 0.0),
        ("Zelensky", "en", "Зеленский приехал.", "ru", 1.0),
        ("台风灾害", "zh", "台风来了。", "zh", 3 / 7),
    ],
)
def test_how_far_a_text_has_a_word(
    archive_of: Made, asked: str, language: str, text: str, spoken: str, share: float
) -> None:
    with archive_of(draft("a", "A strike closed every harbour.")) as searcher:
        (word,) = asked_words(searcher.find(asked, _asked_in(language)))
    assert word.share_in(terms_of(text, spoken)) == pytest.approx(share)


def test_a_text_answers_by_the_word_or_by_a_close_one() -> None:
    told = answered(np.array([[1.0, 0.0, 0.0]]), np.array([[0.2, 0.6, 0.4]]))
    assert told[0].tolist() == pytest.approx([1.0, 0.5, 0.0])


def test_without_token_codes_there_are_no_words(archive_of: Made) -> None:
    class Uncoded(WordEncoder):
        """Gives no token codes of a question."""

        def encode_query(self, question: str, language: str):  # type: ignore[no-untyped-def]
            encoded = super().encode_query(question, language)
            return type(encoded)(encoded.vector, encoded.tokens[:0])

    searcher = archive_of(draft("harbour", "A strike closed every harbour."))
    with Searcher(searcher.archive.path, Uncoded(4096)) as plain:
        assert asked_words(plain.find("harbour strike")) == ()


def _asked_in(language: str):  # type: ignore[no-untyped-def]
    from retrieval import SearchOptions

    return SearchOptions(question_language=language)

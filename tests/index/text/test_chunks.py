"""Chunks: no text lost, no window exceeded, and cuts where a reader would make them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from index.text.chunks import Chunk, chunk, count_llm_tokens


class Words:
    """One token a word, a Chinese character or a mark; a word longer than eight letters is several."""

    pattern = regex.compile(r"\p{Han}|[\w&&[^\p{Han}]]{1,8}|[^\w\s]", regex.V1)

    def token_ends(self, text: str) -> npt.NDArray[np.int64]:
        return np.array([match.end() for match in self.pattern.finditer(text)], dtype=np.int64)


WORDS = Words()
PIECES = [
    "",
    " ",
    "\n",
    "\n\n",
    "POLITIK\n",
    "- item one\n",
    "One two three. ",
    "He left. ",
    "你好。",
    "世界" * 40,
    "สวัสดีครับ ",
    "مرحبا بكم؟ ",
]
PIECES += [
    "Bakıda görüş keçirildi. ",
    "😀👩‍👩‍👧",
    "e\u0301" * 30,
    "a" * 300,
    "no marks at all " * 30,
    "<|endoftext|>",
    "\u200b",
    "\u00a0",
]


def article(sentences: int, words: int = 10) -> str:
    return " ".join("Word " + "word " * (words - 3) + "end." for _ in range(sentences))


def cut(text: str, size: int = 50, window: int = 120) -> list[Chunk]:
    return chunk(text, "en", WORDS, size=size, window=window)


@pytest.mark.parametrize("text", ["", " ", "\n\n\t \u00a0"])
def test_whitespace_gives_no_chunk(text: str) -> None:
    assert cut(text) == []


def test_a_worked_example() -> None:
    text = "One two three four. Five six seven eight. Nine ten eleven twelve. The end comes now."
    chunks = cut(text, size=10, window=20)
    assert [text[c.start : c.end] for c in chunks] == [
        "One two three four. Five six seven eight.",
        "Nine ten eleven twelve. The end comes now.",
    ]
    assert [(c.ordinal, c.tokens) for c in chunks] == [(0, 10), (1, 10)]
    assert chunks[0].llm_tokens == count_llm_tokens("One two three four. Five six seven eight.")


def test_an_article_slightly_over_size_stays_whole() -> None:
    assert len(cut(article(6))) == 1


@pytest.mark.parametrize("sentences", [7, 11, 16, 33])
def test_chunks_are_even(sentences: int) -> None:
    sizes = [c.tokens for c in cut(article(sentences))]
    assert max(sizes) - min(sizes) <= 20
    assert max(sizes) <= 65


def test_a_short_sentence_is_repeated_and_a_long_one_is_not() -> None:
    short, long = cut(article(20, words=8)), cut(article(20, words=15))
    assert all(a.end > b.start for a, b in pairwise(short))
    assert all(a.end < b.start for a, b in pairwise(long))


def test_a_chunk_begins_at_a_paragraph_when_one_is_near() -> None:
    text = article(4, 12) + "\n" + article(3, 12)
    assert [c.start for c in cut(text)][1] == text.index("\n") + 1


def test_a_heading_stays_with_what_follows() -> None:
    text = article(3, 15) + "\n\nA heading of its own\n\n" + article(3, 15)
    for c in cut(text):
        assert not text[c.start : c.end].endswith("of its own")


def test_a_sentence_longer_than_size_is_kept_whole_within_the_window() -> None:
    text = "Short one here. " + "word " * 90 + "end. Short two here."
    assert any("word " * 90 + "end." in text[c.start : c.end] for c in cut(text))


def test_a_sentence_longer_than_the_window_is_cut_at_a_comma() -> None:
    text = ("word " * 38 + "word, ") * 8 + "end."
    chunks = cut(text, size=50, window=60)
    assert all(text[c.start : c.end].endswith((",", ".")) for c in chunks)


def test_a_window_that_cannot_hold_the_size_is_refused() -> None:
    with pytest.raises(ValueError, match="size 200 and window 100"):
        chunk("a", "en", WORDS, size=200, window=100)


def test_one_word_of_100_000_letters_is_cut_in_linear_time() -> None:
    text = "a" * 100_000
    chunks = cut(text, size=200, window=400)
    assert "".join(text[c.start : c.end] for c in chunks) == text


def test_text_that_looks_like_a_special_token_is_text() -> None:
    assert count_llm_tokens("<|endoftext|>") > 1


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES) | st.text(max_size=30), max_size=25),
    st.integers(8, 60),
    st.sampled_from(["en", "zh", "th", "ar", "az", "und"]),
)
def test_every_character_is_in_a_chunk_and_every_chunk_in_the_window(
    pieces: list[str], size: int, language: str
) -> None:
    text = "".join(pieces)
    window = size + 10
    covered = np.zeros(len(text), dtype=bool)
    chunks = chunk(text, language, WORDS, size=size, window=window)
    for ordinal, c in enumerate(chunks):
        passage = text[c.start : c.end]
        assert c.ordinal == ordinal
        assert passage
        assert passage == passage.strip()
        assert len(WORDS.token_ends(passage)) <= window
        assert c.tokens > 0
        assert c.llm_tokens == count_llm_tokens(passage)
        covered[c.start : c.end] = True
    assert all(covered[at] or letter.isspace() for at, letter in enumerate(text))
    assert [c.start for c in chunks] == sorted({c.start for c in chunks})

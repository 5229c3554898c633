"""The words of a question that say what it is about, and how well texts answer to each of them.

A text answers to a word where it has it, as the lexical leg counts words, or where its tokens come close to the word's
tokens, in whatever language it is. In languages without spaces a word is what lies between small words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import regex
from numpy.typing import NDArray

from index.text.analyser import analyse, transliterated
from index.text.folding import fold
from index.text.scripts import UNSPACED_OR_KOREAN
from retrieval.answering.evidence import Sentence
from retrieval.answering.following.parts import parts_of
from retrieval.answering.following.small_words import NOUNS_HAVE_CAPITALS, tokens_of, words_of
from retrieval.found import Found
from retrieval.spoken import small_words_of

Values = NDArray[np.float64]

LEAST_RARITY = 0.5  # of a word's weight; the commonest words count a little, too
BEGINS_ALIKE = 0.6  # how far a text has a word of which it has only the beginning, or another form
FAR, CLOSE = 0.45, 0.75  # estimated cosines from which tokens begin to answer to a word, and fully do
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_UNSPACED = regex.compile(f"[{UNSPACED_OR_KOREAN}]")
_NAME = regex.compile(r"\p{Nd}|\p{Katakana}{2}")
_ANY_DAY = date(2000, 1, 1)  # only where places stand matters here


@dataclass(frozen=True, eq=False)
class AskedWord:
    """A word of the question from `start` to `end`, the numbers of its tokens, and its terms in the lexical leg.

    `rarity` is its inverse document frequency; `named` says whether it is written as a name is, is a place, or has a
    figure.
    """

    text: str
    start: int
    end: int
    tokens: NDArray[np.int64]
    terms: tuple[str, ...]
    rarity: float
    named: bool

    def share_in(self, terms: frozenset[str]) -> float:
        """How far a text has the word, 0 to 1, by the terms of the text."""
        if not terms.isdisjoint(transliterated(self.text)):
            return 1.0
        if _UNSPACED.match(self.text):
            return sum(term in terms for term in self.terms) / max(1, len(self.terms))
        if self.terms and self.terms[0] in terms:
            return 1.0
        return 0.0 if terms.isdisjoint(self.terms) else BEGINS_ALIKE


def asked_words(found: Found) -> tuple[AskedWord, ...]:
    """The words of the question in order, without its small ones unless there are no others; none without tokens."""
    text, language = found.asked.text, found.asked.understood.language
    ends = found.encoder.token_ends(text)
    if found.query is None or len(ends) != len(found.query.tokens):
        return ()
    starts = np.concatenate([[0], ends[:-1]])
    places = [part for part in parts_of(text, language, _ANY_DAY) if part.kind in ("country", "city")]
    out: list[tuple[AskedWord, bool]] = []
    for start, end, small in cut(text, language):
        tokens = np.flatnonzero((ends > start) & (starts < end))
        terms = tuple(analyse(text[start:end], language))
        rarity = max((found.rarity.get(term, 0.0) for term in terms), default=0.0)
        named = _is_named(text, start, end, language) or any(p.start < end and start < p.end for p in places)
        if len(tokens):
            out.append((AskedWord(text[start:end], start, end, tokens, terms, rarity, named), small))
    return tuple(word for word, small in out if not small) or tuple(word for word, _ in out)


def cut(text: str, language: str) -> Iterator[tuple[int, int, bool]]:
    """Where each word begins and ends, and whether it is a small one."""
    words = words_of(language)
    if words is None:
        small = small_words_of(language)
        yield from ((*match.span(), fold(match[0]) in small) for match in _WORD.finditer(text))
        return
    yield from ((token.start, token.end, token.text in words.small) for token in tokens_of(text, words))


def _is_named(text: str, start: int, end: int, language: str) -> bool:
    """Whether a word has a figure or is written as names are; the first of a question has a capital in any case."""
    capital = text[start].isupper() and _WORD.search(text, 0, start) is not None
    return bool(_NAME.search(text, start, end)) or (capital and language not in NOUNS_HAVE_CAPITALS)


def weights(words: Sequence[AskedWord]) -> Values:
    """What each word counts, by its rarity; together 1."""
    rarity = np.array([max(word.rarity, LEAST_RARITY) for word in words])
    return np.asarray(rarity / rarity.sum())


def by_word(tokens: NDArray[np.floating], words: Sequence[AskedWord]) -> Values:
    """How well each row answers to each word, from how well it answers to each token: shape (rows, words)."""
    return np.stack([tokens[:, word.tokens].mean(1, dtype=np.float64) for word in words], 1)


def closest(sentences: Sequence[Sentence]) -> Values:
    """How close each sentence comes to each token of the question: shape (sentences, tokens)."""
    return np.array([sentence.pairs.max(1) for sentence in sentences], np.float64)


def shares(texts: Sequence[frozenset[str]], words: Sequence[AskedWord]) -> Values:
    """How far each text, given by its terms, has each word: shape (texts, words)."""
    return np.array([[word.share_in(terms) for word in words] for terms in texts], np.float64)


def answered(had: Values, close: Values) -> Values:
    """How well texts answer to words, 0 to 1: they have the word, or come close to it."""
    return np.maximum(had, np.clip((close - FAR) / (CLOSE - FAR), 0.0, 1.0))


@lru_cache(maxsize=1_000)  # of about 12 kB
def terms_of(text: str, language: str) -> frozenset[str]:
    """What `AskedWord.share_in` looks for a word among."""
    return frozenset((*analyse(text, language), *transliterated(text)))

"""Which words of a passage answer to which words of the question, in whatever language each of them is.

Late interaction already pairs every token of the question with a token of the passage; a word is marked when such a
pair is close, or when the lexical leg counts it as the same word. Words that name nothing (the, in, und) are not
marked: they match in every passage and say nothing of it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import regex
from numpy.typing import NDArray

from index.encoders.codes import alignment
from index.encoders.encoder import Codes, EncodedQuery, Vectors
from index.text.analyser import analyse
from index.text.folding import fold
from index.text.scripts import UNSPACED
from index.text.sentences import sentence_spans
from retrieval.answering.following.small_words import plain, tokens_of, words_of
from retrieval.results import Span

CLOSE = 0.55  # estimated cosine from which two tokens mean the same
SHORTEST = 4  # letters; shorter words are mostly grammar, and are marked only where the lexical leg counts them
CUT_IN_FRONT = frozenset({"ar", "ga", "id", "ne", "nl", "sr", "ta", "yi"})  # where a stem may begin unlike its word
_WORD = regex.compile(rf"([{UNSPACED}])|[[\p{{L}}\p{{M}}\p{{N}}]--[{UNSPACED}]]+", regex.V1)
_OPENS = regex.compile(r"(?:^|[.!?…:;。！？\n])[\s\p{P}]*$")  # what lies before the first word of a sentence
_COMPOSING = regex.compile(r"[\uff61-\uff9f\u3099\u309a]")  # with the letter before they become another
_IN_PAIRS_OR_FIGURES = regex.compile(r"[\p{Hangul}\p{N}]")  # what begins so may have terms that begin otherwise


def highlights(
    text: str, language: str, query: EncodedQuery, codes: Codes, ends: NDArray[np.int64], terms: set[str]
) -> list[Span]:
    """Spans of `text` to be marked, in order: the words that match, or else the sentence that matches best.

    `ends` are the ends of the passage's tokens, one for each row of `codes`; `terms` those of the question that are
    rare enough to tell something.
    """
    pairs = alignment(query.tokens, codes) if len(query.tokens) and len(codes) else np.zeros((0, 0), np.float32)
    close = _close_spans(pairs, ends)
    promising = _promising(text, language, terms)
    spans = []
    for word in _WORD.finditer(text):
        start, end = word.span()
        unspaced = word.lastindex is not None
        aligned = (unspaced or end - start >= SHORTEST) and close.find(1, start, end) >= 0
        if not aligned and text[start] not in promising:
            continue  # most words need not be looked at to know that the lexical leg does not count them
        if unspaced:
            if aligned or _is_pair(text[start : start + 2], terms):
                spans.append(Span(start, end if aligned else start + 2))
            continue
        counted = aligned or (end - start > 1 and not terms.isdisjoint(_terms(word[0], language)))
        if counted and (not _is_small(word[0], language) or _is_name(text, start, end)):
            spans.append(Span(start, end))
    return _trimmed(text, language, _joined(text, spans)) or _best_sentence(text, language, pairs, ends)


def _promising(text: str, language: str, terms: set[str]) -> set[str]:
    """The letters of a text with which a word may begin that the lexical leg counts."""
    letters = set(text)
    if language in CUT_IN_FRONT or _COMPOSING.search(text):
        return letters
    initials = {term[0] for term in terms}
    return {letter for letter in letters if _initial(letter) in initials or _has_others(letter)}


@lru_cache(maxsize=20_000)
def _is_small(word: str, language: str) -> bool:
    """Whether a word names nothing."""
    words = words_of(language)
    return words is not None and plain(word, language) in words.small


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether a word is written as a name is (WHO, the month of May), and not only as it opens a sentence."""
    if end - start > 1 and text[start:end].isupper():
        return True
    return text[start].isupper() and not _OPENS.search(text[max(0, start - 20) : start])


def _trimmed(text: str, language: str, spans: list[Span]) -> list[Span]:
    """In scripts without spaces, the spans without small words at their ends; those that hold nothing else go."""
    words = words_of(language)
    if words is None or words.strings is None:
        return spans
    small = bytearray(len(text) + 1)
    for token in tokens_of(text, words):
        if token.text in words.small:
            small[token.start : token.end] = b"\x01" * (token.end - token.start)
    out = []
    for start, end in ((span.start, span.end) for span in spans):
        while start < end and small[start]:
            start += 1
        while start < end and small[end - 1]:
            end -= 1
        if start < end:
            out.append(Span(start, end))
    return out


@lru_cache(maxsize=10_000)
def _initial(letter: str) -> str:
    return fold(letter)[:1]


@lru_cache(maxsize=10_000)
def _has_others(letter: str) -> bool:
    """Whether a word that begins so may have terms that begin otherwise: it is cut into pairs, or is a figure."""
    return bool(_IN_PAIRS_OR_FIGURES.match(letter))


def _is_pair(pair: str, terms: set[str]) -> bool:
    """Whether two letters of a script without spaces are a term; one alone says too little to be marked."""
    return any(len(term) > 1 and term in terms for term in _terms(pair, ""))


@lru_cache(maxsize=20_000)  # of about 250 bytes
def _terms(word: str, language: str) -> tuple[str, ...]:
    return tuple(analyse(word, language))


def _close_spans(pairs: Vectors, ends: NDArray[np.int64]) -> bytearray:
    """For each code point before the last token's end, 1 if it is part of a token's close counterpart."""
    out = bytearray(int(ends[-1]) if len(ends) else 0)
    if pairs.size:
        for token in set(pairs.argmax(1)[pairs.max(1) >= CLOSE].tolist()):
            start, end = int(ends[token - 1]) if token else 0, int(ends[token])
            out[start:end] = b"\x01" * (end - start)
    return out


def _joined(text: str, spans: list[Span]) -> list[Span]:
    """The spans; two with nothing or only white space between them become one."""
    out: list[Span] = []
    for span in spans:
        if out and not text[out[-1].end : span.start].strip():
            out[-1] = Span(out[-1].start, max(out[-1].end, span.end))
        else:
            out.append(span)
    return out


def _best_sentence(text: str, language: str, pairs: Vectors, ends: NDArray[np.int64]) -> list[Span]:
    def closeness(sentence: tuple[int, int]) -> float:
        inside = (ends > sentence[0]) & (ends <= sentence[1])
        return float(pairs[:, inside].max(1).mean()) if inside.any() and pairs.size else -1.0

    sentences = sentence_spans(text, language)
    return [Span(*max(sentences, key=closeness))] if sentences else []

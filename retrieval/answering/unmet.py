"""Which words of a question nothing in the nearest passages answers to: why an answer is refused, where that is plain.

Only names, places and figures are looked at, and, where none of them is missing, the rarest word. Other words may be
said in so many ways that one which seems to be missing often is not (docs/decisions/0007-refusal.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from retrieval.answering.asked_words import FAR, AskedWord, asked_words, by_word, closest, shares, terms_of
from retrieval.answering.evidence import Sentence
from retrieval.answering.records import Unmet
from retrieval.found import Found

NAME_CLOSE = 0.6  # estimated cosine from which a passage speaks of a name, in whatever language
HAD = 0.7  # of a word, from which a passage has it: more than its beginning, or most of its pairs of letters
_NAME = regex.compile(r"\p{Lu}[\p{L}\p{M}\p{N}.'’-]*(?: \p{Lu}[\p{L}\p{M}\p{N}.'’-]*)*")
_FIRST = regex.compile(r"\W*[\p{L}\p{M}\p{N}'’]+ ?")


def unmet(found: Found, sentences: Sequence[Sentence]) -> tuple[Unmet, ...]:
    """The names that no passage answers to, the rarest first and each whole, or the one rarest word; else none."""
    coded, words = [one for one in sentences if one.pairs.size], asked_words(found)
    if not coded or not words:
        return ()
    close = by_word(closest(coded).max(0, keepdims=True), words)[0]
    had = shares([terms_of(p.text, p.article.language) for p in found.result.passages], words).max(0)
    near = list(zip(words, close.tolist(), had.tolist(), strict=True))
    missing = [word for word, *how in near if word.named and _is_missing(*how)]
    missing.sort(key=lambda word: -word.rarity)
    if not missing and found.asked.understood.language in {p.article.language for p in found.result.passages}:
        missing = _rarest_missing(near)
    return tuple(dict.fromkeys(_whole(found.asked.text, missing)))


def _rarest_missing(near: Sequence[tuple[AskedWord, float, float]]) -> list[AskedWord]:
    """The rarest word, unless others are as rare or passages have anything like it."""
    rarest = max(word.rarity for word, *_ in near)
    (word, close, share), *others = [one for one in near if one[0].rarity >= rarest]
    return [word] if not others and share == 0.0 and close < FAR else []


def _is_missing(close: float, share: float) -> bool:
    """Whether passages neither have a name nor come close to it; one of which they have a part is nearly there."""
    return share < HAD and close < (FAR if share else NAME_CLOSE)


def _whole(question: str, missing: Sequence[AskedWord]) -> Iterator[Unmet]:
    """The words as they stand in the question, a name with all its words."""
    opening = _FIRST.match(question)
    runs = [run.span() for run in _NAME.finditer(question, opening.end() if opening else 0)]
    for word in missing:
        start, end = next(((a, b) for a, b in runs if a <= word.start and word.end <= b), (word.start, word.end))
        yield Unmet(question[start:end], start, end)

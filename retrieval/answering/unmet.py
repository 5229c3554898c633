"""Which words of a question nothing in the nearest passages answers to: why an answer is refused, where that is plain.

Only names, places and figures are looked at, and, where none of them is missing, the rarest word. Other words may be
said in so many ways that one which seems to be missing often is not (docs/decisions/0007-refusal.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import regex

from retrieval.answering.asked_words import FAR, AskedWord, asked_words, by_word, closest, shares, terms_of
from retrieval.answering.evidence import Sentence
from retrieval.answering.mentions import mentioned
from retrieval.answering.records import Unmet
from retrieval.found import Found

NAME_CLOSE = 0.6  # estimated cosine from which a passage speaks of a name
NAME_CLOSE_ELSEWHERE = 0.5  # the same where the nearest passage is in another language, and names are spelt otherwise
HAD = 0.7  # of a word, from which a passage has it: more than its beginning, or most of its pairs of letters
_NAME = regex.compile(r"\p{Lu}[\p{L}\p{M}\p{N}.-]*(?: \p{Lu}[\p{L}\p{M}\p{N}.-]*)*")
_FIRST = regex.compile(r"\W*[\p{L}\p{M}\p{N}'’]+ ?")


def unmet(found: Found, sentences: Sequence[Sentence], look: Callable[[str], Found] | None = None) -> tuple[Unmet, ...]:
    """The names that no passage answers to, the rarest first and each whole, or the one rarest word; else none.

    What `look`, a search of the archive, finds when asked for it alone is not named: the nearest passages may leave it
    out, because they answer to the rest of the question.
    """
    missing = _missing(found, sentences)
    return tuple(one for one in missing if not mentioned(found, one, look)) if look else missing


def _missing(found: Found, sentences: Sequence[Sentence]) -> tuple[Unmet, ...]:
    coded, words = [one for one in sentences if one.pairs.size], asked_words(found)
    if not coded or not words:
        return ()
    close = by_word(closest(coded).max(0, keepdims=True), words)[0]
    had = shares([terms_of(p.text, p.article.language) for p in found.result.passages], words).max(0)
    near = list(zip(words, close.tolist(), had.tolist(), strict=True))
    language, spoken = found.asked.understood.language, [p.article.language for p in found.result.passages]
    certain = NAME_CLOSE if spoken[0] == language else NAME_CLOSE_ELSEWHERE
    missing = [
        word for word, nearness, share in near if word.named and share < HAD and nearness < (FAR if share else certain)
    ]
    missing.sort(key=lambda word: -word.rarity)
    if not missing and language in spoken:
        missing = _rarest_missing(near)
    return tuple(dict.fromkeys(_whole(found.asked.text, words, missing)))


def _rarest_missing(near: Sequence[tuple[AskedWord, float, float]]) -> list[AskedWord]:
    """The rarest word, unless others are as rare or passages have anything like it."""
    rarest = max(word.rarity for word, *_ in near)
    (word, close, share), *others = [one for one in near if one[0].rarity >= rarest]
    return [word] if not others and share == 0.0 and close < FAR else []


def _whole(question: str, words: Sequence[AskedWord], missing: Sequence[AskedWord]) -> Iterator[Unmet]:
    """The words as they stand in the question: a name with all its words, where the rarest of them is missing."""
    opening = _FIRST.match(question)
    runs = [run.span() for run in _NAME.finditer(question, opening.end() if opening else 0)]
    for word in missing:
        start, end = next(((a, b) for a, b in runs if a <= word.start and word.end <= b), (word.start, word.end))
        rarest = max((one for one in words if start <= one.start and one.end <= end), key=lambda one: one.rarity)
        if rarest in missing:
            yield Unmet(question[start:end], start, end)

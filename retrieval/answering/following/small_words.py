"""The small words of questions (words.toml), ready to be looked for."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import regex

from index.text.folding import fold
from retrieval.answering.word_lists import word_list

UNSPACED = frozenset(["zh", "ja", "th"])
NOUNS_HAVE_CAPITALS = frozenset(["de"])  # so that a capital does not tell a name
_JOINS_AND = {"ar": "و", "he": "ו"}  # written as one with the word after it
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")


@dataclass(frozen=True)
class Words:
    """The small words of a language, as `plain` spells them; `opening` matches at the beginning of a follow-up.

    `subjects` stand for somebody named before where they open a sentence. `small` are all words but those that ask for
    the present. `strings` finds them in languages without spaces, and is None in others.
    """

    language: str
    opening: regex.Pattern[str]
    questions: frozenset[str]
    what: frozenset[str]
    persons: frozenset[str]
    subjects: frozenset[str]
    pronouns: frozenset[str]
    small: frozenset[str]
    strings: regex.Pattern[str] | None
    now: regex.Pattern[str]


@dataclass(frozen=True)
class Token:
    """A word as `plain` spells it, and where it stands."""

    text: str
    start: int
    end: int


def plain(text: str, language: str) -> str:
    """The spelling under which words are compared; Vietnamese keeps its tones, which tell words apart."""
    return unicodedata.normalize("NFC", text).casefold() if language == "vi" else fold(text)


def tokens_of(text: str, words: Words) -> list[Token]:
    """The words of a text; without spaces, its small words and what lies between them."""
    if words.strings is None:
        return [Token(plain(m[0], words.language), *m.span()) for m in _WORD.finditer(text)]
    return [
        Token(fold(m[0]), run.start() + m.start(), run.start() + m.end())
        for run in _WORD.finditer(text)
        for m in words.strings.finditer(run[0])
    ]


@cache
def known_languages() -> tuple[str, ...]:
    """The languages whose small words are known."""
    return tuple(_lists())


@cache
def words_of(language: str) -> Words | None:
    """The small words of an ISO 639-1 language; None where they are not known."""
    lists = _lists().get(language)
    if lists is None:
        return None
    named = {key: frozenset(plain(word, language) for word in value.split()) for key, value in lists.items()}
    small = named["questions"] | named["what"] | named["persons"] | named["pronouns"] | named["others"]
    return Words(
        language=language,
        opening=_opening(language, _phrases(lists["openings"]), small),
        questions=named["questions"],
        what=named["what"],
        persons=named["persons"],
        subjects=named["persons"] | named.get("subjects", frozenset()),
        pronouns=named["pronouns"],
        small=small,
        strings=_strings(small) if language in UNSPACED else None,
        now=_now(language, [plain(one, language) for one in _phrases(lists["now"])]),
    )


def _lists() -> dict[str, dict[str, str]]:
    return word_list(__package__, "words.toml")


def _phrases(joined: str) -> list[str]:
    return joined.replace("\n", "").split("|")


def _opening(language: str, phrases: list[str], small: Iterable[str]) -> regex.Pattern[str]:
    mark = _JOINS_AND.get(language)
    after = r"[\s,،、，:]*" if language in UNSPACED else r"(?:[\s,،:]+|$)"
    ways = [f"{_any([one for one in phrases if one != mark])}{after}"]
    if mark:
        ways.append(rf"{mark}(?={_any(small)}\b)")
    return regex.compile(rf"[\s¿¡«„“\"'–—-]*(?:{'|'.join(ways)})", regex.IGNORECASE)


def _strings(small: Iterable[str]) -> regex.Pattern[str]:
    return regex.compile(f"{_any(small)}|(?:(?!{_any(small)}).)+", regex.DOTALL)


def _now(language: str, phrases: list[str]) -> regex.Pattern[str]:
    return regex.compile(_any(phrases) if language in UNSPACED else rf"\b{_any(phrases)}\b")


def _any(forms: Iterable[str]) -> str:
    return "(?:" + "|".join(regex.escape(form) for form in sorted(forms, key=len, reverse=True) if form) + ")"

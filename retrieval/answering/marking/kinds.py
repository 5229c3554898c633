"""What kind of thing a question asks for: a time, a person, a place or a quantity; told by its question words.

The words are few and closed in every language, so they are listed (question_words.toml); a question in a language that
is not there, or without such a word, asks for something else.
"""

from __future__ import annotations

from functools import cache
from itertools import takewhile
from typing import Any, Literal, get_args

import regex

from retrieval.answering.following.small_words import NOUNS_HAVE_CAPITALS, tokens_of, words_of
from retrieval.answering.marking.measures import asked_measure
from retrieval.answering.word_lists import word_list

Kind = Literal["time", "quantity", "person", "place"]

# Of two that begin at one word the first counts, as "kaç yılında" is a time and "kaç" a quantity.
KINDS: tuple[Kind, ...] = get_args(Kind)
_IN_FRONT = regex.compile(r"(?:^|[,:;¿–—\-])\W*(?:[\p{L}\p{M}\p{N}'’]+\W+){0,3}$")
_NAME_AT_END = regex.compile(r"\p{Lu}\p{Ll}[\p{L}\p{M}]*(?:\s\p{Lu}\p{Ll}[\p{L}\p{M}]*)*(?=\s?[?？]?\s*$)")


def asked_for(question: str, language: str) -> Kind | None:
    """The kind of thing a question asks for; None where its words do not tell."""
    if found := _asking(question, language):
        kind = min(found)[2]
        return None if kind == "person" and _names_whom(question, language) else kind
    return "quantity" if _asks_for_measure(question, language) else None


def asking_words(question: str, language: str, kind: Kind) -> tuple[int, int] | None:
    """From where to where the words stand by which a question asks for a kind; None where none does."""
    if found := [one for one in _asking(question, language) if one[2] == kind]:
        return min(found)[0], min(found)[3]
    known = asked_measure(question) if kind == "quantity" else None
    return (known.start, known.end) if known else None


def _asking(question: str, language: str) -> list[tuple[int, int, Kind, int]]:
    """Words that ask: where they begin, the rank of their kind, the kind, and where they end."""
    return [
        (match.start(), order, kind, match.end())
        for order, (kind, words) in enumerate(_patterns(language))
        for match in words.finditer(question)
        if _asks(question, match, language)
    ]


def _names_whom(question: str, language: str) -> bool:
    """Whether it asks who somebody is whom it names, and so for no name: "Who is Angela Merkel?".

    That is a question word, one small word, and a name to the end; of "the President of France" the name is asked.
    """
    words = words_of(language)
    if words is None or language in NOUNS_HAVE_CAPITALS:
        return False
    small = [token.text in words.small for token in tokens_of(question, words)]
    named = _NAME_AT_END.search(question)
    return named is not None and small == [True, True] + [False] * len(named[0].split())


def _asks_for_measure(question: str, language: str) -> bool:
    """Whether it asks for an age, a price or the like: "what is the price", but not "what caused the price"."""
    known, words = asked_measure(question), words_of(language)
    if known is None or words is None:
        return False
    tokens = tokens_of(question, words)
    before = [token for token in tokens if token.end <= known.start]
    inside = any(token.text in words.questions for token in tokens if known.start <= token.start < known.end)
    asked = list(takewhile(lambda token: token.text in words.small, reversed(before)))
    return inside or any(token.text in words.what for token in asked)


def _asks(question: str, match: regex.Match[str], language: str) -> bool:
    """Whether a question word is one, and not a conjunction; two words together ("what year") always are."""
    return not _words(language).get("fronted") or " " in match[0] or bool(_IN_FRONT.search(question, 0, match.start()))


@cache
def _patterns(language: str) -> tuple[tuple[Kind, regex.Pattern[str]], ...]:
    words = _words(language)
    whole = "{}" if words.get("strings") else r"(?<!\w)(?:{})(?!\w)"
    return tuple((kind, regex.compile(whole.format("|".join(words[kind])), regex.I)) for kind in KINDS if words)


def _words(language: str) -> dict[str, Any]:
    found: dict[str, Any] = word_list(__package__, "question_words.toml").get(language, {})
    return found

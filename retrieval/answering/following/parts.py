"""The parts of a question that another question may put something else for: places, peoples, dates and names.

Places and peoples are known by CLDR's names of countries, cities and languages, so that the same place in two languages
is one; with the endings of inflected languages, as far as they leave the beginning of the word alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Literal

import regex
from babel import Locale
from babel.core import UnknownLocaleError

from index.text.folding import fold
from retrieval.answering.following.small_words import UNSPACED
from retrieval.dates import find_dates

Kind = Literal["country", "city", "people", "date", "name"]
_PEOPLES = (
    "ar az be bg bn cs da de el en es et fa fi fr he hi hr hu hy id it ja ka kk ko lt lv nl no pl pt ro ru sk sq sr sv"
    " sw th tr uk ur uz vi zh"
).split()
_INFLECTED = frozenset("ru uk be bg pl cs sk sr hr sl lt lv et fi hu tr az kk uz ka hy el ko hi ro".split())
_PREFIXED = {"ar": "(?:[وف]?(?:[بلك]|لل)?)", "he": "(?:[וש]?[בלמהכ]?ה?)"}
_GENITIVE = frozenset(["en", "de", "nl", "sv", "da", "no"])
_LOWER_CASE_NOUNS = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Armenian}]")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_CAPITALISED = regex.compile(r"\p{Lu}[\p{L}\p{M}\p{N}.'’-]*(?:\s+\p{Lu}[\p{L}\p{M}\p{N}.'’-]*)*")
_LONGEST_ENDING = 4


@dataclass(frozen=True)
class Part:
    """The code points `start` to `end` of a question; `key` is the same in every language, where that is known.

    `before` is the word before it, folded.
    """

    kind: Kind
    key: str
    start: int
    end: int
    before: str = ""


def parts_of(question: str, language: str, today: date, *, whole: bool = True) -> list[Part]:
    """The parts of a question in their order; none overlaps another.

    A first word has a capital in any case; `whole` is false where the text has lost its first words.
    """
    found = [Part("date", d.text, d.start, d.end) for d in find_dates(question, language, today)]
    for part in (*_places(question, language), *_names(question, language, whole)):
        if all(part.end <= other.start or part.start >= other.end for other in found):
            found.append(part)
    words = [(fold(match[0]), match.end()) for match in _WORD.finditer(question)]
    before = {part: next((word for word, end in reversed(words) if end <= part.start), "") for part in found}
    return sorted((replace(part, before=before[part]) for part in found), key=lambda part: part.start)


def name_of(part: Part, language: str) -> str | None:
    """What a place or people is called in a language, in the nominative."""
    return next((name for (kind, key), name in _gazetteer(language).names.items() if (kind, key) == _id(part)), None)


def _id(part: Part) -> tuple[Kind, str]:
    return part.kind, part.key


@dataclass(frozen=True)
class _Gazetteer:
    """`names` as CLDR spells them; `starts` lead from the first letters of a name to its words, kind and key."""

    names: dict[tuple[Kind, str], str]
    starts: dict[str, list[tuple[list[str], Kind, str]]]
    strings: regex.Pattern[str]
    keys: dict[str, tuple[Kind, str]]


@cache
def _gazetteer(language: str) -> _Gazetteer:
    names = dict(_cldr(language))
    keys: dict[str, tuple[Kind, str]] = {}
    starts: dict[str, list[tuple[list[str], Kind, str]]] = defaultdict(list)
    for (kind, key), name in names.items():
        folded = fold(name)
        if len(folded) > 1 and keys.setdefault(folded, (kind, key)) == (kind, key):
            words = _WORD.findall(folded)
            starts[words[0][:2]].append((words, kind, key))
    for found in starts.values():
        found.sort(key=lambda one: -len(one[0]))
    longest = sorted(keys, key=len, reverse=True)
    return _Gazetteer(names, starts, regex.compile("|".join(map(regex.escape, longest)) or "(?!)"), keys)


def _cldr(language: str) -> Iterator[tuple[tuple[Kind, str], str]]:
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return
    for code, name in locale.territories.items():
        if len(code) == 2 and code.isalpha() and code not in ("ZZ", "XA", "XB", "EZ"):
            yield ("country", code), regex.sub(r"\s*\(.*\)", "", name)
    for short, code in (("USA", "US"), ("UK", "GB"), ("EU", "EU"), ("UN", "UN")):
        yield ("country", code + "'"), short
    for zone, known in locale.time_zones.items():
        if "city" in known and not zone.startswith(("Etc", "Antarctica")):
            yield ("city", zone), known["city"]
    for code in _PEOPLES if language not in (*UNSPACED, "ko", "vi") else ():
        if name := locale.languages.get(code):
            yield ("people", code), name


def _places(question: str, language: str) -> Iterator[Part]:
    names = _gazetteer(language)
    if language in UNSPACED:
        for match in names.strings.finditer(question):
            yield Part(*names.keys[match[0]], *match.span())
        return
    words = [(fold(match[0]), *match.span()) for match in _WORD.finditer(question)]
    at = 0
    while at < len(words):
        found = _longest_name(question, words[at:], names, language)
        if found:
            yield found[0]
        at += found[1] if found else 1


def _longest_name(
    question: str, words: list[tuple[str, int, int]], names: _Gazetteer, language: str
) -> tuple[Part, int] | None:
    """The place or people that the words, from the first on, name, without what is written as one with it; how many."""
    word, start, end = words[0]
    whole = end - start == len(word)
    capital = question[start].isupper() or not _LOWER_CASE_NOUNS.match(question, start)
    for first in _without_prefixes(word, language):
        for name, kind, key in names.starts.get(first[:2], ()):
            said = [first, *(one[0] for one in words[1 : len(name)])]
            same = len(said) == len(name) and all(
                _is_form(one, full, kind, language) for one, full in zip(said, name, strict=True)
            )
            if same and (capital or kind == "people"):
                last, end = words[len(name) - 1][0], words[len(name) - 1][2]
                after = len(last) - len(name[-1]) if language == "ko" else 0
                before = len(word) - len(first) if whole else 0
                return Part(kind, key, start + before, end - max(after, 0)), len(name)
    return None


def _without_prefixes(word: str, language: str) -> list[str]:
    """The word, and in Arabic and Hebrew without the small words that are written as one with it."""
    pattern = _PREFIXED.get(language)
    match = regex.match(pattern, word) if pattern else None
    return [word, *(word[cut:] for cut in range(1, match.end() + 1))] if match else [word]


def _is_form(word: str, name: str, kind: Kind, language: str) -> bool:
    """Whether a word of a question is a form of a word of a name."""
    if word == name or (language in _GENITIVE and word == name + "s"):
        return True
    if kind == "people" and language != "en" and len(name) >= 5:
        return word.startswith(name[:-2]) and len(word) <= len(name) + 3
    if language not in _INFLECTED or len(word) > len(name) + _LONGEST_ENDING:
        return False
    ending = 1 if len(name) > 3 and language != "ko" else 0
    return word.startswith(name[: len(name) - ending])


def _names(question: str, language: str, whole: bool) -> Iterator[Part]:
    """Capitalised words that do not open the question; German capitalises every noun, so there they tell nothing."""
    if language == "de":
        return
    for match in _CAPITALISED.finditer(question):
        if not whole or regex.search(r"\p{L}", question[: match.start()]) or " " in match[0]:
            yield Part("name", fold(match[0]), *match.span())

"""Which names in a sentence may be those of who did something: not those of places, nor of offices and bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import regex
from babel import Locale
from babel.core import UnknownLocaleError

from index.text.folding import fold
from retrieval.answering.evidence import Sentence
from retrieval.answering.following.small_words import UNSPACED, plain, words_of
from retrieval.answering.marking.counted import words_in
from retrieval.answering.marking.names import Name

_INITIALS = regex.compile(r"(?=\p{Lu})[\p{Lu}\p{N}.&-]{2,7}")
_OBLIQUE = {  # of one word, as an adjective stands before what it tells of: "к Северному полюсу", never who did it
    "ru": regex.compile(r"\p{Lu}\p{L}+(?:ую|ому|ему|ских)"),
    "uk": regex.compile(r"\p{Lu}\p{L}+(?:ську|ькому|ьких)"),
}
_OF = {"en": regex.compile(r"(?<=\s\S+)\s(?:of|from)\s")}  # "Ronald Baker of Marion County", but "William of Orange"
_CHOSEN = r"[\p{Lu}\p{Lo}][\p{L}\p{M}'’-]*"
_ARTICLE = r"(?:\s(?:the|der|die|das|den|dem|la|le|les|el|los|las|de|het))?"


def persons_among(names: Sequence[Name], sentence: Sentence) -> list[Name]:
    """The names that may be persons' in order, each to where it ends; without initials where a whole name stands."""
    cut = [_without_origin(name, sentence) for name in names]
    places = {_text(name, sentence) for name in cut if _is_place(name, sentence)}
    out = [name for name in cut if _text(name, sentence) not in places and not _is_other(name, sentence)]
    whole = [name for name in out if not _INITIALS.fullmatch(_text(name, sentence))]
    return whole or out


def offers_choice(question: str, language: str) -> bool:
    """Whether a question names those of whom it asks for one: "Who is older, Biden or Trump?"."""
    choice = words_in("choice", language)
    names = rf"{_CHOSEN}(?:,?\s|(?<=\p{{Lo}}))(?i:{choice})(?:\s|(?=\p{{Lo}})){_CHOSEN}"
    return regex.search(rf"{names}(?:\s{_CHOSEN})?\W*$", question) is not None


def _text(name: Name, sentence: Sentence) -> str:
    return sentence.text[name.start : name.end]


def _without_origin(name: Name, sentence: Sentence) -> Name:
    """Without where somebody is from, which is no part of the name."""
    pattern = _OF.get(sentence.language)
    found = pattern.search(sentence.text, name.start, name.end) if pattern else None
    return replace(name, end=found.start()) if found else name


def _is_place(name: Name, sentence: Sentence) -> bool:
    """Whether the words beside a name say that something is there, or it is a part of the world."""
    before = sentence.text[max(0, name.start - 20) : name.start]
    inside = regex.search(rf"(?<!\w)(?:{words_in('places', sentence.language)}){_ARTICLE}\s$", before, regex.I)
    region = words_in("regions", sentence.language)
    joined = sentence.language in UNSPACED and regex.match(words_in("places", sentence.language), _text(name, sentence))
    behind = (
        joined or regex.match(region, sentence.text[name.end :]) or regex.search(rf"{region}$", _text(name, sentence))
    )
    return bool(inside or behind) or fold(_text(name, sentence)) in _continents(sentence.language)


def _is_small(name: Name, sentence: Sentence) -> bool:
    """Whether it is a small word that has its capital from the beginning of the sentence: "Before"."""
    words = words_of(sentence.language)
    opens = not regex.search(r"[\p{L}\p{N}]", sentence.text[: name.start])
    return opens and words is not None and plain(_text(name, sentence), sentence.language) in words.small


def _is_other(name: Name, sentence: Sentence) -> bool:
    """Whether it is a word that only looks like a name, or an aside."""
    oblique = _OBLIQUE.get(sentence.language)
    adjective = oblique is not None and oblique.fullmatch(_text(name, sentence)) is not None
    return adjective or _is_small(name, sentence) or _is_aside(name, sentence)


def _is_aside(name: Name, sentence: Sentence) -> bool:
    """Whether it stands in brackets as somebody's party or the short form of a name: "(SPÖ)"."""
    return sentence.text[: name.start][-1:] in ("(", "（") and bool(_INITIALS.fullmatch(_text(name, sentence)))


@cache
def _continents(language: str) -> frozenset[str]:
    """The names of the parts of the world, "America" among them."""
    try:
        territories = Locale.parse(language).territories
    except (UnknownLocaleError, ValueError):
        return frozenset()
    named = {fold(name) for code, name in territories.items() if code.isdigit()}
    return frozenset(named | {name.removesuffix("s") for name in named if language == "en"})

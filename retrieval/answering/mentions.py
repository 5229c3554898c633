"""Whether an archive speaks of a name at all, in any script: asked before a reader is told that it does not.

The name is looked for by itself, since the passages nearest to a whole question may leave it out. A country is looked
for under what it is called in each language of the archive; other names are known in another script by how they
sound, as the lexical leg knows them, or by the meaning of their tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import regex

from index.text.folding import fold
from retrieval.answering.asked_words import asked_words, by_word, closest, shares, terms_of
from retrieval.answering.evidence import sentences_of
from retrieval.answering.following.parts import name_of, parts_of
from retrieval.answering.records import Unmet
from retrieval.found import Found

HAD = 0.7  # of a word, from which a passage has it: more than its beginning, or most of its pairs of letters
SAME = 0.7  # estimated cosine from which a token is the name looked for, spelt otherwise
_ANY_DAY = date(2000, 1, 1)  # only where places stand matters here
_CASED = regex.compile(r"[\p{Latin}\p{Cyrillic}\p{Greek}\p{Armenian}]")
_LONGEST_ENDING = 4


def mentioned(asked: Found, name: Unmet, look: Callable[[str], Found]) -> bool:
    """Whether a search for `name`, some words of the question `asked`, finds a passage that has it."""
    countries = tuple(dict.fromkeys(_country(asked, name)))
    found = look(" ".join((name.text, *countries)))
    texts = [fold(passage.text) for passage in found.result.passages]
    if any(_names(country).search(text) for country in countries for text in texts):
        return True
    return not countries and _has_words(found)


def _country(asked: Found, name: Unmet) -> Iterator[str]:
    """What the country that a name is, or has in it, is called in each language of the archive, folded."""
    language = asked.asked.understood.language
    for part in parts_of(asked.asked.text, language, _ANY_DAY):
        if part.kind == "country" and part.start < name.end and name.start < part.end:
            for spoken in sorted({language, "en", *asked.holdings.languages}):
                if known := name_of(part, spoken):
                    yield fold(known)


def _names(country: str) -> regex.Pattern[str]:
    """The name as a text has it: in cased scripts as a word, which may have an ending, else anywhere."""
    if not _CASED.match(country):
        return regex.compile(regex.escape(country))
    return regex.compile(rf"(?<!\p{{L}}){regex.escape(country)}\p{{L}}{{0,{_LONGEST_ENDING}}}(?!\p{{L}})")


def _has_words(found: Found) -> bool:
    """Whether one passage has, or comes close to, every word that was looked for."""
    words, sentences = asked_words(found), [one for one in sentences_of(found) if one.pairs.size]
    if not words:
        return False
    passages = found.result.passages
    had = shares([terms_of(one.text, one.article.language) for one in passages], words)
    for sentence, close in zip(sentences, by_word(closest(sentences), words), strict=True) if sentences else ():
        had[sentence.passage] = had[sentence.passage].clip(min=(close >= SAME) * 1.0)
    return bool(len(passages)) and bool((had >= HAD).all(1).any())

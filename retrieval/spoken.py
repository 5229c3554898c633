"""Which language a question is in.

The models that tell the language of articles (index/text/language.py) are sure of a few words where they should not
be: "Who met Putin?" is Dutch to one of them. But a question has small words: question words, articles, prepositions.
They are few and closed in every language, so they are listed, and each one counts for the languages that have it. The
models say the rest, and the languages of the archive are a little likelier than others. The weights were chosen on the
first words of XQuAD questions and of NTREX sentences (docs/decisions/0002-language-identification.md).
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache

import regex

from index.text.folding import fold
from index.text.language import UNKNOWN, detect, guesses
from retrieval.answering.word_lists import word_list

LEAST = 0.001  # what the models leave to a language that they do not name
ASKS, HAS = 5.5, 4.0  # log-odds of a language that has a word which asks, and one that has another small word
UNMARKED = 1.0  # off where the word has its marks only in the list: "quien"
IN_ARCHIVE = 1.0  # of a language that the archive has
OFTEN = 1.0  # of the languages in which most news is written: those of words.toml
LONG = 12  # words from which the models need no help
TWINS = [("rn", "rw"), ("bs", "hr", "sr"), ("id", "ms"), ("nl", "af"), ("xh", "zu", "ss", "nr")]  # mistaken for another
AS_A_TWIN = 0.5  # the share of a language's likelihood that each of its twins has at least
_LISTS = "retrieval.answering.following"
_OTHERS = ("persons", "subjects", "pronouns", "others")
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_TOLD_BY_SCRIPT = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}]")


def spoken(question: str, kept: Collection[str] = ()) -> tuple[str, float]:
    """The language of a question, and how sure that is from 0 to 1; `kept` are the languages of the archive."""
    words = list(_small_words_of(question))
    plain = detect(question)
    known = [word for word in words if _languages_with(word)]
    if not known or len(words) > LONG or _TOLD_BY_SCRIPT.search(question):
        return plain
    heard = _with_twins(guesses(question))
    languages = {*heard, *(one for word in known for one in _languages_with(word))} - {UNKNOWN}
    scores = {one: _score(one, known, heard, kept) for one in languages}
    best = max(scores, key=lambda one: (scores[one], one))
    return best, round(1.0 / sum(math.exp(other - scores[best]) for other in scores.values()), 2)


def _with_twins(heard: dict[str, float]) -> dict[str, float]:
    """What the models say of one of two languages that are hardly told apart, they say of the other, too."""
    least = {one: AS_A_TWIN * max(heard.get(twin, 0.0) for twin in twins) for twins in TWINS for one in twins}
    return heard | {one: max(heard.get(one, 0.0), share) for one, share in least.items() if share}


def _score(language: str, known: Sequence[str], heard: Mapping[str, float], kept: Collection[str]) -> float:
    """The log-odds of a language, but for what is the same for all: other words are as likely in any."""
    prior = IN_ARCHIVE * (language in kept) + OFTEN * (language in word_list(_LISTS, "words.toml"))
    said = math.log(heard.get(language, 0.0) + LEAST)
    return prior + said + sum(_languages_with(word).get(language, 0.0) for word in known)


def _small_words_of(question: str) -> Iterator[str]:
    """Its words in small letters but for names: words with a capital, after the first."""
    shouted = not regex.search(r"\p{Ll}", question)
    for at, match in enumerate(_WORD.finditer(question)):
        if not at or shouted or not match[0][0].isupper():
            yield unicodedata.normalize("NFC", match[0]).casefold()


@cache
def small_words_of(language: str) -> frozenset[str]:
    """The small words of a language, folded; none where they are not known."""
    return frozenset(word for known, _, listed in small_words() if known == language for word in fold(listed).split())


@cache
def _languages_with(word: str) -> dict[str, float]:
    """The languages that have a small word, and what it counts for each."""
    spelt, folded = _table()
    return {one: odds - UNMARKED for one, odds in folded.get(fold(word), {}).items()} | spelt.get(word, {})


@cache
def _table() -> tuple[dict[str, dict[str, float]], dict[str, dict[str, float]]]:
    """What each small word counts for each language, as it is spelt and folded."""
    spelt: dict[str, dict[str, float]] = {}
    folded: dict[str, dict[str, float]] = {}
    for language, odds, words in small_words():
        for word in _WORD.findall(unicodedata.normalize("NFC", words).casefold()):
            spelt.setdefault(word, {}).setdefault(language, odds)
            folded.setdefault(fold(word), {}).setdefault(language, odds)
    return spelt, folded


def small_words() -> Iterator[tuple[str, float, str]]:
    """Languages with their words that ask, first, and their other small words."""
    for language, kinds in word_list(_LISTS, "words.toml").items():
        yield language, ASKS, f"{kinds['questions']} {kinds['what']}"
        yield language, HAS, " ".join(kinds.get(kind, "") for kind in _OTHERS)
    for language, words in word_list(_LISTS, "more_words.toml").items():
        asking, _, others = words.partition(";")
        yield from ((language, ASKS, asking), (language, HAS, others))

"""Numbers that belong to a name: COP29, Shenzhou-18, 台風22号, Article 5, Euro 2024, Louis XIV.

Who asks for Shenzhou-18 is not answered from an article on Shenzhou-6, though their words are alike. So a sentence
that has the number, in itself or in its article's title or date, goes before the others, and one that gives the name
another number, in an article that never has this one, is left out. In scripts without capitals a number behind a word
is mostly a count, so there only those before 号 or behind 第, and those with Latin letters, are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import regex
from anyascii import anyascii

from index.text.folding import fold
from retrieval.answering.comparing.sameness import token_spans
from retrieval.answering.evidence import Sentence
from retrieval.answering.figures.numerals import numeral_value
from retrieval.answering.following.small_words import plain, words_of
from retrieval.answering.records import Unmet
from retrieval.dates import find_dates
from retrieval.found import Found

HAS_IT = 0.06  # added where a sentence or its article's title or date has the number
NEAR = 0.09  # a sentence that names no other number is the answer, if it is so little worse
REACHED = 0.3  # so much worse may a sentence with the number alone be than the best, and still be the answer
SAME_NAME = 0.5  # estimated cosine from which a name in another script is the one that was asked for
_ANY_DAY = date(2000, 1, 1)  # only where the dates stand matters here, not which days they are
_NUMERALS = "〇零一二三四五六七八九十百"
_SIGNS = r"[号號호届屆回次季条條]"
_ROMAN = r"(?=[IVXL]{2})(?:XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?![\p{L}\p{N}])"
_CASED = r"\p{Latin}\p{Cyrillic}\p{Greek}\p{Armenian}"
_NUMBER = r"(?P<number>\p{Nd}{1,4})(?![\p{Nd}%])(?![.,:/]\p{Nd})"
_NAMED = (
    regex.compile(rf"(?<![{_CASED}\p{{N}}])(?P<stem>[{_CASED}]+)[-–‑]?{_NUMBER}"),
    regex.compile(
        rf"(?<![\p{{L}}\p{{N}}])(?P<stem>\p{{L}}*\p{{Lu}}[\p{{L}}\p{{M}}]*) {_NUMBER}(?!\p{{L}}|[- ]?\p{{Sc}})"
    ),
    regex.compile(rf"(?<![\p{{L}}\p{{N}}])(?P<stem>\p{{Lu}}[\p{{L}}\p{{M}}]+)[ -](?P<number>{_ROMAN})"),
    regex.compile(
        r"(?P<stem>[\p{Han}\p{Katakana}ー]{2,8}?|\p{Hangul}{2,}) ?第?"
        rf"(?P<number>\p{{Nd}}{{1,4}}|[{_NUMERALS}]+) ?[号號호]"
    ),
    regex.compile(rf"第(?P<number>\p{{Nd}}{{1,4}}|[{_NUMERALS}]+){_SIGNS}(?P<stem>[\p{{Han}}\p{{Katakana}}ー]{{2,6}})"),
)
_VALUES = regex.compile(rf"\p{{Nd}}+|[{_NUMERALS}]+|(?<![\p{{L}}\p{{N}}])(?:{_ROMAN})")
_TIME_OF = frozenset("jahr jahre jahren jahres ende anfang mitte seit sommer herbst winter fruhjahr".split())
_SHORTEST = 4  # letters from which two forms of a name may end otherwise


@dataclass(frozen=True)
class Numbered:
    """A name with its number, from `start` to `end` of a text; the name itself from `first` to `last`."""

    text: str
    start: int
    end: int
    first: int
    last: int
    stem: str
    number: int


def numbered_in(text: str, language: str) -> list[Numbered]:
    """The names with numbers in a text, in order; a date is none."""
    out: dict[int, Numbered] = {}
    small = known.small if (known := words_of(language)) else frozenset()
    dates = [(one.start, one.end) for one in find_dates(text, language, _ANY_DAY) if not one.text.isdecimal()]
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            number = _value(match["number"])
            stem = plain(match["stem"], language)
            dated = any(start < match.end() and match.start() < end for start, end in dates)
            if number and not dated and stem not in small and fold(stem) not in _TIME_OF:
                whole = Numbered(match[0], *match.span(), *match.span("stem"), _latin(match["stem"]), number)
                out.setdefault(match.start("number"), whole)
    return [out[at] for at in sorted(out)]


def of_that_number(found: Found, sentences: Sequence[Sentence]) -> tuple[list[Sentence], tuple[Unmet, ...]]:
    """The sentences, best first, for a question that names something by its number.

    None, and the names that are missing, where those that answer best are of things with other numbers and no other
    sentence comes near them.
    """
    names = numbered_in(found.asked.text, found.asked.understood.language)
    if not names or not sentences:
        return list(sentences), ()
    other = [[one for one in names if _is_another(found, sentence, one)] for sentence in sentences]
    having = [all(_has(found, sentence, one) for one in names) for sentence in sentences]
    reached = any(
        has and (s.score >= sentences[0].score - REACHED or all(_names(found, s, one) for one in names))
        for s, has in zip(sentences, having, strict=True)
    )
    near = any(s.score >= sentences[0].score - NEAR and not o for s, o in zip(sentences, other, strict=True))
    if other[0] and not reached and not near:
        return [], tuple(dict.fromkeys(Unmet(one.text.strip(), one.start, one.end) for one in other[0]))
    kept = (
        replace(sentence, score=sentence.score + HAS_IT * has)
        for sentence, has, others in zip(sentences, having, other, strict=True)
        if not others
    )
    return sorted(kept, key=lambda one: -one.score), ()


def _names(found: Found, sentence: Sentence, name: Numbered) -> bool:
    """Whether a sentence or its title has the very name with this number, as far as letters tell in its script."""
    article = found.result.passages[sentence.passage].article
    named = (*_cached(sentence.text, sentence.language), *_cached(article.title, article.language))
    return any(one.number == name.number and _same_stem(one.stem, name.stem) for one in named)


def _has(found: Found, sentence: Sentence, name: Numbered) -> bool:
    """Whether the number stands in a sentence, or in its article's title or date."""
    article = found.result.passages[sentence.passage].article
    return name.number in _numbers(sentence.text) | _numbers(article.title) | _numbers(article.published_at or "")


def _is_another(found: Found, sentence: Sentence, name: Numbered) -> bool:
    """Whether a sentence or its title gives the name another number, and nothing in the article this one."""
    article = found.result.passages[sentence.passage].article
    if name.number in _numbers(found.texts[article.id]) or _has(found, sentence, name):
        return False
    named = (*_cached(sentence.text, sentence.language), *_cached(article.title, article.language))
    return any(_same_stem(one.stem, name.stem) for one in named) or _is_aligned(found, sentence, name)


def _is_aligned(found: Found, sentence: Sentence, name: Numbered) -> bool:
    """Whether a name with a number in the sentence means what the question's does, in whatever script."""
    ends = found.encoder.token_ends(found.asked.text)
    if len(ends) != len(sentence.pairs):
        return False
    asked = (ends > name.first) & (ends <= name.last)
    tokens = token_spans(sentence)
    for one in _cached(sentence.text, sentence.language):
        inside = (tokens[:, 0] < one.last) & (tokens[:, 1] > one.first)
        if asked.any() and inside.any() and sentence.pairs[asked][:, inside].max(1).mean() >= SAME_NAME:
            return True
    return False


@lru_cache(maxsize=512)
def _cached(text: str, language: str) -> tuple[Numbered, ...]:
    return tuple(numbered_in(text, language))


@lru_cache(maxsize=4096)
def _numbers(text: str) -> frozenset[int]:
    """Every number in a text, in digits of any script, Chinese numerals or Roman ones."""
    return frozenset(_found_numbers(text))


def _found_numbers(text: str) -> Iterator[int]:
    for match in _VALUES.finditer(text):
        if value := _value(match[0]):
            yield value


def _value(written: str) -> int:
    """What a number is worth; 0 where it is none."""
    if written.isdecimal():
        return int(written[:9])
    if written.isascii():
        return _roman(written)
    value = numeral_value(written)
    return int(value) if value else 0


def _roman(written: str) -> int:
    values = [{"I": 1, "V": 5, "X": 10, "L": 50}[letter] for letter in written]
    return sum(-value if any(value < later for later in values[at:]) else value for at, value in enumerate(values))


def _latin(stem: str) -> str:
    return regex.sub(r"[^a-z]", "", anyascii(fold(stem)).lower())


def _same_stem(mine: str, theirs: str) -> bool:
    """Whether two names are one but for the ending of a case, or for what is written as one with the name."""
    shorter, longer = sorted((mine, theirs), key=len)
    if shorter == longer:
        return True
    return len(shorter) >= _SHORTEST and (
        longer.endswith(shorter) or (len(longer) - len(shorter) <= 2 and longer.startswith(shorter))
    )

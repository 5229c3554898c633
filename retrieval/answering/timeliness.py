"""Time in answers: the newest report for "current" questions, and what is to be said about dates.

Time decides only among sentences that answer about equally well: it reorders them, and drops none. An article without
a date may be of any time, so it stands between those that suit the question and those that do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import regex

from retrieval.answering.evidence import Sentence
from retrieval.answering.following.small_words import plain, words_of
from retrieval.answering.phrases import say, shown_date
from retrieval.answering.records import Notice
from retrieval.answering.selection import NEAR
from retrieval.answering.statements import Statement
from retrieval.found import Found
from retrieval.question import Question

NEWER = 0.10  # so much better may an older sentence be, and the newest still go before it; within NEAR
IN_PERIOD = 0.02  # the same for an article of the period asked about, beside what the search gives it
_NO_TIME = regex.compile(  # "current" as a thing that flows, and a word of Chinese that ends as "now" begins
    r"\b(?:electric|electrical|ocean|sea|river|air|alternating|direct|eddy|gulf|tidal|rip)\s+current\b"
    r"|\bcurrent\s+(?:flows?|density|account|transformer)\b|[出发呈体表实]现在"
)


def newest_first(found: Found, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, best first; among those that answer about equally well, the timely ones lead.

    For a question about the current state these are the newest, for one about a period those of its articles. The
    scores stay as many and as high as they were: those that lead take the higher ones.
    """
    timely, weight = _timeliness(found)
    if not sentences or not timely:
        return list(sentences)
    near = [one for one in sentences if one.score >= sentences[0].score - NEAR]
    order = sorted(near, key=lambda one: -(one.score + weight * timely[one.passage]))
    scores = sorted((one.score for one in near), reverse=True)
    led = [replace(one, score=score) for one, score in zip(order, scores, strict=True)]
    return led + list(sentences[len(near) :])


def chronological(found: Found, statements: Sequence[Statement]) -> list[Statement]:
    """The statements by the first day that their articles may be of; those without one keep their order at the end."""
    days = [found.ranked[one.sentence.passage].chunk.earliest for one in statements]
    dated = [(day, at) for at, day in enumerate(days) if day is not None]
    undated = [at for at, day in enumerate(days) if day is None]
    return [statements[at] for at in [*(at for _, at in sorted(dated)), *undated]]


def time_notices(found: Found, statements: Sequence[Statement], language: str) -> list[Notice]:
    """Of when the answer is, and whether undated articles are among its sources, where the question is about time."""
    return list(_notices(found, statements, language))


def is_current(asked: Question) -> bool:
    """Whether a question is about the state of now: it says so, and names no other time."""
    words = words_of(asked.understood.language)
    if words is None:
        return False
    text = _NO_TIME.sub(" ", plain(asked.text, words.language))
    others = (plain(one.text, words.language) for one in asked.understood.dates)
    return bool(words.now.search(text)) and all(words.now.search(one) for one in others)


def _timeliness(found: Found) -> tuple[list[float], float]:
    """How timely each passage is, 0 to 1, and what that weighs; no numbers where the question is not about time."""
    if is_current(found.asked):
        return _recency([one.chunk.latest for one in found.ranked]), NEWER
    periods = [(one.earliest.toordinal(), one.latest.toordinal()) for one in found.asked.understood.dates]
    if not periods:
        return [], 0.0
    chunks = [one.chunk for one in found.ranked]
    return [_suits(chunk.earliest, chunk.latest, periods) for chunk in chunks], IN_PERIOD


def _recency(days: Sequence[int | None]) -> list[float]:
    """From 0, the oldest, to 1, the newest, each day as far from the next; 0.5 where there is none."""
    known = sorted({day for day in days if day is not None})
    place = {day: (at + 1) / len(known) for at, day in enumerate(known)}
    return [0.5 if day is None else place[day] for day in days]


def _suits(earliest: int | None, latest: int | None, periods: Sequence[tuple[int, int]]) -> float:
    if earliest is None or latest is None:
        return 0.5
    return float(any(earliest <= last and first <= latest for first, last in periods))


def _notices(found: Found, statements: Sequence[Statement], language: str) -> Iterator[Notice]:
    current = is_current(found.asked)
    cited = [one.passage for statement in statements for one in (statement.sentence, *statement.agreeing)]
    dated = [passage for passage in cited if found.ranked[passage].chunk.latest is not None]
    if current and dated:
        newest = max(dated, key=lambda passage: found.ranked[passage].chunk.latest or 0)
        when = shown_date(found.result.passages[newest].article.published_at, language)
        yield Notice("as-of", say(language, "The newest report is of {date}.", date=when))
    if (current or found.asked.understood.dates) and len(dated) < len(cited):
        yield Notice("undated", say(language, "Some sources have no date."))

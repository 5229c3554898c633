"""Statements about the same thing that cannot all hold: shown side by side, never averaged.

Two sentences are about the same thing when their tokens, figures and dates aside, mean the same, they speak of one
time and no names contrast. A false alarm is worse than a missed one, so whatever is in doubt is no disagreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from retrieval.answering.arithmetic import contradictions
from retrieval.answering.citations import Citations
from retrieval.answering.evidence import Sentence
from retrieval.answering.exactness import can_agree
from retrieval.answering.figures import Figure, find_figures
from retrieval.answering.names import contrast
from retrieval.answering.periods import DayNamed, Period, are_of_one_time, may_be_one, period_of
from retrieval.answering.phrases import say
from retrieval.answering.records import Disagreement
from retrieval.answering.sameness import Alignment, alignment_of, near
from retrieval.answering.selection import Statement
from retrieval.found import Found

RELEVANT = 0.3  # below the best score, a sentence is no longer compared
MOST_COMPARED = 40
SAME = 0.64  # estimated cosine of two sentences about one thing, and of the words around their figures
SURELY_SAME = 0.8  # the same where figures change from day to day, or little else tells that it is one thing
ACROSS = 0.75  # times: translations of one sentence are less alike than it and its copy
NOUN = 0.55  # estimated cosine of two words for what is counted
FEW = 10  # counts below are in every other sentence
FURTHEST = Decimal("1.5")  # times: figures for one thing that differ by more are seldom for one thing
BESIDE = 12  # code points from a date in which stands what happened then
ONE_DAY = timedelta(days=1)
NEXT_DAYS = 10  # dates of one event that differ by more are of two events
_NEVER_COMPARED = ("duration-", "temperature-")


@dataclass(frozen=True)
class _Said:
    """A sentence with what may be disputed in it."""

    sentence: Sentence
    figures: tuple[Figure, ...]
    period: Period


@dataclass(frozen=True)
class _Conflict:
    """Two sentences that differ in one place each."""

    kind: Literal["figures", "dates"]
    a: _Said
    b: _Said
    at_a: Figure | DayNamed
    at_b: Figure | DayNamed


def disagreements(
    found: Found, statements: Sequence[Statement], sentences: Sequence[Sentence], citations: Citations, language: str
) -> tuple[Disagreement, ...]:
    """The disagreements that concern the answer, the newest report first; each statement in one gets a citation.

    `language` is the reader's.
    """
    out = [_shown(one, found, language, citations) for one in _between_articles(found, statements, sentences)]
    return (*out, *_within_articles(found, statements, sentences, citations, language))


def _between_articles(
    found: Found, statements: Sequence[Statement], sentences: Sequence[Sentence]
) -> Iterator[_Conflict]:
    """Each sentence of the answer against those of other articles, unless what it says was disputed before."""
    cited = [one for statement in statements for one in (statement.sentence, *statement.agreeing)]
    least = max((one.score for one in sentences), default=0.0) - RELEVANT
    others = [_said(found, one) for one in sentences[:MOST_COMPARED] if one.score >= least]
    others = [one for one in others if one.figures or one.period.days]
    disputed: set[tuple[str, ...]] = set()
    for a in (_said(found, one) for one in cited):
        for b in others:
            if _are_two_sources(found, a.sentence, b.sentence) and (conflict := _conflict(found, a, b)):
                values = tuple(sorted((_words(a, conflict.at_a), _words(b, conflict.at_b))))
                if values not in disputed:
                    disputed.add(values)
                    yield conflict


def _said(found: Found, sentence: Sentence) -> _Said:
    return _Said(sentence, find_figures(sentence.text, sentence.language), period_of(found, sentence))


def _are_two_sources(found: Found, a: Sentence, b: Sentence) -> bool:
    """Whether two sentences are of different articles which are no copies of each other."""
    one, other = found.ranked[a.passage].chunk, found.ranked[b.passage].chunk
    return one.article != other.article and one.cluster != other.cluster and a.text != b.text


def _conflict(found: Found, a: _Said, b: _Said) -> _Conflict | None:
    """What the two differ in, if they are about the same thing."""
    differing = _differing_figures(a, b) or _differing_days(a, b)
    if not differing:
        return None
    x, y, doubtful = differing
    aside = [[*((one.start, one.end) for one in said.figures), *said.period.spans] for said in (a, b)]
    aligned = alignment_of(a.sentence, b.sentence, *aside)
    least = SAME if are_of_one_time(a.period, b.period) and not doubtful else SURELY_SAME
    least *= 1 if a.sentence.language == b.sentence.language else ACROSS
    around = near(a.sentence, (x.start, x.end)), near(b.sentence, (y.start, y.end))
    if min(aligned.similarity(), aligned.similarity(*around)) < least or not _of_one_time(a, b, x):
        return None
    if contrast(a.sentence, b.sentence, aligned.pairs):
        return None
    if isinstance(x, Figure) and isinstance(y, Figure):
        return _Conflict("figures", a, b, x, y) if _same_noun(aligned, a, b, x, y) else None
    beside = near(a.sentence, (x.start, x.end), BESIDE), near(b.sentence, (y.start, y.end), BESIDE)
    return _Conflict("dates", a, b, x, y) if aligned.similarity(*beside) >= least else None


def _of_one_time(a: _Said, b: _Said, at: Figure | DayNamed) -> bool:
    return isinstance(at, DayNamed) or may_be_one(a.period, b.period)


def _differing_figures(a: _Said, b: _Said) -> tuple[Figure, Figure, bool] | None:
    """The one figure of each that has no counterpart in the other, and whether it is doubtful that they are one."""
    for kind, unit in {(one.kind, "" if one.kind == "count" else one.unit) for one in a.figures}:
        if unit.startswith(_NEVER_COMPARED):
            continue
        of_a, of_b = ([f for f in said.figures if f.kind == kind and unit in ("", f.unit)] for said in (a, b))
        left_a, left_b = _unmatched(of_a, of_b), _unmatched(of_b, of_a)
        if len(left_a) == len(left_b) == 1 and _are_close(left_a[0], left_b[0]):
            few = kind == "count" and min(left_a[0].low, left_b[0].low) < FEW
            return left_a[0], left_b[0], few or len(of_a) > 1 or len(of_b) > 1
    return None


def _unmatched(figures: Sequence[Figure], others: Sequence[Figure]) -> list[Figure]:
    return [one for one in figures if not any(can_agree(one, other) for other in others)]


def _are_close(a: Figure, b: Figure) -> bool:
    low, high = sorted((max(abs(a.low), abs(a.high)), max(abs(b.low), abs(b.high))))
    return low > 0 and high <= FURTHEST * low and a.low * b.low > 0


def _same_noun(aligned: Alignment, a: _Said, b: _Said, x: Figure, y: Figure) -> bool:
    if x.kind != "count":
        return True
    if not x.unit or not y.unit:
        return False
    if a.sentence.language == b.sentence.language and x.unit == y.unit:
        return True
    nouns = near(a.sentence, (x.end, x.end + 1 + len(x.unit)), 0), near(b.sentence, (y.end, y.end + 1 + len(y.unit)), 0)
    return aligned.between(*nouns) >= NOUN


def _differing_days(a: _Said, b: _Said) -> tuple[DayNamed, DayNamed, bool] | None:
    """The one day that each names, where they differ by a few."""
    if len(a.period.days) != 1 or len(b.period.days) != 1:
        return None
    x, y = a.period.days[0], b.period.days[0]
    other = y.day
    if x.yearless or y.yearless:
        if (y.day.month, y.day.day) == (2, 29):
            return None
        other = date(x.day.year, y.day.month, y.day.day)
    if _is_own_day(a.period, x) and _is_own_day(b.period, y):
        return None  # each report tells of its own day
    return (x, y, True) if 0 < abs((x.day - other).days) <= NEXT_DAYS else None


def _is_own_day(period: Period, at: DayNamed) -> bool:
    return period.published is not None and abs(at.day - period.published[1]) <= ONE_DAY


def _words(said: _Said, at: Figure | DayNamed) -> str:
    return said.sentence.text[at.start : at.end]


def _shown(conflict: _Conflict, found: Found, language: str, citations: Citations) -> Disagreement:
    """The conflict as it is shown; of a figure that grew from report to report the newest comes first."""
    places = [(conflict.a, conflict.at_a), (conflict.b, conflict.at_b)]
    places.sort(key=lambda place: place[0].period.published or (date.min, date.min), reverse=True)
    values = tuple(_words(said, at) for said, at in places)
    text = say(language, "The sources disagree: {values}.", values=" – ".join(values))
    return Disagreement(conflict.kind, text, values, tuple(citations.number(said.sentence) for said, _ in places))


def _within_articles(
    found: Found, statements: Sequence[Statement], sentences: Sequence[Sentence], citations: Citations, language: str
) -> Iterator[Disagreement]:
    """Contradictions in the cited articles of which a cited sentence, or one beside it, is a part."""
    cited = [one for statement in statements for one in (statement.sentence, *statement.agreeing)]
    for article in dict.fromkeys(found.ranked[one.passage].chunk.article for one in cited):
        own = sorted((s for s in sentences if found.ranked[s.passage].chunk.article == article), key=lambda s: s.start)
        for one in contradictions(own):
            places = (one.total, *one.parts)
            if any(_is_beside(place.sentence, sentence, own) for place in places for sentence in cited):
                values = tuple(place.text for place in places)
                text = say(
                    language, "The figures in this article cannot all hold: {values}.", values=" – ".join(values)
                )
                numbers = tuple(citations.number(place.sentence) for place in places)
                yield Disagreement("arithmetic", text, values, numbers)


def _is_beside(a: Sentence, b: Sentence, own: Sequence[Sentence]) -> bool:
    places = [(one.start, one.end) for one in own]
    at = [(one.start, one.end) for one in (a, b)]
    return all(place in places for place in at) and abs(places.index(at[0]) - places.index(at[1])) <= 1

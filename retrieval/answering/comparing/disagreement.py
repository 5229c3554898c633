"""Statements about the same thing that cannot all hold: shown side by side, never averaged.

Two sentences are about the same thing when their tokens, figures and dates aside, mean the same, they speak of one
time and no names contrast. A false alarm is worse than a missed one, so whatever is in doubt is no disagreement
(docs/decisions/0010-disagreements.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from retrieval.answering.citations import Citations
from retrieval.answering.comparing.arithmetic import contradictions
from retrieval.answering.comparing.contrast import contrast
from retrieval.answering.comparing.periods import DayNamed, Period, are_of_one_time, may_be_one, period_of
from retrieval.answering.comparing.sameness import Alignment, alignment_of, cosines, near
from retrieval.answering.evidence import Sentence
from retrieval.answering.figures import Figure, can_agree, find_figures
from retrieval.answering.marking import Kind
from retrieval.answering.phrases import say, shown_date
from retrieval.answering.records import Disagreement
from retrieval.answering.statements import Statement
from retrieval.found import Found

RELEVANT = 0.3  # below the best score, a sentence is no longer compared
MOST_COMPARED = 40
SAME = 0.64  # estimated cosine of two sentences about one thing, and of the words around their figures
SURELY_SAME = 0.8  # the same where figures change from day to day, or little else tells that it is one thing
ACROSS = 0.75  # times: translations of one sentence are less alike than it and its copy
ASIDE = 0.1  # so much more alike may two sentences be without their figures and dates than with them
NOUN = 0.85  # estimated cosine of two words for what is counted; the dead and the injured are nearly as alike
NOUN_ACROSS = 0.6  # the same between languages
BEGINNING = 4  # letters by which two forms of one word are known
TOLD = 0.7  # estimated cosine that each word beside a count has in the other sentence: "died" is not "injured"
FEW = 10  # counts below are in every other sentence
FURTHEST = Decimal("1.5")  # times: figures for one thing that differ by more are seldom for one thing
BESIDE = 12  # code points from a date, or behind a count, in which stands what happened
WORD = 3  # code points that reach into the word in front of a count
ONE_DAY = timedelta(days=1)
NEXT_DAYS = 10  # dates of one event that differ by more are of two events
_NEVER_COMPARED = ("duration-", "temperature-")


@dataclass(frozen=True)
class _Said:
    """A sentence with what may be disputed in it."""

    sentence: Sentence
    figures: tuple[Figure, ...]
    period: Period

    @property
    def aside(self) -> list[tuple[int, int]]:
        """Where its figures and dates stand."""
        return [*((one.start, one.end) for one in self.figures), *self.period.spans]


@dataclass(frozen=True)
class _Conflict:
    """Two sentences that differ in one place each."""

    kind: Literal["figures", "dates"]
    a: _Said
    b: _Said
    at_a: Figure | DayNamed
    at_b: Figure | DayNamed


def disagreements(
    found: Found,
    statements: Sequence[Statement],
    sentences: Sequence[Sentence],
    citations: Citations,
    language: str,
    kind: Kind | None = None,
) -> tuple[Disagreement, ...]:
    """The disagreements that concern the answer, the newest report first; each statement in one gets a citation.

    `language` is the reader's, `kind` what is asked for.
    """
    cited = [one for statement in statements for one in (statement.sentence, *statement.agreeing)]
    between = [_shown(one, found, language, citations) for one in _between_articles(found, cited, sentences)]
    return (*between, *_within_articles(found, cited, sentences, citations, language, kind))


def _between_articles(found: Found, cited: Sequence[Sentence], sentences: Sequence[Sentence]) -> Iterator[_Conflict]:
    """Each sentence of the answer against those of other articles, unless what it says was disputed before."""
    least = max((one.score for one in sentences), default=0.0) - RELEVANT
    others = [one for one in sentences[:MOST_COMPARED] if one.score >= least]
    disputed: set[tuple[str, ...]] = set()
    for a in cited:
        for b in others:
            if _are_two_sources(found, a, b) and (conflict := _conflict(found, a, b)):
                values = tuple(sorted((_words(conflict.a, conflict.at_a), _words(conflict.b, conflict.at_b))))
                if values not in disputed:
                    disputed.add(values)
                    yield conflict


def _are_two_sources(found: Found, a: Sentence, b: Sentence) -> bool:
    """Whether two sentences are of different articles which are no copies of each other."""
    one, other = found.ranked[a.passage].chunk, found.ranked[b.passage].chunk
    return one.article != other.article and one.cluster != other.cluster and a.text != b.text


def _conflict(found: Found, a: Sentence, b: Sentence) -> _Conflict | None:
    """What the two differ in, if they are about the same thing; most pairs are not, and are read no further."""
    across = 1 if a.language == b.language else ACROSS
    pairs = cosines(a, b)
    if not pairs.size or min(pairs.max(1).mean(), pairs.max(0).mean()) < SAME * across - ASIDE:
        return None
    one, other = _said(found, a), _said(found, b)
    differing = _differing_figures(one, other) or _differing_days(one, other)
    if not differing:
        return None
    x, y, doubtful = differing
    aligned = alignment_of(a, b, pairs, one.aside, other.aside)
    least = across * (SAME if are_of_one_time(one.period, other.period) and not doubtful else SURELY_SAME)
    around = near(a, (x.start, x.end)), near(b, (y.start, y.end))
    if min(aligned.similarity(), aligned.similarity(*around)) < least or contrast(a, b, pairs, found.encoder):
        return None
    if isinstance(x, Figure) and isinstance(y, Figure):
        same = may_be_one(one.period, other.period) and _same_noun(aligned, one, other, x, y)
        return _Conflict("figures", one, other, x, y) if same else None
    beside = near(a, (x.start, x.end), BESIDE), near(b, (y.start, y.end), BESIDE)
    return _Conflict("dates", one, other, x, y) if aligned.mutual(*beside) >= least else None


def _said(found: Found, sentence: Sentence) -> _Said:
    return _Said(sentence, find_figures(sentence.text, sentence.language), period_of(found, sentence))


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
    """Whether two counts are of the same, of which the same is told."""
    if x.kind != "count":
        return True
    if not x.unit or not y.unit:
        return False
    same_language = a.sentence.language == b.sentence.language
    beside = near(a.sentence, (x.start, x.end + BESIDE), WORD), near(b.sentence, (y.start, y.end + BESIDE), WORD)
    if aligned.weakest(*beside) < TOLD * (1 if same_language else ACROSS):
        return False
    if same_language and x.unit[:BEGINNING] == y.unit[:BEGINNING]:
        return True
    nouns = near(a.sentence, (x.end, x.end + 1 + len(x.unit)), 0), near(b.sentence, (y.end, y.end + 1 + len(y.unit)), 0)
    return aligned.between(*nouns) >= (NOUN if same_language else NOUN_ACROSS)


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
    days = [found.result.passages[said.sentence.passage].article.published_at for said, _ in places]
    shown = values if len({day and day[:10] for day in days}) == 1 else _with_days(values, days, language)
    text = say(language, "The sources disagree: {values}.", values=" – ".join(shown))
    return Disagreement(conflict.kind, text, values, tuple(citations.number(said.sentence) for said, _ in places))


def _with_days(values: Sequence[str], days: Sequence[str | None], language: str) -> tuple[str, ...]:
    """Each value with the day of its report: the newer one may only know more."""
    return tuple(f"{value} ({shown_date(day, language)})" for value, day in zip(values, days, strict=True))


def _within_articles(
    found: Found,
    cited: Sequence[Sentence],
    sentences: Sequence[Sentence],
    citations: Citations,
    language: str,
    kind: Kind | None,
) -> Iterator[Disagreement]:
    """Contradictions in the cited articles of which a cited sentence is a part; for a quantity, also one beside it."""
    near = 1 if kind == "quantity" else 0
    for article in dict.fromkeys(found.ranked[one.passage].chunk.article for one in cited):
        own = sorted((s for s in sentences if found.ranked[s.passage].chunk.article == article), key=lambda s: s.start)
        for one in contradictions(own):
            places = (one.total, *one.parts)
            if any(_apart(place.sentence, sentence, own) <= near for place in places for sentence in cited):
                values = tuple(place.text for place in places)
                text = say(
                    language, "The figures in this article cannot all hold: {values}.", values=" – ".join(values)
                )
                numbers = tuple(citations.number(place.sentence) for place in places)
                yield Disagreement("arithmetic", text, values, numbers)


def _apart(a: Sentence, b: Sentence, own: Sequence[Sentence]) -> int:
    """How many sentences of their article lie between two, both counted as one step; many where one is not of it."""
    places = [(one.start, one.end) for one in own]
    at = [(one.start, one.end) for one in (a, b)]
    return abs(places.index(at[0]) - places.index(at[1])) if all(place in places for place in at) else len(own) + 2

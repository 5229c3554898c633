"""What a person reads to see why figures are as they are: the question, what was wanted, what each run put first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from eval.comparing import Comparison, first_common
from eval.grouping import query_of
from eval.measuring import Evaluation
from eval.reports.records import Section
from eval.sets import Query, TestSet
from index.article import Draft

AROUND = 130  # characters shown before and behind a marked answer, or twice as many of the beginning


@dataclass(frozen=True)
class Excerpt:
    """A piece of an article, `marked` being the answer where the set marks one; no text where the set has none."""

    article: str
    title: str
    language: str
    before: str
    marked: str
    after: str
    relevant: bool


@dataclass(frozen=True)
class Put:
    """What a run put first for a query: its value, the `looked_at` ranks, and those of them with relevant articles.

    `wrong` is the first article that is not relevant, at rank `wrong_at`; None where there is none.
    """

    run: str
    value: float
    looked_at: int
    relevant_at: tuple[int, ...]
    first: Excerpt | None
    wrong: Excerpt | None
    wrong_at: int


@dataclass(frozen=True)
class Reading:
    """One query to be read. `wanted` is one of the `relevant` best articles, that in the question's language if any."""

    key: str
    text: str
    language: str
    pool: str
    wanted: Excerpt | None
    relevant: int
    put: tuple[Put, ...]

    @property
    def gain(self) -> float:
        """How much better the first run is than the second; 0 where there is one run."""
        return self.put[0].value - self.put[1].value if len(self.put) > 1 else 0.0


def won_and_lost(comparison: Comparison, most: int) -> list[str]:
    """The queries most won and most lost, `most` of each at most, the greatest gain first."""
    won = [key for key, gain in comparison.changes.items() if gain > 0]
    lost = [key for key, gain in comparison.changes.items() if gain < 0]
    return won[:most] + lost[-most:]


def worst(run: Evaluation, most: int) -> list[str]:
    """The queries that a run does worst at in its first measure, the worst first; none that it does perfectly."""
    values = next(iter(run.per_query.values()))
    return sorted((key for key in values if values[key] < 1.0), key=lambda key: (values[key], key))[:most]


def readings(section: Section, asked: Sequence[tuple[Sequence[Evaluation], Sequence[str]]]) -> list[list[Reading]]:
    """For each (runs, queries): the queries with the texts. The set's articles are gone through once for all."""
    shelf = _Shelf(section.test_set)
    shelf.fetch({article for runs, keys in asked for key in keys for article in shelf.needed(runs, key)})
    return [[shelf.reading(runs, key) for key in keys] for runs, keys in asked]


class _Shelf:
    """The articles of a test set that are to be shown."""

    def __init__(self, test_set: TestSet) -> None:
        self._set = test_set
        self._queries: dict[str, Query] = {query.id: query for query in test_set.queries}
        self._articles: dict[str, Draft] = {}

    def needed(self, runs: Sequence[Evaluation], key: str) -> set[str]:
        found = (self._first_and_wrong(key, run.first.get(key, [])) for run in runs)
        return {*self._wanted(key)[:1], *(article for pair in found for article in pair if article)}

    def fetch(self, wanted: set[str]) -> None:
        self._articles = {one.id: one for one in self._set.articles() if one.id in wanted} if wanted else {}

    def reading(self, runs: Sequence[Evaluation], key: str) -> Reading:
        query, wanted = self._query(key), self._wanted(key)
        measure = first_common(*runs)
        put = tuple(self._put(run.name, run.per_query[measure][key], key, run.first.get(key, [])) for run in runs)
        pool = "" if key in self._queries else key.rpartition(">")[2]
        shown = self._excerpt(query, wanted[0]) if wanted else None
        return Reading(key, query.text, query.language, pool, shown, len(wanted), put)

    def _query(self, key: str) -> Query:
        return self._queries[query_of(key, self._queries)]

    def _wanted(self, key: str) -> list[str]:
        """The best articles, those in the language of the pool or else of the question in front."""
        query, spoken = self._query(key), self._set.article_languages
        pool = "" if key in self._queries else key.rpartition(">")[2]
        grades = {
            article: grade
            for article, grade in self._set.qrels[query.id].items()
            if not pool or spoken.get(article) == pool
        }
        best = max(grades.values(), default=0)
        found = [article for article, grade in grades.items() if grade == best > 0]
        return sorted(found, key=lambda article: (spoken.get(article) != query.language, article))

    def _put(self, run: str, value: float, key: str, found: list[str]) -> Put:
        query = self._query(key)
        first, wrong = self._first_and_wrong(key, found)
        return Put(
            run,
            value,
            len(found),
            tuple(rank for rank, article in enumerate(found, 1) if self._is_relevant(query, article)),
            self._excerpt(query, first) if first else None,
            self._excerpt(query, wrong) if wrong else None,
            found.index(wrong) + 1 if wrong else 0,
        )

    def _first_and_wrong(self, key: str, found: list[str]) -> tuple[str | None, str | None]:
        query = self._query(key)
        return next(iter(found), None), next((one for one in found if not self._is_relevant(query, one)), None)

    def _is_relevant(self, query: Query, article: str) -> bool:
        return self._set.qrels[query.id].get(article, 0) > 0

    def _excerpt(self, query: Query, article: str) -> Excerpt:
        relevant = self._is_relevant(query, article)
        draft = self._articles.get(article)
        if draft is None:
            return Excerpt(article, "", "", "", "", "", relevant)
        language = self._set.article_languages.get(article, "")
        return Excerpt(article, draft.title or "", language, *_around(draft.text, _marks(query), article), relevant)


def _marks(query: Query) -> Mapping[str, tuple[int, int]]:
    return {gold.article: (gold.start, gold.start + len(gold.text)) for gold in reversed(query.answers)}


def _around(text: str, marks: Mapping[str, tuple[int, int]], article: str) -> tuple[str, str, str]:
    """What is before, in, and behind the marked words; white space is made even, and … stands for what is left out."""
    start, end = marks.get(article, (0, 0))
    if not end:
        return _even(text[: 2 * AROUND] + "…" * (len(text) > 2 * AROUND)), "", ""
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return (
        _even("…" * (start > AROUND) + before),
        _even(text[start:end]),
        _even(after + "…" * (end + AROUND < len(text))),
    )


def _even(text: str) -> str:
    """White space as one space, also at either end, where words may go on."""
    inner = " ".join(text.split())
    return " " * text[:1].isspace() + inner + " " * (text[-1:].isspace() and bool(inner))

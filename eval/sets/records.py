"""A test set: queries, judgements, and where the articles are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from index.article import Draft, Rejection
from index.errors import BadInput
from index.text.language import detect

BLOCK = 5  # neighbouring articles that stay in one fold: data sets list the paragraphs of one text in a row
Qrels = dict[str, dict[str, int]]  # query id -> article id -> grade


@dataclass(frozen=True)
class Gold:
    """An answer as the test set marks it: `text` stands at code point `start` of an article of the corpus."""

    article: str
    start: int
    text: str


@dataclass(frozen=True)
class Query:
    """One question of a test set; `answers` are the places, in articles of any language, where its answer is marked."""

    id: str
    text: str
    language: str
    answers: tuple[Gold, ...] = ()


def with_parallel_answers(queries: Iterable[Query]) -> tuple[Query, ...]:
    """Each query with the answers of its translations too, which parallel sets call LANGUAGE-NUMBER."""
    listed = tuple(queries)
    marked: dict[str, list[Gold]] = defaultdict(list)
    for query in listed:
        marked[_number(query)] += query.answers
    return tuple(replace(query, answers=tuple(marked[_number(query)])) for query in listed)


def _number(query: Query) -> str:
    return query.id.removeprefix(f"{query.language}-")


@dataclass(frozen=True)
class TestSet:
    """Queries with judgements in memory; the articles are read when they are wanted.

    `corpus` reads them anew each time; it is None where the set comes without. `left_out` names articles that count
    neither way for a query; `origin` is where the articles are read from, and `files` are those that hold them.
    """

    __test__ = False  # its name is the field's word; pytest would look for tests in it

    name: str
    qrels_name: str
    queries: tuple[Query, ...]
    qrels: Qrels
    corpus: Callable[[], Iterator[Draft | Rejection]] | None = None
    left_out: dict[str, frozenset[str]] | None = None
    origin: str = ""
    files: tuple[Path, ...] = ()

    @property
    def languages(self) -> list[str]:
        """The languages of the queries."""
        return sorted({query.language for query in self.queries})

    @property
    def pools(self) -> list[str]:
        """The languages of the queries in which there are articles."""
        return sorted(set(self.languages) & set(self.article_languages.values()))

    @cached_property
    def article_languages(self) -> dict[str, str]:
        """The language of each article; empty where the set comes without a corpus."""
        return {one.id: one.language or detect(one.text)[0] for one in self.articles() if one.id}

    def articles(self) -> Iterator[Draft]:
        """The articles that can be read; none where the set comes without a corpus."""
        yield from (one for one in (self.corpus() if self.corpus else ()) if isinstance(one, Draft))

    def with_queries(self, queries: Iterable[Query]) -> TestSet:
        """The same set with some of its queries, and only their judgements."""
        kept = tuple(queries)
        out = replace(self, queries=kept, qrels={query.id: self.qrels[query.id] for query in kept})
        if "article_languages" in self.__dict__:  # read once for all parts of a set
            out.__dict__["article_languages"] = self.article_languages
        return out

    def in_languages(self, languages: Iterable[str]) -> TestSet:
        """The queries in some languages; raises BadInput for one in which there is none."""
        wanted = set(languages)
        if missing := wanted - set(self.languages):
            cure = f"its languages are {', '.join(self.languages)}"
            raise BadInput(f"{self.name} has no question in {', '.join(sorted(missing))}", cure)
        return self.with_queries(query for query in self.queries if query.language in wanted)

    def sample(self, per_language: int | None) -> TestSet:
        """Every query, or `per_language` of each language spread evenly over the set; no chance is involved.

        Where the languages ask the same questions in the same order, each is given others.
        """
        if per_language is None:
            return self
        out: list[Query] = []
        for number, language in enumerate(self.languages):
            own = [query for query in self.queries if query.language == language]
            step = max(len(own) / per_language, 1.0)
            shift = number / len(self.languages)
            out += [own[int((i + shift) * step)] for i in range(min(per_language, len(own)))]
        return self.with_queries(out)

    def fold(self, number: int, of: int) -> TestSet:
        """Every `of`-th block of five neighbouring articles, beginning with block `number`, and the queries about them.

        What is chosen on one fold and stated on another was not chosen on what is stated. Articles are put in the order
        of their ids, in each language by itself, so that translations of one article are in the same fold.
        """
        if not 0 <= number < of:
            raise BadInput(f"fold {number}/{of} does not exist", f"the folds of {of} are 0/{of} to {of - 1}/{of}")
        kept: set[str] = set()
        for language in self.languages:
            first = {q.id: _first_relevant(self.qrels[q.id]) for q in self.queries if q.language == language}
            place = {article: i // BLOCK for i, article in enumerate(sorted(set(first.values())))}
            kept |= {query for query, article in first.items() if place[article] % of == number}
        return self.with_queries(query for query in self.queries if query.id in kept)


def _first_relevant(grades: Mapping[str, int]) -> str:
    """The first article in the order of ids that is relevant; of all judged, where none is."""
    return min([article for article, grade in grades.items() if grade > 0] or grades)

"""A run: what one ranker returned for the queries of a test set; and the TREC form of it, read and written."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from eval.sets import Query, TestSet
from eval.sets.files import numbered_lines
from index.errors import BadInput

Ranking = dict[str, float]  # article id -> score, higher is better


@dataclass(frozen=True)
class Run:
    """Rankings by query id, and the seconds that searches took; a run read from a file has no seconds.

    `pool` is the language whose articles alone were looked at, or None for all. `seconds` are those of searches for a
    page of results, one at a time, for some of the queries; `per_second` is how many such searches are got through by
    as many threads as were wanted. `failed` says by query id why there is no ranking.
    """

    name: str
    rankings: dict[str, Ranking]
    seconds: dict[str, float] = field(default_factory=dict)
    pool: str | None = None
    per_second: float | None = None
    failed: dict[str, str] = field(default_factory=dict)

    def without(self, left_out: dict[str, frozenset[str]]) -> Run:
        """The same run without articles that are to be left out of each ranking."""
        kept = {
            query: {article: score for article, score in ranking.items() if article not in left_out.get(query, ())}
            for query, ranking in self.rankings.items()
        }
        return replace(self, rankings=kept)


def best_first(ranking: Ranking) -> list[str]:
    """Article ids, best first; ties as trec_eval has them: equal in single precision, the greater id first."""
    return sorted(ranking, key=lambda article: (np.float32(ranking[article]), article), reverse=True)


def in_order(articles: Iterable[str]) -> Ranking:
    """A ranking of articles that come best first, without scores of their own: 1 / rank."""
    return {article: 1.0 / rank for rank, article in enumerate(dict.fromkeys(articles), 1)}


def read_trec_run(file: Path) -> Run:
    """A run in TREC's form: "query Q0 article rank score tag" a line; trec_eval goes by the score, and so does this."""
    rankings: dict[str, Ranking] = {}
    tag = file.stem
    for number, line in numbered_lines(file):
        place = f"{file}, line {number}"
        query, article, value, tag = _run_line(line, place)
        if rankings.setdefault(query, {}).setdefault(article, value) != value:
            raise BadInput(f"{place}: {article!r} comes twice for {query!r}", "keep one of the lines")
    if not rankings:
        raise BadInput(f"{file} holds no line of a TREC run", "a line is: query Q0 article rank score tag")
    return Run(tag, rankings)


def _run_line(line: str, place: str) -> tuple[str, str, float, str]:
    try:
        query, _, article, _, score, tag = line.split()
        value = float(score)
    except ValueError:
        value = math.nan
    if math.isnan(value):
        cure = "a line is: query Q0 article rank score tag"
        raise BadInput(f"{place}: {line.strip()[:80]!r} is no line of a TREC run", cure)
    return query, article, value, tag


def write_trec_run(run: Run, queries: Iterable[Query], file: Path) -> None:
    """Write a run in TREC's form; a name with white space gets underscores, since a line has six words."""
    tag = "_".join(run.name.split()) or "run"
    with open(file, "w", encoding="utf-8") as out:
        for query in queries:
            ranking = run.rankings.get(query.id, {})
            for rank, article in enumerate(best_first(ranking), 1):
                words = _one_word(query.id), "Q0", _one_word(article), rank, repr(ranking[article]), tag
                print(*words, file=out)


def write_trec_runs(runs: Iterable[Run], test_set: TestSet, folder: Path) -> None:
    """A file for each run, named after set, ranker and, where it is of one language's articles, that language."""
    folder.mkdir(parents=True, exist_ok=True)
    for run in runs:
        words = [test_set.name, run.name, *([run.pool] if run.pool else [])]
        name = ".".join(re.sub(r"[^\w-]+", "-", word).strip("-") for word in words)
        write_trec_run(run, test_set.queries, folder / f"{name}.run")


def _one_word(name: str) -> str:
    if len(name.split()) != 1:
        raise BadInput(f"the id {name!r} holds white space", "a TREC run cannot hold it; use --json instead")
    return name

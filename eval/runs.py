"""A run: what one ranker returned for the queries of a test set; and the TREC form of it, read and written."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from eval.sets import Query
from index.errors import BadInput

Ranking = dict[str, float]  # article id -> score, higher is better


@dataclass(frozen=True)
class Run:
    """Rankings by query id, and the seconds each took; a run read from a file has no seconds.

    `pool` is the language whose articles alone were looked at, or None for all; `per_second` is how many queries were
    answered in a second by all `threads` together.
    """

    name: str
    rankings: dict[str, Ranking]
    seconds: dict[str, float] = field(default_factory=dict)
    pool: str | None = None
    threads: int = 1
    per_second: float | None = None

    def without(self, left_out: dict[str, frozenset[str]]) -> Run:
        """The same run without articles that are to be left out of each ranking."""
        kept = {
            query: {article: score for article, score in ranking.items() if article not in left_out.get(query, ())}
            for query, ranking in self.rankings.items()
        }
        return Run(self.name, kept, self.seconds, self.pool, self.threads, self.per_second)


def best_first(ranking: Ranking) -> list[str]:
    """Article ids, best first; ties as trec_eval breaks them, the greater id first."""
    return sorted(ranking, key=lambda article: (ranking[article], article), reverse=True)


def read_trec_run(file: Path) -> Run:
    """A run in TREC's form: "query Q0 article rank score tag" a line; trec_eval goes by the score, and so does this."""
    rankings: dict[str, Ranking] = {}
    tag = file.stem
    with open(file, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                query, _, article, _, score, tag = line.split()
                value = float(score)
            except ValueError:
                value = math.nan
            if math.isnan(value):
                cure = "a line is: query Q0 article rank score tag"
                raise BadInput(f"{file}, line {number}: {line.strip()[:80]!r} is no line of a TREC run", cure)
            if rankings.setdefault(query, {}).setdefault(article, value) != value:
                raise BadInput(f"{file}, line {number}: {article!r} comes twice for {query!r}", "keep one of the lines")
    return Run(tag, rankings)


def write_trec_run(run: Run, queries: Iterable[Query], file: Path) -> None:
    """Write a run in TREC's form; a name with white space gets underscores, since a line has six words."""
    tag = "_".join(run.name.split()) or "run"
    with open(file, "w", encoding="utf-8") as out:
        for query in queries:
            ranking = run.rankings.get(query.id, {})
            for rank, article in enumerate(best_first(ranking), 1):
                print(query.id, "Q0", article, rank, repr(ranking[article]), tag, file=out)

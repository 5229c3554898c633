"""From runs and judgements to figures: ir_measures for each query, then means in whatever grouping is of interest.

Figures are those of trec_eval -c: a judged query that a run does not answer counts 0, and means are over them all.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import numpy as np

from eval.arguments import MEASURES
from eval.grouping import SAME, groups, judged_in, named, of_each_language
from eval.resampling import Interval, Values, intervals, topics
from eval.runs import Run, best_first
from eval.sets import TestSet
from index.errors import BadInput

LOOKED_AT = 10  # ranks whose articles are asked after (judged at all?) and remembered, to be read


@dataclass(frozen=True)
class Preference:
    """Where queries have equally relevant articles in their own language and in others: which of them comes first?

    `own_first` is the share of such queries whose first relevant article is in the query's language; `expected` is the
    same share if languages were drawn by chance. Equal: no preference. `queries` is how many there are.
    """

    queries: int
    own_first: float
    expected: float


@dataclass(frozen=True)
class Evaluation:
    """The figures of one run, or of one run for each pool. Times are in milliseconds.

    `per_query`, `first` (article ids) and `times_ms` are by query id, with ">de" behind it where only German articles
    were looked at; `groups` are means over such pools. `by_language` is of the question's language. `fingerprint`
    stands for the texts of the queries and their grades. `failed` says of queries without a ranking what went wrong.
    """

    name: str
    dataset: str
    qrels: str
    queries: int
    fingerprint: str
    measures: dict[str, float]
    intervals: dict[str, Interval]
    by_language: dict[str, dict[str, float]]
    language_intervals: dict[str, dict[str, Interval]]
    by_language_pair: dict[str, dict[str, float]]
    latency_ms: dict[str, float]
    per_query: dict[str, Values]
    first: dict[str, list[str]]
    times_ms: Values
    groups: dict[str, dict[str, float]] = field(default_factory=dict)
    judged_at_10: float | None = None
    preference: Preference | None = None
    answers: dict[str, dict[str, float]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def per_query(run: Run, qrels: Mapping[str, Mapping[str, int]], names: Sequence[str]) -> dict[str, Values]:
    """Each measure of each judged query; 0 where the run has nothing."""
    import ir_measures

    measures = parse_measures(names)
    judged = {query: dict(grades) for query, grades in qrels.items() if grades}
    ranked = {query: run.rankings.get(query) or {} for query in judged}
    out: dict[str, Values] = {name: dict.fromkeys(judged, 0.0) for name in names}
    shown = dict(zip(map(str, measures), names, strict=True))
    for one in ir_measures.iter_calc(measures, judged, ranked):
        out[shown[str(one.measure)]][one.query_id] = float(one.value)
    return out


def parse_measures(names: Sequence[str]) -> list[Any]:
    """What ir_measures makes of the names; raises BadInput for one that it does not know."""
    import ir_measures

    out: list[Any] = []
    for name in names:
        try:
            out.append(ir_measures.parse_measure(name))
        except (ValueError, NameError, SyntaxError):
            cure = "for instance nDCG@10, R@100, AP, RR, P@5, Judged@10"
            raise BadInput(f"there is no measure {name!r}", cure) from None
    return out


def evaluate(test_set: TestSet, run: Run, names: Sequence[str] = MEASURES, seed: int = 0) -> Evaluation:
    """The figures of a run over one pool of all languages; the matrix is of its articles in each language."""
    run = run.without(test_set.left_out or {})
    values = per_query(run, test_set.qrels, names)
    return _evaluation(
        test_set,
        [run],
        values,
        _sliced(test_set, run, names),
        seed,
        judged_at_10=judged_share(test_set, run),
        preference=preference(test_set, run),
    )


def evaluate_pools(
    test_set: TestSet, runs: Sequence[Run], names: Sequence[str] = MEASURES, seed: int = 0
) -> Evaluation:
    """The figures of one run for each language of articles: the matrix, and means over its diagonal and the rest."""
    if not runs:
        raise BadInput(f"{test_set.name} has no articles in the language of a question", "leave out --pairs")
    runs = [run.without(test_set.left_out or {}) for run in runs]
    pairs: dict[str, dict[str, float]] = {}
    values: dict[str, Values] = {name: {} for name in names}
    for run in runs:
        found = per_query(run, judged_in(test_set, str(run.pool)), names)
        pairs |= _pairs(test_set, str(run.pool), found)
        for name, own in found.items():
            values[name] |= {_key(query, run): value for query, value in own.items()}
    return _evaluation(test_set, runs, values, pairs, seed)


def _evaluation(
    test_set: TestSet,
    runs: Sequence[Run],
    values: dict[str, Values],
    pairs: dict[str, dict[str, float]],
    seed: int,
    **further: Any,
) -> Evaluation:
    """What is the same for one run over all articles and for a run for each language of articles."""
    times = {_key(query, run): seconds * 1_000 for run in runs for query, seconds in run.seconds.items()}
    rates = [run.per_second for run in runs if run.per_second]
    split = groups(test_set, values) if runs[0].pool else {}
    languages = of_each_language(test_set, split.get(SAME, values))
    topic_of = topics(test_set)
    return Evaluation(
        name=runs[0].name,
        dataset=test_set.name,
        qrels=test_set.qrels_name,
        queries=len(test_set.queries),
        fingerprint=fingerprint(test_set),
        measures=means(values),
        intervals=intervals(values | named(split), topic_of, seed),
        by_language={language: means(own) for language, own in languages.items()},
        language_intervals={language: intervals(own, topic_of, seed) for language, own in languages.items()},
        by_language_pair=pairs,
        latency_ms=latency(list(times.values()), fmean(rates) if rates else None),
        per_query=values,
        first={_key(q.id, run): _first(run, q.id) for run in runs for q in test_set.queries},
        times_ms={key: round(time, 3) for key, time in times.items()},
        groups={group: means(own) for group, own in split.items()},
        failed={_key(query, run): why for run in runs for query, why in run.failed.items()},
        **further,
    )


def headline(test_set: TestSet, evaluation: Evaluation) -> dict[str, Values]:
    """What a run is judged by: its measures, or where each language was searched by itself, those of either group.

    Means of a group are over questions and pools, not over pairs of languages: a language that asks more counts more.
    """
    if not evaluation.groups:
        return evaluation.per_query
    return named(groups(test_set, evaluation.per_query))


def fingerprint(test_set: TestSet) -> str:
    """Stands for the texts of the queries and their grades: equal exactly where those are."""
    told = sorted((query.id, query.text, sorted(test_set.qrels[query.id].items())) for query in test_set.queries)
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()[:16]


def means(values: Mapping[str, Values]) -> dict[str, float]:
    """The mean of each measure; 0 where there is no query."""
    return {name: fmean(own.values()) if own else 0.0 for name, own in values.items()}


def latency(milliseconds: Sequence[float], per_second: float | None) -> dict[str, float]:
    """Mean and percentiles; and queries a second. Empty where nothing was timed."""
    if not milliseconds:
        return {}
    at = np.percentile(milliseconds, [50, 95, 99])
    out = {"mean": fmean(milliseconds), "p50": float(at[0]), "p95": float(at[1]), "p99": float(at[2])}
    return {**out, "per_second": per_second} if per_second else out


def judged_share(test_set: TestSet, run: Run) -> float | None:
    """Which share of the first ten articles has a judgement at all: where it is low, figures are too."""
    shares = []
    for query, grades in test_set.qrels.items():
        first = best_first(run.rankings.get(query, {}))[:LOOKED_AT]
        if first:
            shares.append(sum(article in grades for article in first) / len(first))
    return fmean(shares) if shares else None


def preference(test_set: TestSet, run: Run) -> Preference | None:
    """Whether a query's own language comes first where others hold as good an article; None where none do."""
    spoken = test_set.article_languages
    own_first, expected = [], []
    for query in test_set.queries:
        grades = {article: grade for article, grade in test_set.qrels[query.id].items() if article in spoken}
        best = max(grades.values(), default=0)
        own = {article: spoken[article] == query.language for article, grade in grades.items() if grade == best > 0}
        found = next((article for article in best_first(run.rankings.get(query.id, {})) if article in own), None)
        if found is not None and len(set(own.values())) == 2:
            own_first.append(own[found])
            expected.append(fmean(own.values()))
    return Preference(len(own_first), fmean(own_first), fmean(expected)) if own_first else None


def _sliced(test_set: TestSet, run: Run, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """For each language of articles: the run's ranking of those alone. Deeper than the run is not found."""
    spoken = test_set.article_languages
    judged = {spoken[article] for grades in test_set.qrels.values() for article in grades if article in spoken}
    out: dict[str, dict[str, float]] = {}
    for pool in sorted(judged) if len(judged) > 1 else ():
        own = {
            query: {article: score for article, score in ranking.items() if spoken.get(article) == pool}
            for query, ranking in run.rankings.items()
        }
        out |= _pairs(test_set, pool, per_query(Run(run.name, own), judged_in(test_set, pool), names))
    return out


def _pairs(test_set: TestSet, pool: str, values: Mapping[str, Values]) -> dict[str, dict[str, float]]:
    """A column of the matrix: means for the questions of each language."""
    return {f"{language}>{pool}": means(own) for language, own in of_each_language(test_set, values).items()}


def _key(query: str, run: Run) -> str:
    return f"{query}>{run.pool}" if run.pool else query


def _first(run: Run, query: str) -> list[str]:
    return best_first(run.rankings.get(query, {}))[:LOOKED_AT]

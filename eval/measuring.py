"""From runs and judgements to figures: ir_measures for each query, then means in whatever grouping is of interest.

Figures are those of trec_eval -c: a judged query that a run does not answer counts 0, and means are over them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

import numpy as np

from eval.arguments import MEASURES
from eval.runs import Run, best_first
from eval.sets import TestSet
from index.errors import BadInput

LOOKED_AT = 10  # ranks whose articles are asked after: judged? in which language?
Values = dict[str, float]  # by query, or by query and pool


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

    `per_query` is by measure and then by query id, with ">de" behind it where only German articles were looked at.
    """

    name: str
    dataset: str
    qrels: str
    queries: int
    measures: dict[str, float]
    by_language: dict[str, dict[str, float]]
    by_language_pair: dict[str, dict[str, float]]
    latency_ms: dict[str, float]
    per_query: dict[str, Values]
    groups: dict[str, dict[str, float]] = field(default_factory=dict)
    judged_at_10: float | None = None
    preference: Preference | None = None
    answers: dict[str, dict[str, float]] = field(default_factory=dict)


def per_query(run: Run, qrels: Mapping[str, Mapping[str, int]], names: Sequence[str]) -> dict[str, Values]:
    """Each measure of each judged query; 0 where the run has nothing."""
    import ir_measures

    measures: list[Any] = [_measure(name) for name in names]
    judged = {query: dict(grades) for query, grades in qrels.items() if grades}
    ranked = {query: run.rankings.get(query) or {} for query in judged}
    out: dict[str, Values] = {name: dict.fromkeys(judged, 0.0) for name in names}
    shown = dict(zip(map(str, measures), names, strict=True))
    for one in ir_measures.iter_calc(measures, judged, ranked):
        out[shown[str(one.measure)]][one.query_id] = float(one.value)
    return out


def evaluate(test_set: TestSet, run: Run, names: Sequence[str] = MEASURES) -> Evaluation:
    """The figures of a run over one pool of all languages; the matrix is of its articles in each language."""
    run = run.without(test_set.left_out or {})
    values = per_query(run, test_set.qrels, names)
    return Evaluation(
        run.name,
        test_set.name,
        test_set.qrels_name,
        len(test_set.queries),
        means(values),
        by_language(test_set, values),
        _sliced(test_set, run, names),
        latency(list(run.seconds.values()), run.per_second),
        values,
        judged_at_10=judged_share(test_set, run),
        preference=preference(test_set, run),
    )


def evaluate_pools(test_set: TestSet, runs: Sequence[Run], names: Sequence[str] = MEASURES) -> Evaluation:
    """The figures of one run for each language of articles: the matrix, and means over its diagonal and the rest."""
    asked = {query.id: query.language for query in test_set.queries}
    pairs: dict[str, dict[str, float]] = {}
    values: dict[str, Values] = {name: {} for name in names}
    for run in (run.without(test_set.left_out or {}) for run in runs):
        found = per_query(run, _in_language(test_set, str(run.pool)), names)
        for name, own in found.items():
            values[name] |= {f"{query}>{run.pool}": value for query, value in own.items()}
        for language in test_set.languages:
            of = {name: {q: v for q, v in own.items() if asked[q] == language} for name, own in found.items()}
            if of[names[0]]:
                pairs[f"{language}>{run.pool}"] = means(of)
    groups = {
        "same language": [own for pair, own in pairs.items() if _is_same(pair)],
        "other languages": [own for pair, own in pairs.items() if not _is_same(pair)],
    }
    seconds = [taken for run in runs for taken in run.seconds.values()]
    rates = [run.per_second for run in runs if run.per_second]
    return Evaluation(
        runs[0].name,
        test_set.name,
        test_set.qrels_name,
        len(test_set.queries),
        means(values),
        {
            language: pairs[f"{language}>{language}"]
            for language in test_set.languages
            if f"{language}>{language}" in pairs
        },
        pairs,
        latency(seconds, fmean(rates) if rates else None),
        values,
        groups={name: _mean_of(found) for name, found in groups.items() if found},
    )


def means(values: Mapping[str, Values]) -> dict[str, float]:
    """The mean of each measure; 0 where there is no query."""
    return {name: fmean(own.values()) if own else 0.0 for name, own in values.items()}


def by_language(test_set: TestSet, values: Mapping[str, Values]) -> dict[str, dict[str, float]]:
    """Means over the queries of each language."""
    asked = {query.id: query.language for query in test_set.queries}
    return {
        language: means({name: {q: v for q, v in own.items() if asked[q] == language} for name, own in values.items()})
        for language in test_set.languages
    }


def latency(seconds: Sequence[float], per_second: float | None) -> dict[str, float]:
    """Milliseconds: mean and percentiles; and queries a second. Empty where nothing was timed."""
    if not seconds:
        return {}
    at = np.percentile(np.array(seconds) * 1_000, [50, 95, 99])
    out = {"mean": fmean(seconds) * 1_000, "p50": float(at[0]), "p95": float(at[1]), "p99": float(at[2])}
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
        best = max(test_set.qrels[query.id].values())
        relevant = {
            a: spoken[a] == query.language
            for a, grade in test_set.qrels[query.id].items()
            if grade == best and a in spoken
        }
        found = next((a for a in best_first(run.rankings.get(query.id, {})) if a in relevant), None)
        if found and len(set(relevant.values())) == 2:
            own_first.append(relevant[found])
            expected.append(fmean(relevant.values()))
    return Preference(len(own_first), fmean(own_first), fmean(expected)) if own_first else None


def _measure(name: str) -> object:
    import ir_measures

    try:
        return ir_measures.parse_measure(name)
    except (ValueError, NameError, SyntaxError):
        raise BadInput(f"there is no measure {name!r}", "for instance nDCG@10, R@100, AP, RR, P@5, Judged@10") from None


def _in_language(test_set: TestSet, language: str) -> dict[str, dict[str, int]]:
    spoken = test_set.article_languages
    return {
        query: {article: grade for article, grade in grades.items() if spoken.get(article) == language}
        for query, grades in test_set.qrels.items()
    }


def _sliced(test_set: TestSet, run: Run, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """For each language of articles: the run's ranking of those alone. Deeper than the run is not found."""
    spoken = test_set.article_languages
    judged = {spoken[article] for grades in test_set.qrels.values() for article in grades if article in spoken}
    if len(judged) < 2:
        return {}
    parts: dict[str, dict[str, float]] = defaultdict(dict)
    asked = {query.id: query.language for query in test_set.queries}
    for pool in sorted(judged):
        own = {
            query: {article: score for article, score in ranking.items() if spoken.get(article) == pool}
            for query, ranking in run.rankings.items()
        }
        found = per_query(Run(run.name, own), _in_language(test_set, pool), names)
        for language in test_set.languages:
            of = {name: {q: v for q, v in values.items() if asked[q] == language} for name, values in found.items()}
            if of[names[0]]:
                parts[f"{language}>{pool}"] = means(of)
    return dict(parts)


def _is_same(pair: str) -> bool:
    asked, pool = pair.split(">")
    return asked == pool


def _mean_of(found: Iterable[Mapping[str, float]]) -> dict[str, float]:
    listed = list(found)
    return {name: fmean(one[name] for one in listed) for name in listed[0]}

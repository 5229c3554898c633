"""One run beside another on the same queries: how much better, how surely, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from eval.grouping import SAME, groups, of_each_language, query_of
from eval.measuring import Evaluation, fingerprint, headline
from eval.resampling import Interval, Name, Values, holm, intervals, p_values, topics
from eval.sets import TestSet
from index.errors import BadInput

ROUNDING = 1e-9  # a smaller difference between two values of a measure


@dataclass(frozen=True)
class Difference:
    """A run's mean less the baseline's, over `queries`; positive is better.

    `p_holm` is `p` corrected for the number of runs compared with their baselines, or of languages; `interval` is None
    where all queries are about one topic.
    """

    mean: float
    interval: Interval | None
    p: float
    p_holm: float
    queries: int
    wins: int
    ties: int
    losses: int


@dataclass(frozen=True)
class Comparison:
    """How one run differs from its baseline in each headline measure.

    `by_language` is of the first measure and the question's language; where the articles of each language were searched
    by themselves, of those in that language. `changes` are the gains of single queries in the first measure, without
    ties, the greatest first.
    """

    run: str
    baseline: str
    dataset: str
    qrels: str
    topics: int
    differences: dict[str, Difference]
    by_language: dict[str, Difference]
    changes: dict[str, float]


def compare_all(test_set: TestSet, pairs: Sequence[tuple[Evaluation, Evaluation]], seed: int = 0) -> list[Comparison]:
    """Each (run, baseline), the p-values of a measure corrected for there being several runs."""
    topic_of = topics(test_set)
    found = [compare(test_set, run, baseline, topic_of, seed) for run, baseline in pairs]
    corrected: list[dict[str, Difference]] = [{} for _ in found]
    for name in dict.fromkeys(name for one in found for name in one.differences):
        own = {at: one.differences[name] for at, one in enumerate(found) if name in one.differences}
        for at, difference in _corrected(own).items():
            corrected[at][name] = difference
    return [replace(one, differences=own) for one, own in zip(found, corrected, strict=True)]


def compare(
    test_set: TestSet, run: Evaluation, baseline: Evaluation, topic_of: Mapping[str, str], seed: int = 0
) -> Comparison:
    """One run beside its baseline, both on `test_set`; raises BadInput where the pools or the measures are others."""
    _must_be_comparable(run, baseline)
    before, now = headline(test_set, baseline), headline(test_set, run)
    gains = {name: _gains(now[name], before[name]) for name in now if name in before}
    first = first_common(run, baseline)
    changes = _gains(run.per_query[first], baseline.per_query[first])
    same = groups(test_set, {first: changes}).get(SAME, {}) if run.groups else {first: changes}
    languages = {language: own[first] for language, own in of_each_language(test_set, same).items()}
    return Comparison(
        run.name,
        baseline.name,
        run.dataset,
        run.qrels,
        len(set(topic_of.values())),
        _differences(gains, topic_of, seed),
        _corrected(_differences(languages, topic_of, seed)) if len(languages) > 1 else {},
        {
            key: gain
            for key, gain in sorted(changes.items(), key=lambda item: (-item[1], item[0]))
            if abs(gain) > ROUNDING
        },
    )


def first_common(*runs: Evaluation) -> str:
    """The first measure that all of these runs have: the one that single queries and languages are told by."""
    return next(name for name in runs[0].per_query if all(name in run.per_query for run in runs))


def baselines_of(test_set: TestSet, earlier: Sequence[Evaluation]) -> list[Evaluation]:
    """Those of earlier runs that were measured on this set; raises BadInput where there are none, or it has changed."""
    found = [run for run in earlier if (run.dataset, run.qrels) == (test_set.name, test_set.qrels_name)]
    if not found:
        known = ", ".join(sorted({f"{run.dataset} ({run.qrels})" for run in earlier})) or "nothing"
        told = f"the baseline is of {known}, not of {test_set.name} ({test_set.qrels_name})"
        raise BadInput(told, "give that set and its --qrels, or measure the baseline anew")
    for baseline in found:
        _must_ask_the_same(test_set, baseline)
    return found


def _must_ask_the_same(test_set: TestSet, baseline: Evaluation) -> None:
    asked = {query.id for query in test_set.queries}
    theirs = {query_of(key, asked) for key in baseline.first}
    _must_be_the_same(asked, theirs, baseline.name, "--sample, --fold and --language")
    if fingerprint(test_set) != baseline.fingerprint:
        told = (
            f"the texts of queries or the grades of {test_set.name} have changed since {baseline.name!r} was measured"
        )
        raise BadInput(told, "measure the baseline anew")


def paired(
    runs: Sequence[Evaluation], baselines: Sequence[Evaluation] | None, file: str = ""
) -> tuple[tuple[Evaluation, Evaluation], ...]:
    """Every run with its baseline: without any, the first run; else the earlier run of the same name, or the first.

    Earlier runs are told by `file`, too, from those of today.
    """
    if baselines is None:
        return tuple((run, runs[0]) for run in runs[1:])
    told = [replace(baseline, name=f"{baseline.name} ({file})") for baseline in baselines]
    of_name = {baseline.name: own for baseline, own in zip(reversed(baselines), reversed(told), strict=True)}
    return tuple((run, of_name.get(run.name, told[0])) for run in runs)


def _must_be_comparable(run: Evaluation, baseline: Evaluation) -> None:
    _must_be_the_same(set(run.first), set(baseline.first), baseline.name, "--pairs")
    if not run.per_query.keys() & baseline.per_query.keys():
        told = f"{baseline.name!r} has {', '.join(baseline.per_query)}, {run.name!r} has {', '.join(run.per_query)}"
        raise BadInput(f"no measure is known of both: {told}", "give --measure one that the baseline has")


def _must_be_the_same(ours: set[str], theirs: set[str], baseline: str, options: str) -> None:
    told = [
        f"{len(only):,} only {where}, such as {min(only)!r}"
        for where, only in (("there", theirs - ours), ("here", ours - theirs))
        if only
    ]
    if told:
        what = f"{baseline!r} was asked {len(theirs):,} queries, not the {len(ours):,} of this run: {'; '.join(told)}"
        raise BadInput(what, f"give {options} as for the baseline, or measure the baseline anew")


def _gains(now: Values, before: Values) -> Values:
    return {key: value - before[key] for key, value in now.items()}


def _differences(gains: Mapping[str, Values], topic_of: Mapping[str, str], seed: int) -> dict[str, Difference]:
    bounds, found = intervals(gains, topic_of, seed), p_values(gains, topic_of, seed)
    return {name: _difference(own, bounds.get(name), found[name]) for name, own in gains.items() if own}


def _difference(gains: Values, interval: Interval | None, p: float) -> Difference:
    wins, losses = sum(gain > ROUNDING for gain in gains.values()), sum(gain < -ROUNDING for gain in gains.values())
    return Difference(fmean(gains.values()), interval, p, p, len(gains), wins, len(gains) - wins - losses, losses)


def _corrected(found: dict[Name, Difference]) -> dict[Name, Difference]:
    honest = holm([one.p for one in found.values()])
    return {name: replace(one, p_holm=p) for (name, one), p in zip(found.items(), honest, strict=True)}

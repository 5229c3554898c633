"""Differences by hand, honest p-values, and a refusal wherever two runs were not asked the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from eval.comparing import baselines_of, compare, compare_all, paired
from eval.measuring import Evaluation, evaluate, evaluate_pools
from eval.resampling import topics
from eval.runs import Run
from index.errors import BadInput
from tests.eval.made import made_run, made_set, measured, parallel_set

SET = parallel_set(40)


def ranked(name: str, ranks: dict[str, int]) -> Evaluation:
    """A run whose reciprocal ranks are 1 / rank."""
    three = made_set([("a", "en"), ("b", "en"), ("c", "en")], {q: {"yes": 1} for q in "abc"}, [])
    rankings = {q: {**{f"no{at}": 9.0 for at in range(rank - 1)}, "yes": 1.0} for q, rank in ranks.items()}
    return evaluate(three, Run(name, rankings), ["RR"])


def three() -> tuple[Evaluation, Evaluation]:
    return ranked("now", {"a": 1, "b": 2, "c": 4}), ranked("before", {"a": 2, "b": 2, "c": 1})


def test_the_difference_wins_ties_and_losses_are_those_computed_by_hand() -> None:
    now, before = three()
    test_set = made_set([("a", "en"), ("b", "en"), ("c", "en")], {q: {"yes": 1} for q in "abc"}, [])
    (found,) = compare_all(test_set, [(now, before)])
    one = found.differences["RR"]
    assert one.mean == pytest.approx((0.5 + 0 - 0.75) / 3)
    assert (one.queries, one.wins, one.ties, one.losses) == (3, 1, 1, 1)
    assert found.changes == {"a": 0.5, "c": -0.75}
    assert (found.run, found.baseline, found.topics) == ("now", "before", 1)
    assert (one.interval, one.p) == (None, 1.0)  # all three are about one article


def test_the_better_run_is_found_better_and_the_same_run_is_not() -> None:
    good, bad = measured(SET, 0.6, "good"), measured(SET, 0.1, "bad", seed=2)
    better, same = (one.differences["AP"] for one in compare_all(SET, [(good, bad), (good, replace(good, name="too"))]))
    assert better.mean > 0.2
    assert better.interval is not None
    assert better.interval[0] > 0
    assert better.p_holm < 0.01
    assert (same.mean, same.interval, same.p, same.ties) == (0.0, (0.0, 0.0), 1.0, 80)


def test_the_same_seed_gives_the_same_comparison() -> None:
    pair = (measured(SET, 0.5, "a"), measured(SET, 0.4, "b", seed=2))
    assert compare_all(SET, [pair], seed=4) == compare_all(SET, [pair], seed=4)
    assert compare_all(SET, [pair], seed=4) != compare_all(SET, [pair], seed=5)


def test_more_comparisons_are_corrected_for() -> None:
    baseline = measured(SET, 0.4, "baseline")
    others = [measured(SET, skill, f"{skill}", seed=3) for skill in (0.5, 0.45, 0.55)]
    alone = [compare(SET, run, baseline, topics(SET)).differences["AP"].p for run in others]
    together = compare_all(SET, [(run, baseline) for run in others])
    assert [one.differences["AP"].p for one in together] == alone
    smallest = min(range(3), key=alone.__getitem__)
    assert together[smallest].differences["AP"].p_holm == pytest.approx(min(1.0, 3 * alone[smallest]))


def test_each_language_is_compared_by_itself() -> None:
    now, before = measured(SET, 0.6, "now"), measured(SET, 0.2, "before", seed=2)
    (found,) = compare_all(SET, [(now, before)])
    assert list(found.by_language) == ["de", "en"]
    for language, one in found.by_language.items():
        expected = now.by_language[language]["nDCG@10"] - before.by_language[language]["nDCG@10"]
        assert (one.mean, one.queries) == (pytest.approx(expected), 40)


def test_pools_are_compared_in_the_same_and_in_other_languages() -> None:
    def of(name: str, seed: int) -> Evaluation:
        return evaluate_pools(
            SET, [replace(made_run(SET, 0.5, seed + at, name), pool=p) for at, p in enumerate(["de", "en"])]
        )

    (found,) = compare_all(SET, [(of("a", 1), of("b", 7))])
    assert next(iter(found.differences)) == "same language, nDCG@10"
    assert found.differences["other languages, AP"].queries == 80
    assert [one.queries for one in found.by_language.values()] == [40, 40]


def test_without_a_baseline_runs_are_compared_with_the_first() -> None:
    runs = [measured(SET, 0.5, name) for name in "abc"]
    assert [(run.name, baseline.name) for run, baseline in paired(runs, None)] == [("b", "a"), ("c", "a")]


def test_a_run_is_compared_with_the_earlier_run_of_its_name_or_else_the_first() -> None:
    now = [measured(SET, 0.5, name) for name in ("b", "new")]
    earlier = [measured(SET, 0.5, name) for name in ("a", "b")]
    found = [(run.name, baseline.name) for run, baseline in paired(now, earlier, "old.json")]
    assert found == [("b", "b (old.json)"), ("new", "a (old.json)")]


def test_a_baseline_of_another_set_is_refused_naming_both() -> None:
    other = replace(measured(SET, 0.5, "a"), dataset="xquad", qrels="mono")
    with pytest.raises(BadInput, match=r"the baseline is of xquad \(mono\), not of made \(all\).*--qrels"):
        baselines_of(SET, [other])


def test_a_baseline_of_other_queries_is_refused_naming_one_of_them() -> None:
    with pytest.raises(BadInput, match=r"asked 40 queries, not the 80.*40 only here, such as 'de-020'.*--sample"):
        baselines_of(SET, [measured(SET.with_queries(SET.queries[:40]), 0.5, "a")])


def test_a_baseline_of_more_queries_is_refused_naming_one_of_them() -> None:
    with pytest.raises(BadInput, match=r"asked 80 queries, not the 40.*40 only there, such as 'de-020'"):
        baselines_of(SET.with_queries(SET.queries[:40]), [measured(SET, 0.5, "a")])


def test_a_baseline_of_reworded_queries_is_refused() -> None:
    reworded = SET.with_queries(replace(query, text=query.text.upper()) for query in SET.queries)
    with pytest.raises(BadInput, match="have changed since 'a' was measured"):
        baselines_of(SET, [measured(reworded, 0.5, "a")])


def test_a_baseline_of_the_same_set_is_taken() -> None:
    same = measured(SET, 0.5, "a")
    assert baselines_of(SET, [replace(same, dataset="other"), same]) == [same]


def test_pools_are_not_compared_with_one_pool() -> None:
    pools = evaluate_pools(SET, [replace(made_run(SET, 0.5), pool="de"), replace(made_run(SET, 0.5), pool="en")])
    with pytest.raises(BadInput, match=r"--pairs"):
        compare_all(SET, [(measured(SET, 0.5, "a"), pools)])


def test_runs_without_a_measure_in_common_are_refused() -> None:
    one, other = (evaluate(SET, made_run(SET, 0.5), [name]) for name in ("AP", "RR"))
    with pytest.raises(BadInput, match=r"has RR, .* has AP.*--measure"):
        compare_all(SET, [(one, other)])

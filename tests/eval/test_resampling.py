"""Intervals and tests agree with scipy's where every query is a topic, and are honest where queries go together."""

from __future__ import annotations

import numpy as np
import pytest

from eval.resampling import holm, intervals, p_values, topics
from tests.eval.made import made_set, parallel_set

stats = pytest.importorskip("scipy.stats")


def drawn(count: int, mean: float = 0.05, seed: int = 3) -> dict[str, float]:
    chance = np.random.default_rng(seed)
    return {f"q{at}": float(value) for at, value in enumerate(chance.normal(mean, 0.3, count))}


def themselves(values: dict[str, float]) -> dict[str, str]:
    return {key: key for key in values}


def test_an_interval_is_that_of_scipys_bootstrap() -> None:
    values = drawn(200)
    ours = intervals({"m": values}, themselves(values))["m"]
    theirs = stats.bootstrap((list(values.values()),), np.mean, method="percentile", rng=1).confidence_interval
    assert ours == pytest.approx((theirs.low, theirs.high), abs=0.006)


@pytest.mark.parametrize(("count", "exact"), [(9, True), (60, False)])
def test_a_p_value_is_that_of_scipys_permutation_test(count: int, exact: bool) -> None:
    values = drawn(count, mean=0.12)
    ours = p_values({"m": values}, themselves(values))["m"]
    theirs = stats.permutation_test(
        (list(values.values()),), np.sum, permutation_type="samples", n_resamples=np.inf if exact else 9_999, rng=1
    ).pvalue
    assert 0.001 < ours < 0.9
    assert ours == pytest.approx(theirs, abs=1e-9 if exact else 0.012)


def test_the_same_seed_gives_the_same_and_another_seed_another() -> None:
    values = drawn(80)
    once, again, other = (
        (intervals({"m": values}, themselves(values), seed), p_values({"m": values}, themselves(values), seed))
        for seed in (5, 5, 6)
    )
    assert once == again
    assert once != other


def test_a_figure_does_not_depend_on_what_else_is_asked_for() -> None:
    values, more = drawn(50), drawn(50, seed=8)
    topic_of = themselves(values)
    together = intervals({"n": more, "m": values}, topic_of)
    assert intervals({"m": values}, topic_of)["m"] == pytest.approx(together["m"], abs=1e-12)
    assert p_values({"m": values}, topic_of)["m"] == p_values({"n": more, "m": values}, topic_of)["m"]


def test_what_is_said_twelve_times_is_not_twelve_times_as_sure() -> None:
    once = drawn(30, mean=0.1)
    twelve = {f"{key}-{n}": value for key, value in once.items() for n in range(12)}
    together = {key: key.split("-")[0] for key in twelve}
    assert intervals({"m": twelve}, together)["m"] == pytest.approx(intervals({"m": once}, themselves(once))["m"])
    assert p_values({"m": twelve}, together) == p_values({"m": once}, themselves(once))
    assert p_values({"m": twelve}, themselves(twelve))["m"] < p_values({"m": once}, themselves(once))["m"] / 5


def test_nothing_but_ties_is_no_difference() -> None:
    nothing = dict.fromkeys(drawn(40), 0.0)
    assert p_values({"m": nothing}, themselves(nothing)) == {"m": 1.0}
    assert intervals({"m": nothing}, themselves(nothing)) == {"m": (0.0, 0.0)}


def test_one_topic_has_no_interval_and_no_values_no_figures() -> None:
    assert intervals({"m": {"a": 0.5, "b": 1.0}}, {"a": "t", "b": "t"}) == {}
    assert p_values({"m": {"a": 0.5, "b": 1.0}}, {"a": "t", "b": "t"}) == {"m": 1.0}
    assert intervals({}, {}) == {}
    assert p_values({}, {}) == {}


def test_figures_of_pools_belong_to_the_topic_of_their_query() -> None:
    pooled = {f"{key}>{pool}": value for key, value in drawn(30).items() for pool in ("de", "en")}
    topic_of = themselves(drawn(30))
    assert intervals({"m": pooled}, topic_of)["m"] == pytest.approx(intervals({"m": drawn(30)}, topic_of)["m"])


def test_translations_and_questions_about_one_article_are_one_topic() -> None:
    assert set(topics(parallel_set(2)).values()) == {"000", "001"}
    listed = [("q1", "de"), ("q2", "de"), ("q3", "en"), ("q4", "en")]
    judged = {
        "q1": {"h-de-07": 1},
        "q2": {"h-de-07": 1, "h-de-08": 0},
        "q3": {"h-en-07": 2, "h-en-01": 1},
        "q4": {"x": 0},
    }
    assert topics(made_set(listed, judged, [])) == {"q1": "h-07", "q2": "h-07", "q3": "h-07", "q4": "query q4"}


def test_a_language_within_a_word_of_an_id_is_left_alone() -> None:
    assert topics(made_set([("q", "de")], {"q": {"ode-wade-01": 1}}, [])) == {"q": "ode-wade-01"}


@pytest.mark.parametrize(
    ("found", "honest"),
    [
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),  # 3 x .01; then 2 x .03; then .04, but not less than before
        ([0.5, 0.6], [1.0, 1.0]),
        ([0.02], [0.02]),
        ([], []),
    ],
)
def test_holms_correction_is_that_computed_by_hand(found: list[float], honest: list[float]) -> None:
    assert holm(found) == pytest.approx(honest)

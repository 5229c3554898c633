"""The measures are trec_eval's, the figures of groups are what their names say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.grouping import OTHER, SAME
from eval.measuring import evaluate, evaluate_pools, fingerprint, headline, latency, per_query
from eval.runs import Run, best_first, read_trec_run, write_trec_run
from eval.sets import Query, TestSet
from index.errors import BadInput
from tests.eval.made import made_run, made_set, parallel_set

pytrec_eval = pytest.importorskip("pytrec_eval")

THEIRS = {"nDCG@10": "ndcg_cut_10", "R@100": "recall_100", "AP": "map", "RR": "recip_rank", "P@10": "P_10"}


def random_files(folder: Path, seed: int) -> tuple[Path, Path]:
    """Judgements with grades from 0 to 3 and a run full of ties; some judged queries are not in the run."""
    chance = np.random.default_rng(seed)
    qrels, run = folder / f"{seed}.qrels", folder / f"{seed}.run"
    with open(qrels, "w", encoding="utf-8") as judged, open(run, "w", encoding="utf-8") as found:
        for query in range(40):
            for article in chance.choice(300, 12, replace=False):
                print(f"q{query} 0 d{article} {chance.integers(0, 4)}", file=judged)
            for rank, article in enumerate(chance.choice(300, 150, replace=False) if query % 5 else (), 1):
                print(f"q{query} Q0 d{article} {rank} {chance.integers(0, 9) / 4} tag", file=found)
    return qrels, run


@pytest.mark.parametrize("seed", range(5))
def test_every_measure_of_every_query_is_that_of_trec_eval(tmp_path: Path, seed: int) -> None:
    qrels_file, run_file = random_files(tmp_path, seed)
    with open(qrels_file, encoding="utf-8") as judged, open(run_file, encoding="utf-8") as found:
        qrels, run = pytrec_eval.parse_qrel(judged), pytrec_eval.parse_run(found)
    theirs = pytrec_eval.RelevanceEvaluator(qrels, set(THEIRS.values())).evaluate(run)
    ours = per_query(read_trec_run(run_file), qrels, list(THEIRS))
    assert len(theirs) == 32
    for name, their_name in THEIRS.items():
        # As trec_eval -c has it: what was not answered counts 0.
        assert ours[name] == {query: theirs.get(query, {}).get(their_name, 0.0) for query in qrels}, name


def test_a_run_that_was_written_has_the_same_measures(tmp_path: Path) -> None:
    test_set = parallel_set(6)
    run = made_run(test_set, 0.4)
    write_trec_run(run, test_set.queries, tmp_path / "run")
    with open(tmp_path / "run", encoding="utf-8") as found:
        theirs = pytrec_eval.RelevanceEvaluator(test_set.qrels, {"map"}).evaluate(pytrec_eval.parse_run(found))
    assert per_query(run, test_set.qrels, ["AP"])["AP"] == {query: own["map"] for query, own in theirs.items()}


@pytest.mark.parametrize(("relevant", "rank"), [("b", 1), ("a", 2)])
def test_of_tied_articles_the_greater_id_is_first(relevant: str, rank: int) -> None:
    run = Run("tied", {"q": {"a": 1.0, "b": 1.0}})
    assert best_first(run.rankings["q"]).index(relevant) + 1 == rank
    assert per_query(run, {"q": {relevant: 1}}, ["RR"]) == {"RR": {"q": 1 / rank}}


def test_a_query_for_which_nothing_is_relevant_counts_nothing() -> None:
    assert per_query(Run("r", {"q": {"a": 1.0}}), {"q": {"a": 0}}, ["nDCG@10", "AP"]) == {
        "nDCG@10": {"q": 0.0},
        "AP": {"q": 0.0},
    }


def test_a_measure_that_does_not_exist_is_refused_with_examples() -> None:
    with pytest.raises(BadInput, match=r"no measure 'nDGC@10'.*nDCG@10"):
        per_query(Run("r", {}), {"q": {"a": 1}}, ["nDGC@10"])


def test_means_are_over_all_queries_and_over_those_of_each_language() -> None:
    test_set = made_set([("x", "de"), ("y", "en"), ("z", "en")], {q: {q.upper(): 1} for q in "xyz"}, [])
    found = evaluate(test_set, Run("r", {"x": {"X": 1.0}, "y": {"Z": 2.0, "Y": 1.0}}), ["RR"])
    assert found.measures == {"RR": 0.5}
    assert found.by_language == {"de": {"RR": 1.0}, "en": {"RR": 0.25}}
    assert found.first == {"x": ["X"], "y": ["Z", "Y"], "z": []}


def two_languages() -> TestSet:
    """A German and an English question; the same two articles answer both."""
    return made_set(
        [("d", "de"), ("e", "en")], {q: {"D": 1, "E": 1} for q in "de"}, [("D", "de"), ("E", "en"), ("X", "en")]
    )


def test_the_matrix_of_one_pool_judges_the_articles_of_each_language_alone() -> None:
    run = Run("r", {"d": {"X": 3.0, "D": 2.0, "E": 1.0}, "e": {"E": 3.0, "X": 2.0}})
    found = evaluate(two_languages(), run, ["RR"])
    # Among the English articles alone, E is second for d and first for e; e was not given the German one.
    assert {pair: own["RR"] for pair, own in found.by_language_pair.items()} == {
        "de>de": 1.0,
        "en>de": 0.0,
        "de>en": 0.5,
        "en>en": 1.0,
    }


def test_pools_give_means_of_the_same_and_of_other_languages() -> None:
    runs = [
        Run("r", {"d": {"D": 1.0}, "e": {"D": 1.0}}, {"d": 0.01, "e": 0.03}, pool="de", per_second=10.0),
        Run("r", {"d": {"X": 2.0, "E": 1.0}, "e": {"E": 1.0}}, {"d": 0.01, "e": 0.03}, pool="en", per_second=30.0),
    ]
    found = evaluate_pools(two_languages(), runs, ["RR"])
    assert found.groups == {SAME: {"RR": 1.0}, OTHER: {"RR": 0.75}}
    assert headline(two_languages(), found)[f"{OTHER}, RR"] == {"e>de": 1.0, "d>en": 0.5}
    assert found.by_language == {"de": {"RR": 1.0}, "en": {"RR": 1.0}}
    assert found.by_language_pair["de>en"] == {"RR": 0.5}
    assert (found.latency_ms["mean"], found.latency_ms["per_second"]) == pytest.approx((20.0, 20.0))
    assert found.first["d>en"] == ["X", "E"]


def test_without_articles_there_are_no_pools_and_the_cure_is_said() -> None:
    with pytest.raises(BadInput, match="leave out --pairs"):
        evaluate_pools(two_languages(), [])


def test_preference_compares_equally_relevant_articles() -> None:
    own = evaluate(two_languages(), Run("r", {"d": {"D": 2.0, "E": 1.0}, "e": {"D": 2.0, "E": 1.0}})).preference
    assert own is not None
    assert (own.queries, own.own_first, own.expected) == (2, 0.5, 0.5)


def test_articles_judged_not_relevant_tell_nothing_of_preference() -> None:
    nothing = made_set([("d", "de")], {"d": {"D": 0, "E": 0}}, [("D", "de"), ("E", "en")])
    assert evaluate(nothing, Run("r", {"d": {"D": 1.0}})).preference is None


def test_a_better_article_in_another_language_is_no_preference() -> None:
    graded = made_set([("d", "de")], {"d": {"D": 1, "E": 2}}, [("D", "de"), ("E", "en")])
    assert evaluate(graded, Run("r", {"d": {"D": 2.0, "E": 1.0}})).preference is None


def test_how_many_of_the_first_were_judged_at_all_is_told() -> None:
    assert evaluate(two_languages(), Run("r", {"d": {"X": 2.0, "D": 1.0}})).judged_at_10 == 0.5


def test_what_failed_is_told_and_counts_0() -> None:
    found = evaluate(two_languages(), Run("r", {"d": {"D": 1.0}, "e": {}}, failed={"e": "no answer"}), ["RR"])
    assert (found.failed, found.measures) == ({"e": "no answer"}, {"RR": 0.5})


def test_articles_that_are_left_out_count_neither_way() -> None:
    base = two_languages()
    kept = TestSet(base.name, "all", base.queries, base.qrels, base.corpus, {"d": frozenset({"X"})})
    found = evaluate(kept, Run("r", {"d": {"X": 2.0, "D": 1.0}}), ["RR"])
    assert found.per_query["RR"]["d"] == 1.0
    assert found.first["d"] == ["D"]


def test_percentiles_of_times_are_those_between_the_nearest() -> None:
    assert latency([10.0, 20.0, 30.0], 5.0) == {"mean": 20.0, "p50": 20.0, "p95": 29.0, "p99": 29.8, "per_second": 5.0}
    assert latency([], None) == {}


def test_the_fingerprint_changes_with_a_text_and_with_a_grade() -> None:
    usual = two_languages()
    reworded = usual.with_queries([Query("d", "Anders?", "de"), usual.queries[1]])
    regraded = made_set([("d", "de"), ("e", "en")], {"d": {"D": 1, "E": 2}, "e": {"D": 1, "E": 1}}, [])
    reordered = usual.with_queries(reversed(usual.queries))
    assert fingerprint(reordered) == fingerprint(usual)
    assert len({fingerprint(one) for one in (usual, reworded, regraded)}) == 3

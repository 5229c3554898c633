"""The texts that a person reads: around the marked answer, in the language that was searched, right and wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from eval.comparing import compare_all
from eval.measuring import evaluate, evaluate_pools
from eval.reports.reading import AROUND, Reading, readings, won_and_lost, worst
from eval.reports.records import Section
from eval.runs import Run
from eval.sets import Gold, Query, TestSet
from index.article import Draft
from tests.eval.made import measured, parallel_set

LONG = "word " * 100


def two_articles(text: str, answers: tuple[Gold, ...] = ()) -> TestSet:
    """A German question that a German and an English article answer alike; "x" answers nothing."""

    def corpus() -> Iterator[Draft]:
        for at, (name, language) in enumerate([("d", "de"), ("e", "en"), ("x", "en")], 1):
            yield Draft(text if name == "d" else f"{name} text", "made", at, id=name, title="T", language=language)

    return TestSet("made", "all", (Query("q", "Was?", "de", answers),), {"q": {"d": 1, "e": 1}}, corpus)


def reading(test_set: TestSet, ranking: dict[str, float]) -> Reading:
    run = evaluate(test_set, Run("r", {"q": ranking}), ["AP"])
    return readings(Section(test_set, (run,), (), ()), [([run], ["q"])])[0][0]


def test_the_text_is_shown_around_the_marked_answer() -> None:
    text = LONG + "on 3 May\n\nit rained " + LONG
    test_set = two_articles(text, (Gold("d", text.index("3 May"), "3 May"),))
    one = reading(test_set, {"d": 1.0})
    assert one.wanted is not None
    assert one.wanted.marked == "3 May"
    assert one.wanted.before.endswith("word on ")
    assert one.wanted.before.startswith("…")
    assert one.wanted.after.startswith(" it rained word")
    assert len(one.wanted.before) <= AROUND + 1


def test_without_a_marked_answer_it_begins_at_the_beginning() -> None:
    test_set = two_articles("Kurz.")
    one = reading(test_set, {"d": 1.0})
    assert one.wanted is not None
    assert (one.wanted.before, one.wanted.marked, one.wanted.after) == ("Kurz.", "", "")


def test_the_wanted_article_is_one_in_the_language_of_the_question() -> None:
    test_set = two_articles("Kurz.")
    one = reading(test_set, {"x": 1.0})
    assert one.wanted is not None
    assert (one.wanted.article, one.relevant, one.pool) == ("d", 2, "")


def test_in_a_pool_the_wanted_article_is_in_its_language() -> None:
    test_set = two_articles("Kurz.")
    pools = evaluate_pools(test_set, [Run("r", {"q": {"x": 1.0}}, pool="en"), Run("r", {"q": {}}, pool="de")], ["AP"])
    one, none = readings(Section(test_set, (), (), ()), [([pools], ["q>en", "q>de"])])[0]
    assert one.wanted is not None
    assert (one.wanted.article, one.relevant, one.pool) == ("e", 1, "en")
    assert (none.put[0].first, none.put[0].wrong, none.put[0].looked_at) == (None, None, 0)


def test_it_is_told_where_relevant_articles_stand_and_which_is_the_first_wrong_one() -> None:
    test_set = two_articles("Kurz.")
    one = reading(test_set, {"e": 3.0, "x": 2.0, "d": 1.0})
    (put,) = one.put
    assert (put.relevant_at, put.looked_at, put.wrong_at) == ((1, 3), 3, 2)
    assert put.first is not None
    assert put.wrong is not None
    assert (put.first.article, put.first.relevant, put.wrong.article, put.wrong.relevant) == ("e", True, "x", False)
    assert put.wrong.before == "x text"


def test_most_won_and_most_lost_come_from_either_end() -> None:
    test_set = parallel_set(10)
    pair = measured(test_set, 0.5, "now"), measured(test_set, 0.3, "before", seed=2)
    (found,) = compare_all(test_set, [pair])
    keys = won_and_lost(found, 2)
    assert keys == [*list(found.changes)[:2], *list(found.changes)[-2:]]
    assert won_and_lost(replace(found, changes={"a": 0.5, "b": 0.1}), 2) == ["a", "b"]
    rows = readings(Section(test_set, pair, (pair,), (found,)), [(pair, keys)])[0]
    assert [row.gain for row in rows] == pytest.approx([found.changes[key] for key in keys])


def test_the_worst_queries_are_the_worst_first() -> None:
    run = measured(parallel_set(10), 0.3, "r")
    values = run.per_query["nDCG@10"]
    assert [values[key] for key in worst(run, 5)] == sorted(values.values())[:5]


def test_what_a_run_does_perfectly_is_not_what_it_does_worst_at() -> None:
    assert worst(measured(parallel_set(10), 2.0, "r"), 5) == []

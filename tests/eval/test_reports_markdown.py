"""Markdown that reads well in a terminal, with texts that cannot break it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from api.cli import main
from eval.comparing import compare_all
from eval.measuring import evaluate, evaluate_pools
from eval.reports.as_markdown import as_markdown, table
from eval.reports.numbers import figure, gain, interval, p_value, quantity
from eval.reports.records import Report, Section
from eval.runs import Run
from tests.eval.made import HOSTILE, hostile_set, made_run, made_set, measured, parallel_set
from tests.eval.test_reports_json import HOW, report


def test_columns_are_even_and_figures_to_the_right() -> None:
    assert table(["run", "AP"], [["a", ".5"], ["longer", "1.000"]]) == (
        "| run    |    AP |\n| ------ | ----: |\n| a      |    .5 |\n| longer | 1.000 |\n"
    )


def test_a_bar_or_a_line_end_in_a_name_does_not_break_a_table() -> None:
    assert table(["run"], [["a|b\nc"]]).splitlines()[2] == "| a\\|b c |"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (figure(0.9731), ".973"),
        (figure(0.9996), "1.000"),
        (figure(1.0), "1.000"),
        (figure(0.0), ".000"),
        (figure(None), ""),
        (gain(0.0123), "+.012"),
        (gain(-0.0123), "−.012"),
        (gain(-0.0001), ".000"),
        (gain(1.0), "+1.000"),
        (interval((0.25, 1.0)), ".250 to 1.000"),
        (interval((-0.25, 0.5), signed=True), "−.250 to +.500"),
        (interval(None), ""),
        (p_value(0.0002), "<.001"),
        (p_value(0.0421), ".042"),
        (quantity("ms", 1234.5), "1,234"),
        (quantity("answered", 0.5), ".500"),
    ],
)
def test_figures_are_printed_as_papers_print_them(told: str, expected: str) -> None:
    assert told == expected


def test_a_report_tells_runs_differences_languages_matrix_and_queries() -> None:
    shown = as_markdown(report())
    for part in (
        "## made, judgements `all`, 24 queries",
        "| nDCG@10, 95 % |",
        "now less before: 12 topics",
        "nDCG@10, by the question's language",
        "before, nDCG@10: questions down, articles across, judged alone in one ranking of all",
        "now, answers",
        "now against before: most won and most lost",
        "  - wanted: `de-0",
    ):
        assert part in shown
    assert "\n\n\n" not in shown


def test_one_run_is_shown_in_all_measures_by_language() -> None:
    test_set = parallel_set(6)
    shown = as_markdown(Report(HOW, (Section(test_set, (measured(test_set, 0.5, "only"),), (), ()),)))
    assert "only, by the question's language\n\n|    | nDCG@10 | R@100 |" in shown


def test_texts_are_shown_and_cannot_be_taken_for_markdown() -> None:
    test_set = hostile_set()
    good = evaluate(test_set, Run("good", {"<i>q</i>": {"<b>a</b>": 2.0, "other": 1.0}}), ["RR"])
    bad = evaluate(test_set, Run("bad", {"<i>q</i>": {"other": 2.0, "<b>a</b>": 1.0}}), ["RR"])
    shown = as_markdown(
        Report(HOW, (Section(test_set, (bad, good), ((good, bad),), tuple(compare_all(test_set, [(good, bad)]))),))
    )
    assert "+.500" in shown
    assert "\\<script\\>" in shown
    assert HOSTILE not in shown


def test_a_run_without_times_has_no_column_for_them() -> None:
    test_set = parallel_set(4)
    untimed = evaluate(test_set, Run("file", made_run(test_set, 0.5).rankings))
    assert "ms p50" not in as_markdown(Report(HOW, (Section(test_set, (untimed,), (), ()),)))


def test_a_matrix_of_nothing_but_its_diagonal_is_not_shown() -> None:
    mono = made_set([("d", "de"), ("e", "en")], {"d": {"D": 1}, "e": {"E": 1}}, [("D", "de"), ("E", "en")])
    found = evaluate(mono, Run("r", {"d": {"D": 1.0}, "e": {"E": 1.0}}))
    assert list(found.by_language_pair) == ["de>de", "en>en"]
    assert "articles across" not in as_markdown(Report(HOW, (Section(mono, (found,), (), ()),)))


def test_pools_have_a_line_for_the_same_and_one_for_other_languages() -> None:
    test_set = parallel_set(4)
    runs = [replace(made_run(test_set, 0.5, name="pools"), pool=pool) for pool in ("de", "en")]
    shown = as_markdown(Report(HOW, (Section(test_set, (evaluate_pools(test_set, runs),), (), ()),)))
    assert "| pools, same language " in shown
    assert "| pools, other languages " in shown
    assert "pools, nDCG@10: questions down, articles across, searched by themselves" in shown


def test_what_is_printed_is_the_file_and_nothing_else(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.run").write_text("q-meer Q0 meer 1 1.0 a\n", encoding="utf-8")
    given = ["eval", str(beir), "--qrels", "mono", "--run", str(tmp_path / "a.run")]
    assert main([*given, "--markdown", str(tmp_path / "a.md")]) == 0
    shown = capsys.readouterr()
    assert shown.out == (tmp_path / "a.md").read_text(encoding="utf-8")
    assert shown.out.startswith("## tiny")
    assert shown.err == ""


def test_queries_that_failed_are_told_with_a_reason() -> None:
    test_set = parallel_set(4)
    run = evaluate(test_set, replace(made_run(test_set, 0.5, name="it"), failed={"de-000": "no | answer"}))
    shown = as_markdown(Report(HOW, (Section(test_set, (run,), (), ()),)))
    assert "it failed for 1 of the queries, which count 0: `de-000`: no \\| answer" in shown

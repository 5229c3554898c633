"""The gate stops what fell by more than is allowed, and nothing else."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from api.cli import main
from eval.arguments import Bound, add_arguments
from eval.comparing import compare_all
from eval.gate import broken
from index.errors import BadInput
from tests.eval.made import measured, parallel_set

SET = parallel_set(20)


def fell(most: float, measure: str = "AP") -> list[str]:
    pair = measured(SET, 0.2, "now", seed=2), measured(SET, 0.6, "before")
    return list(broken(compare_all(SET, [pair]), [Bound(measure, most)]))


def test_a_fall_beyond_the_bound_is_told_with_its_size() -> None:
    (told,) = fell(0.01)
    assert told.startswith("now is worse than before on made (all): AP fell by 0.")
    assert "0.01 is allowed (40 queries, " in told


def test_a_fall_within_the_bound_and_a_gain_pass() -> None:
    assert fell(0.9) == []
    better = measured(SET, 0.6, "now"), measured(SET, 0.2, "before", seed=2)
    assert list(broken(compare_all(SET, [better]), [Bound("AP", 0.0)])) == []


def test_a_fall_of_just_the_bound_passes() -> None:
    pair = measured(SET, 0.2, "now", seed=2), measured(SET, 0.6, "before")
    found = compare_all(SET, [pair])
    assert list(broken(found, [Bound("AP", -found[0].differences["AP"].mean)])) == []


def test_a_measure_that_was_not_measured_is_refused() -> None:
    with pytest.raises(BadInput, match=r"P@5 was not measured.*--measure P@5"):
        fell(0.1, "P@5")


@pytest.mark.parametrize("text", ["nDCG@10", "nDCG@10:", ":0.1", "nDCG@10:-0.1", "nDCG@10:much", "nDCG@10:inf"])
def test_what_is_no_bound_is_refused_when_it_is_typed(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["set", "--fail-if-worse", text])
    assert "for instance nDCG@10:0.01" in capsys.readouterr().err


def run_file(folder: Path, name: str, right: bool) -> Path:
    """A run for the tiny set: right first, or right second."""
    file = folder / f"{name}.run"
    found = [("q-wind", "sea"), ("q-strike", "harbour"), ("q-meer", "meer")]
    lines = [
        f"{query} Q0 {a} 1 {score} {name}"
        for query, best in found
        for a, score in ((best, 1), ("birds", 0.5 if right else 2))
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_the_command_exits_with_1_and_says_why(beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = run_file(tmp_path, "good", True), run_file(tmp_path, "bad", False)
    baseline = tmp_path / "baseline.json"
    given = ["eval", str(beir), "--qrels", "all"]
    assert main([*given, "--run", str(good), "--json", str(baseline)]) == 0
    gate = [*given, "--baseline", str(baseline), "--fail-if-worse", "RR:0.1"]
    capsys.readouterr()
    assert main([*gate, "--run", str(good)]) == 0
    assert capsys.readouterr().err == ""
    assert main([*gate, "--run", str(bad)]) == 1
    shown = capsys.readouterr()
    assert "bad is worse than good (baseline.json) on tiny (all): RR fell by 0.5000, 0.1 is allowed" in shown.err
    assert shown.out.startswith("## tiny")


def test_the_command_exits_with_2_where_there_is_nothing_to_compare_with(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, baseline = run_file(tmp_path, "good", True), tmp_path / "baseline.json"
    given = ["eval", str(beir), "--run", str(good)]
    assert main([*given, "--qrels", "mono", "--json", str(baseline)]) == 0
    for extra, told in (
        (["--qrels", "all", "--baseline", str(baseline)], "the baseline is of tiny (mono), not of tiny (all)"),
        (["--fail-if-worse", "RR:0.1"], "is given without --baseline"),
        (["--qrels", "mono", "--baseline", str(good)], "holds no evaluation"),
    ):
        capsys.readouterr()
        assert main([*given, *extra]) == 2, told
        shown = capsys.readouterr()
        assert told in shown.err
        assert shown.out == ""
    assert json.loads(baseline.read_text(encoding="utf-8"))["runs"][0]["measures"]["RR"] == 1.0

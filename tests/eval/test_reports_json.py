"""What is written as JSON is what the issue of figures promises, and is read back the same."""

from __future__ import annotations

import argparse
import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from eval.arguments import add_arguments
from eval.comparing import compare_all
from eval.measuring import Preference
from eval.reports.as_json import as_json, read_json, write_json
from eval.reports.records import How, Report, Section, command, how_measured
from index.errors import BadInput
from tests.eval.made import measured, parallel_set

SET = parallel_set(12)
HOW = How("zitat eval made", "2026-01-02 03:04", 0, 100, 1, None, {"Python": "3"})


def report() -> Report:
    now, before = measured(SET, 0.6, "now"), measured(SET, 0.2, "before", seed=2)
    runs = (before, replace(now, answers={"all": {"answered": 0.5}}))
    pairs = ((runs[1], runs[0]),)
    return Report(HOW, (Section(SET, runs, pairs, tuple(compare_all(SET, pairs))),))


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = report()
    write_json(written, tmp_path / "a.json")
    found = read_json(tmp_path / "a.json")
    assert found.how == HOW
    assert found.runs == written.runs
    assert found.comparisons == written.comparisons
    assert isinstance(found.runs[0].preference, Preference)


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    write_json(report(), tmp_path / "a.json")
    write_json(report(), tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_every_figure_has_the_name_that_was_promised() -> None:
    found = json.loads(json.dumps(as_json(report())))
    run = found["runs"][0]
    assert (run["name"], run["dataset"], run["qrels"], run["queries"]) == ("before", "made", "all", 24)
    assert list(run["measures"]) == ["nDCG@10", "R@100", "AP", "RR", "P@10"]
    assert run["by_language"]["de"].keys() == run["measures"].keys() == run["by_language_pair"]["de>en"].keys()
    assert {"mean", "p50", "p95", "p99", "per_second"} == run["latency_ms"].keys()
    low, high = run["intervals"]["AP"]
    assert low <= run["measures"]["AP"] <= high
    assert found["comparisons"][0]["differences"]["AP"]["wins"] > 0


@pytest.mark.parametrize("text", ["", "{", '{"runs": 3}', '{"runs": [{"name": "x"}], "comparisons": [], "how": null}'])
def test_another_file_is_refused_with_the_cure(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=r"a\.json holds no evaluation.*zitat eval --json"):
        read_json(tmp_path / "a.json")


def typed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def test_the_command_is_told_as_it_could_be_typed_again() -> None:
    words = "my set,--qrels,all,--run,a b.run,--variant,dense,--variant,lexical,--pairs,--sample,5,--fold,0/2"
    args = typed(*words.split(","), "--language", "de,tr", "--fail-if-worse", "nDCG@10:0.01")
    told = command(args)
    assert told.startswith("zitat eval 'my set' ")
    for part in ("--run 'a b.run'", "--variant dense", "--variant lexical", "--pairs", "--fold 0/2", "nDCG@10:0.01"):
        assert part in told
    assert "--depth" not in told  # the default
    assert typed(*shlex.split(told)[2:]) == args


def test_a_secret_is_not_told() -> None:
    words = ["--endpoint", "https://me:pass@host/find", "--header", "Authorization: Bearer abc", "--header", "X: $KEY"]
    told = command(typed("set", *words))
    assert "abc" not in told
    assert "pass" not in told
    assert "'Authorization: …'" in told
    assert "X: $KEY" in told


def test_how_it_was_measured_names_seed_depth_and_versions() -> None:
    how = how_measured(typed("set", "--depth", "10", "--seed", "3"))
    assert (how.depth, how.seed, how.threads, how.sample) == (10, 3, 1, None)
    assert how.versions["ir_measures"][0].isdigit()

"""Runs in TREC's form: what is written is read back, and what is no run is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.runs import Run, best_first, read_trec_run, write_trec_run
from eval.sets import Query
from index.errors import BadInput


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = Run("Zitat ohne Wörter", {"q": {"a": 1 / 3, "b": 2.5}, "r": {"東京": 0.1}, "empty": {}})
    write_trec_run(run, [Query(one, "?", "en") for one in run.rankings], tmp_path / "run.txt")
    found = read_trec_run(tmp_path / "run.txt")
    assert found.name == "Zitat_ohne_Wörter"
    assert found.rankings == {"q": run.rankings["q"], "r": run.rankings["r"]}
    assert (tmp_path / "run.txt").read_text(encoding="utf-8").splitlines()[0] == "q Q0 b 1 2.5 Zitat_ohne_Wörter"


def test_the_score_decides_not_the_rank(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("q Q0 a 1 0.5 t\n\nq Q0 b 2 0.9 t\n", encoding="utf-8")
    assert best_first(read_trec_run(tmp_path / "run").rankings["q"]) == ["b", "a"]


@pytest.mark.parametrize("line", ["q Q0 a 1 high t", "q a 0.5", "q Q0 a 1 nan t"])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "run").write_text(f"q Q0 b 1 0.5 t\n{line}\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"line 2: .*query Q0 article rank score tag"):
        read_trec_run(tmp_path / "run")


def test_an_article_with_two_scores_is_refused(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("q Q0 a 1 0.9 t\nq Q0 a 2 0.5 t\n", encoding="utf-8")
    with pytest.raises(BadInput, match="'a' comes twice for 'q'"):
        read_trec_run(tmp_path / "run")


def test_what_is_left_out_is_left_out_of_that_query_only() -> None:
    run = Run("r", {"q": {"a": 2.0, "b": 1.0}, "p": {"a": 1.0}}, {"q": 0.1}, "de", 5.0)
    kept = run.without({"q": frozenset({"a"})})
    assert kept.rankings == {"q": {"b": 1.0}, "p": {"a": 1.0}}
    assert (kept.seconds, kept.pool, kept.per_second) == ({"q": 0.1}, "de", 5.0)

"""What cannot come to anything is refused before a question is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.cli import main
from eval.checking import DEMANDS

SCRIPT = "def search(question, count):\n    raise AssertionError('was asked')\n"
VALUES = {"--fail-if-worse": "AP:0.1", "--endpoint": "http://127.0.0.1:9/{question}", "--never-refuse": None}


@pytest.fixture
def asked(beir: Path, tmp_path: Path) -> list[str]:
    """A command whose retriever must not be reached."""
    (tmp_path / "mine.py").write_text(SCRIPT, encoding="utf-8")
    return ["eval", str(beir), "--qrels", "all", "--ranker", f"{tmp_path}/mine.py:search"]


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 2
    [line] = capsys.readouterr().err.splitlines()
    return line


@pytest.mark.parametrize(("option", "other"), [(option, other) for option, _, other, _ in DEMANDS])
def test_an_option_that_says_nothing_without_another_is_refused(
    asked: list[str], option: str, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    value = VALUES.get(option, "x")
    told = refused([*asked, option, *([value] if value else [])], capsys)
    assert told == f"zitat: {option} is given without {other}: give {other}, or leave {option} out"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--measure", "nDGC@10"], "there is no measure 'nDGC@10'"),
        (["--json", "gone/a.json"], "there is no folder gone for a.json"),
        (["--html", "gone/a.html"], "there is no folder gone for a.html"),
        (["--pairs", "--run", "a.run"], "was asked already"),
        (["--answers"], "nothing that is measured answers"),
        (["--answers", "--variant", "dense"], "nothing that is measured answers"),
        (["--answers", "--variant", "zitat", "--model", "x"], "nothing that is measured answers"),
        (["--answers", "--never-refuse", "--url", "http://127.0.0.1:9"], "cannot be told to --never-refuse"),
    ],
)
def test_what_would_be_lost_or_passed_over_is_refused(
    asked: list[str], given: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said in refused([*asked, *given], capsys)

"""What a person sees at a terminal: nothing in it commands the terminal, or turns what stands around it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from api.cli import main
from api.terminal import MARK, PLAIN, marked, one_line, printable, shown_on
from retrieval.results import Span
from tests.api.conftest import Zitat

TURNING = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067"  # all but the two that say() writes
ISOLATED = "\u2068אב\u2069"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"a{TURNING}b", "ab"),
        ("gnp.\u202eexe", "gnp.exe"),
        (f"from {ISOLATED} on", f"from {ISOLATED} on"),
        (f"\u2068x {ISOLATED} y\u2069", f"\u2068x {ISOLATED} y\u2069"),
        ("a\u2068 b", "a b"),
        ("a\u2069 b", "a b"),
        ("\u2067אב\u2069 b", "אב b"),
        ("a\u2068\nb\u2069", "a\nb"),  # a line ends whatever was begun in it
        (f"\u2069\u2068{ISOLATED}\u2069\u2069\u2068", f"\u2068{ISOLATED}\u2069"),
        ("می‌خواهم", "می‌خواهم"),
        ("", ""),
    ],
)
def test_nothing_turns_the_direction_of_what_stands_around_it(text: str, shown: str) -> None:
    assert printable(text) == shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_program_is_given_what_is_kept_and_a_person_what_is_safe() -> None:
    assert shown_on("a\u202eb\x9bc", Terminal()) == "abc"
    assert shown_on("a\u202eb\x9bc", io.StringIO()) == "a\u202eb\x9bc"


@pytest.mark.parametrize("command", [["list"], ["stats"], ["show", "a"]])
def test_no_command_writes_to_a_terminal_what_turns_its_lines(
    zitat: Zitat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    odd = {"id": "a", "title": "Wind \u202eat sea", "text": "Wind \u202erises.", "source": "Tr\u202eend"}
    (tmp_path / "a.jsonl").write_text(json.dumps(odd) + "\n", encoding="utf-8")
    assert zitat("ingest", tmp_path / "a.jsonl", "--archive", tmp_path / "a.zitat").status == 0
    assert "Tr\u202eend" in zitat(*command, "--archive", tmp_path / "a.zitat").out  # which a program reads
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert main([*command, "--archive", str(tmp_path / "a.zitat")]) == 0
    seen = sys.stdout.getvalue()  # type: ignore[attr-defined]
    assert ("Trend" in seen, "\u202e" in seen) == (True, False)


def test_white_space_of_every_kind_is_one_space_and_no_tab() -> None:
    assert one_line(" a\t\u3000b\r\n\x85c\x9b31m ") == "a b c31m"


@pytest.mark.parametrize(("colour", "before", "after"), [(True, MARK, PLAIN), (False, "**", "**")])
def test_marks_stand_where_the_article_has_them_though_what_turns_is_left_out(
    colour: bool, before: str, after: str
) -> None:
    assert marked("\u202eone\u2068 two three", 10, [Span(16, 19)], colour) == f"one {before}two{after} three"

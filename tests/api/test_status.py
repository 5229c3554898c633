"""At a terminal a command that takes a while says what it does; elsewhere, and when it is quick, it is silent."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.status import Status, opening

ROOT = Path(__file__).parents[2]
SOON = 0.05
QUESTION = "Where is the office of hydrogen diplomacy planned to be opened?"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(out: io.StringIO, text: str) -> bool:
    """Whether a text appears within some seconds."""
    end = time.monotonic() + 10
    while text not in out.getvalue() and time.monotonic() < end:
        time.sleep(0.01)
    return text in out.getvalue()


def test_what_takes_long_is_told_and_wiped_at_the_end() -> None:
    out = Terminal()
    with Status("opening", out, SOON) as status:
        assert shown(out, "opening…")
        status.now("searching")
        assert out.getvalue().endswith("\r\x1b[Ksearching…")
    assert out.getvalue().endswith("\r\x1b[K")


def test_what_is_quick_is_not_told() -> None:
    out = Terminal()
    with Status("opening", out, 30.0) as status:
        status.now("searching")
    assert out.getvalue() == ""


def test_nothing_is_told_once_the_answer_is_being_printed() -> None:
    out = Terminal()
    with Status("opening", out, SOON) as status:
        status.end()
        time.sleep(4 * SOON)
    assert out.getvalue() == ""


def test_nothing_is_told_into_a_pipe() -> None:
    out = io.StringIO()
    with Status("opening", out, 0.0):
        time.sleep(2 * SOON)
    assert out.getvalue() == ""


def test_the_unpacking_of_the_model_is_told_where_it_was_not_done_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZITAT_CACHE", str(tmp_path))
    assert "unpacking the model" in opening()
    (tmp_path / "e5-small-1").mkdir()
    assert opening() == "opening the archive"


@pytest.mark.parametrize("command", ["ask", "search"])
def test_the_command_tells_at_a_terminal_and_prints_the_same(command: str, seeds: Path) -> None:
    """With no patience, so that it is told however fast the machine is."""
    run = (
        "import api.status, sys; api.status.Status.__init__.__defaults__ = (None, 0.0)\n"
        "from api.cli import main\nsys.exit(main(sys.argv[1:]))"
    )
    main, terminal = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", run, command, QUESTION, "--archive", str(seeds)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=terminal, timeout=120, text=True,
        )  # fmt: skip
        told = os.read(main, 10_000).decode()
    finally:
        os.close(main)
        os.close(terminal)
    assert done.returncode == 0
    assert "searching…" in told
    assert told.endswith("\r\x1b[K")
    assert done.stdout.startswith("understood as English")

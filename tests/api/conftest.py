"""The command line over an archive of the seeds, in this process and in others."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.cli import main

ROOT = Path(__file__).parents[2]
SEEDS = ROOT / "seeds" / "articles"


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


Zitat = Callable[..., Said]


@pytest.fixture
def zitat(capsys: pytest.CaptureFixture[str]) -> Zitat:
    """Run a command in this process."""

    def run(*arguments: object) -> Said:
        capsys.readouterr()
        try:
            status = main([str(one) for one in arguments])
        except SystemExit as stop:  # argparse
            status = int(stop.code or 0)
        return Said(status, *capsys.readouterr())

    return run


@pytest.fixture(scope="session")
def outside(python: list[str]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run Python code or a module in a process of its own."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        command = [*python, *map(str, arguments)]
        chosen = {"capture_output": True, "text": True, "encoding": "utf-8", "timeout": 120} | options
        return subprocess.run(command, **chosen)  # type: ignore[call-overload, no-any-return]

    return run


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "seeds.zitat"
    assert main(["ingest", str(SEEDS), "--archive", str(folder)]) == 0
    return folder


@pytest.fixture
def seeds(_made: Path, tmp_path: Path) -> Path:
    """An archive of the seeds that a test may change."""
    folder = tmp_path / "seeds.zitat"
    shutil.copytree(_made, folder)
    return folder

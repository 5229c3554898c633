"""Each peer's virtual environment, with the versions that its requirements.txt pins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.peers.process import HERE

STAMP = "requirements.txt"  # what an environment was made with, kept in it


def interpreter(name: str, folder: Path) -> Path:
    """The Python of a peer's environment below a folder; the environment is made, or made anew, where it is not so."""
    wanted = HERE / name / "requirements.txt"
    environment = folder.resolve() / name
    python = environment / "bin" / "python"
    if not _is_of(environment, wanted):
        _make(environment, wanted)
    return python


def _is_of(environment: Path, wanted: Path) -> bool:
    try:
        return (environment / STAMP).read_text() == wanted.read_text()
    except OSError:
        return False


def _make(environment: Path, wanted: Path) -> None:
    print(f"making the environment {environment}", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(environment)], check=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-cache-dir"]
    lines = wanted.read_text().splitlines()
    # torch comes first: a package that asks for it may take its larger build for GPUs else.
    for first in [line for line in lines if line.startswith("torch==")]:
        subprocess.run([*pip, first], check=True)
    subprocess.run([*pip, "--requirement", str(wanted)], check=True)
    (environment / STAMP).write_text(wanted.read_text())

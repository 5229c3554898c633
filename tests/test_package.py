"""The wheel that is installed: it holds every file of the stages, and nothing is said against how it is made."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STAGES = ("index", "retrieval", "api", "eval")
BUILD = "from setuptools.build_meta import build_wheel; build_wheel('.')"


def listed() -> list[str]:
    """The files of the project, those that are not yet committed among them."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no git clone: what belongs to the project is not known")
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return [name for name in names if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The wheel, and what was said while it was made."""
    folder = tmp_path_factory.mktemp("clone")
    for name in listed():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    done = subprocess.run([sys.executable, "-c", BUILD], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(folder.glob("*.whl")), done.stdout + done.stderr


def test_the_wheel_holds_every_file_of_the_stages_and_no_other(built: tuple[Path, str]) -> None:
    wanted = {name for name in listed() if name.startswith(tuple(f"{stage}/" for stage in STAGES))}
    with zipfile.ZipFile(built[0]) as wheel:
        found = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert found == wanted


def test_nothing_is_warned_of_while_the_wheel_is_made(built: tuple[Path, str]) -> None:
    assert "absent from" not in built[1]
    assert "Deprecat" not in built[1]


def test_what_measuring_needs_is_in_the_plain_install(built: tuple[Path, str]) -> None:
    with zipfile.ZipFile(built[0]) as wheel:
        name = next(one for one in wheel.namelist() if one.endswith(".dist-info/METADATA"))
        lines = wheel.read(name).decode().splitlines()
    needed = [line.removeprefix("Requires-Dist: ").lower() for line in lines if line.startswith("Requires-Dist: ")]
    for package in ("ir-measures", "jinja2", "jmespath"):
        assert any(one.startswith(package) and "extra ==" not in one for one in needed), package

"""A host that is cut off the database says so and waits; the others go on, and it writes nothing that they miss."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ALONE = ["unshare", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the drill saw."""
    if not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
        pytest.skip("unshare, nsenter and ip are wanted: install util-linux and iproute2")
    if os.geteuid() or subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root may make networks, and only where the system lets it")
    command = [*ALONE, sys.executable, "-m", "tests.survival.cut_off", str(tmp_path_factory.mktemp("islands"))]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(told)
    return told


def test_it_says_plainly_that_it_cannot_answer_and_never_hangs(seen: dict[str, Any]) -> None:
    assert seen["not ready after"] < 15
    assert seen["told"] in (503, 504)
    assert seen["told after"] < 20
    assert seen["then"] == 503
    assert seen["then after"] < 2
    assert seen["problem"]["title"] == "The archive does not answer"
    assert "ask another host" in seen["problem"]["cure"]


def test_the_others_go_on_and_may_write_though_it_held_the_write_lock(seen: dict[str, Any]) -> None:
    assert (seen["meanwhile"], seen["other ready"]) == (200, True)
    assert seen["jobs"] == ["done", "done"]
    assert seen["others write after"] < 40


def test_it_wrote_nothing_without_the_lock_and_goes_on_by_itself(seen: dict[str, Any]) -> None:
    assert seen["holder"] == "refused"
    assert seen["found"] == [0, 1, 2, 3]
    assert seen["ready again after"] < 15
    assert seen["holder later"] == "wrote"
    assert seen["found later"] == [[0, 2, 3]] * 2
    assert seen["wrong"] == []

"""The dense leg on the real server of the wheel milvus==2.3.5, where ZITAT_TEST_MILVUS names an interpreter with it.

That server knows no sparse vectors, and it opens its ports on every interface: it is started in a network namespace
with nothing but the loopback device.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_dense_search_filters_and_deletions_on_a_real_server(tmp_path: Path) -> None:
    interpreter = os.environ.get("ZITAT_TEST_MILVUS")
    if not interpreter:
        pytest.skip("ZITAT_TEST_MILVUS names no interpreter with milvus==2.3.5")
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system makes no network namespaces, and the server would listen on every interface")
    script = str(Path(__file__).with_name("standalone.py"))
    command = ["unshare", "-rn", sys.executable, script, interpreter, str(tmp_path)]
    done = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    print(seen)
    assert (seen["rows"], seen["rows left"], seen["deleted found"]) == (600, 589, 0)
    assert seen["error"] < 1e-6
    shares = [seen[scope] for scope in ("everything", "language", "source", "article", "after", "before")]
    assert min(shares) >= 0.9  # HNSW may miss one

"""The seam to pymilvus: only used where it is asked for, and clear where it cannot be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.errors import ArchiveError, ArchiveLocked, ArchiveUnreachable
from index.milvus.address import parse_address
from index.milvus.server import Server

ROOT = Path(__file__).parents[3]


def run(code: str) -> str:
    """What a process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.stdout + done.stderr


def test_nothing_of_it_is_imported_before_it_is_needed() -> None:
    seen = "[n for n in ('pymilvus', 'grpc', 'pandas') if n in sys.modules]"
    code = f"import sys, index.archive, index.milvus; print({seen})"
    assert run(code).strip() == "[]"


def test_where_it_is_missing_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(ArchiveError, match=r"pip install 'zitat\[milvus\]'"):
        Server(parse_address("milvus://127.0.0.1:1/news")).collections()


def test_a_file_that_another_process_has_open_is_locked(file_uri: str) -> None:
    server = Server(parse_address(file_uri))
    assert server.collections() == []
    code = f"""
from index.errors import ArchiveLocked
from index.milvus.address import parse_address
from index.milvus.server import Server
try:
    Server(parse_address({file_uri!r})).collections()
except ArchiveLocked as error:
    print("locked:", error)
"""
    said = run(code)
    assert "locked: " in said
    assert "milvus-lite server" in said
    server.close()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ArchiveLocked, match="not exists"):
        Server(parse_address(f"milvus://{tmp_path}/nowhere/index.db")).collections()


def test_a_refused_request_shows_what_the_server_said(uri: str) -> None:
    server = Server(parse_address(uri))
    server.create("refusing", 4)
    server.load("refusing")
    with pytest.raises(ArchiveError, match="refused") as refused:
        server.search("refusing", "dense", np.zeros(4, np.float32), 5, where="nonsense in in [")
    assert not isinstance(refused.value, ArchiveUnreachable)
    server.drop("refusing")
    server.close()

"""SIGKILL in the middle of writing: of the writer, and of the server. The next run takes the work up again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from index.archive import Archive
from index.errors import ArchiveError
from index.ingesting.ingest import ingest
from index.milvus.server import Row, Server
from tests.fakes import WordEncoder, story
from tests.index.milvus.servers import Lite, add, opened, sound

ROOT = Path(__file__).parents[3]


class Killed(Server):
    """Ends its process with SIGKILL before the request that is due."""

    left = 0

    def upsert(self, name: str, rows: list[Row]) -> None:
        if type(self).left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        type(self).left -= 1
        super().upsert(name, rows)


def write_and_die(folder: str, uri: str, requests: str) -> None:
    """In a process of its own: bring the index up to the truth, as far as so many requests go."""
    from index.milvus import steps

    steps.TOGETHER = 4
    Killed.left = int(requests)
    with opened(Path(folder), uri) as (archive, remote):
        remote.server = remote.labels.server = Killed(remote.server.address)
        with archive.writing():
            pass


@pytest.mark.parametrize("requests", range(5))
def test_what_a_killed_writer_left_is_put_right(folder: Path, uri: str, requests: int) -> None:
    add(folder, uri, map(story, range(4)))
    with Archive(folder) as archive, archive.writing():  # its indexes in files follow, Milvus does not
        ingest(archive, WordEncoder(), [story(2, "zebra"), *map(story, range(10, 13))])
    code = f"from {__name__} import write_and_die; write_and_die({str(folder)!r}, {uri!r}, {requests})"
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False).returncode
    assert ended == (-signal.SIGKILL if requests < 4 else 0)
    with Archive(folder) as archive, archive.writing():
        archive.store.delete(["story-11"])
    with opened(folder, uri) as (archive, remote):
        assert archive.view().state.sequence == archive.store.sequence()
        sound(archive, remote)


def test_what_a_killed_server_lost_is_put_right(folder: Path, tmp_path: Path) -> None:
    server = Lite(tmp_path / "data")
    uri = server.uri("news")
    add(folder, uri, map(story, range(4)))
    failed: list[Exception] = []

    def write() -> None:
        try:
            for edition in range(100):
                add(folder, uri, [story(edition % 7, *["again"] * edition)])
        except ArchiveError as error:
            failed.append(error)

    writing = threading.Thread(target=write)
    writing.start()
    time.sleep(1.5)
    server.kill()
    writing.join(60)
    assert failed
    server.start()
    with opened(folder, uri) as (archive, remote):
        assert archive.view().state.sequence == archive.store.sequence()
        sound(archive, remote)
    server.stop()

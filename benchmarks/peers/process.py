"""The driver's end of a worker: a peer's process, told what to do, and its memory."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
MEGABYTE = 1e6


class PeerFailed(Exception):
    """A peer could not do what it was told; the message has what it said."""


@dataclass(frozen=True)
class Entrant:
    """One row of the comparison: an adapter and the interpreter that it runs in.

    `reads` names the entrant whose index it searches, where it has none of its own.
    """

    name: str
    adapter: Path
    python: Path
    reads: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """What is put into its environment: Zitat finds this repository, and what its command line sets itself."""
        ours = {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
        return ours if self.adapter.parent.name == "zitat" else {}


class Process:
    """A worker with one adapter; use it in a `with`, which ends it."""

    def __init__(self, entrant: Entrant, log: Path, settings: dict[str, str]) -> None:
        self.name = entrant.name
        self._log = log.open("a", encoding="utf-8")
        command = [str(entrant.python), "-P", str(HERE / "worker.py"), str(entrant.adapter)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
            env=settings | entrant.environment,
        )

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def tell(self, what: str, **further: Any) -> dict[str, Any]:
        """Have a command carried out, and return its answer; raises PeerFailed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            print(json.dumps({"do": what, **further}), file=self._process.stdin, flush=True)
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise PeerFailed(f"{self.name} ended while it should {what}: see {self._log.name}")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise PeerFailed(f"{self.name} could not {what}: {answer['error']}: see {self._log.name}")
        return answer

    def memory(self) -> float:
        """Resident megabytes of the process and what it started."""
        process = psutil.Process(self._process.pid)
        family = [process, *process.children(recursive=True)]
        return float(sum(one.memory_info().rss for one in family)) / MEGABYTE

    def close(self) -> None:
        """End the worker and wait for it."""
        if self._process.stdin and not self._process.stdin.closed:
            try:
                self._process.stdin.close()
            except BrokenPipeError:
                pass
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._log.close()


def size_of(folder: Path) -> float:
    """Megabytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / MEGABYTE

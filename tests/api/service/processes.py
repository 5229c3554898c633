"""`zitat serve` in processes of its own, as a user runs it, and what it logs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


class Serving:
    """A service in processes of its own, and what it logs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.lines, self.odd = process, list[dict[str, Any]](), list[str]()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        (told,) = self.wait_for(lambda line: "running on" in line["message"])
        self.address = told["message"].split("running on ")[1].split()[0]

    def _read(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.odd.append(line)

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool], count: int = 1) -> list[dict[str, Any]]:
        end = time.monotonic() + 90
        while time.monotonic() < end:
            if len(found := [line for line in list(self.lines) if wanted(line)]) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(f"waited in vain; the log is {self.lines[-20:]}")

    def workers(self, count: int) -> set[int]:
        """The workers that are ready, when so many have become so since the start."""
        return {line["pid"] for line in self.wait_for(lambda line: line["message"] == "ready", count)}

    def answered_by(self, route: str, since: int = 0) -> set[int]:
        """The workers that logged a request for a route, from so many lines on."""
        return {line["pid"] for line in self.lines[since:] if line.get("route") == route}

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(60)
        self.reader.join()
        assert self.odd == []  # every line of the log is JSON, whoever wrote it
        return status


@contextmanager
def serving(python: list[str], folder: Path, *arguments: str) -> Iterator[Serving]:
    command = [*python, "-m", "api.cli", "serve", "--archive", str(folder), "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as process:
        reading: threading.Thread | None = None
        try:
            made = Serving(process)
            reading = made.reader
            yield made
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            if reading:
                reading.join(60)  # to the end of the log, before the pipe is closed under it

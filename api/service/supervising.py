"""Several workers on one socket: a worker that dies, or no longer answers its supervisor, is replaced."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from socket import socket

from uvicorn import Config
from uvicorn.supervisors import Multiprocess


def end_with_supervisor() -> None:
    """End this worker, in order, should its supervisor be killed: it would go on to hold the port, and nobody know."""
    supervisor = os.getppid()

    def watch() -> None:
        while os.getppid() == supervisor:
            time.sleep(1)
        signal.raise_signal(signal.SIGTERM)

    threading.Thread(target=watch, name="supervisor", daemon=True).start()


class Supervisor(Multiprocess):
    """uvicorn's supervisor, which also takes back what dead workers said of the present."""

    def __init__(self, config: Config, sockets: list[socket], counts: Path | None) -> None:
        super().__init__(config, sockets)
        self.counts = counts

    def keep_subprocess_alive(self) -> None:
        """Replace dead workers.

        uvicorn keeps its copy of a worker's end of the pipe open: a worker killed while a ping is on its way would
        never read as gone, and be missed for the whole time that a busy one is given to answer. So that copy is closed.
        """
        for process in self.processes:
            process.child_conn.close()
        before = {process.pid for process in self.processes}
        super().keep_subprocess_alive()
        for pid in before - {process.pid for process in self.processes}:
            for path in self.counts.glob(f"gauge_live*_{pid}.db") if self.counts else ():
                path.unlink(missing_ok=True)

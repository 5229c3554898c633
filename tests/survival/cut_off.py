"""Run as root in namespaces of its own: hosts on a network of theirs, one of which is cut off the database.

    python -m tests.survival.cut_off FOLDER

This namespace is that of the database and of the clients. Each host has one cable to the database, all of them in one
switch, and another to the clients. The first cable of one host is pulled at the switch, which neither side is told.
Prints a line of JSON: what was seen.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from api.service.key_file import key_file
from index.archive import Archive
from index.errors import ArchiveUnreachable
from index.verify import verify
from tests.postgres import server
from tests.survival.hosts import Host, host, made, until, word

ROOT = Path(__file__).parents[2]
PYTHON = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-W", "error"]
DATABASE = "10.77.0.1"
HOLDER = "import sys; from tests.survival.cut_off import hold; hold(sys.argv[1])"
ASKED = {"question": word(0), "count": 5}


def ip(command: str, inside: list[str] | None = None) -> None:
    subprocess.run([*(inside or []), "ip", *command.split()], check=True)


def plug(number: int) -> None:
    ip(f"link set db{number} master switch")


def pull(number: int) -> None:
    ip(f"link set db{number} nomaster")


@contextmanager
def island(number: int) -> Iterator[list[str]]:
    """A namespace with both cables; yields the command that runs something in it."""
    command = ["unshare", "--net", "sh", "-c", "echo; exec sleep 1000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        inside = ["nsenter", f"--net=/proc/{holder.pid}/ns/net"]
        for name, address in ((f"db{number}", f"10.77.0.{10 + number}/24"), (f"web{number}", f"10.78.{number}.2/24")):
            ip(f"link add {name} type veth peer name {name} netns {holder.pid}")
            ip(f"link set {name} up")
            ip(f"address add {address} dev {name}", inside)
            ip(f"link set {name} up", inside)
        ip("link set lo up", inside)
        ip(f"address add 10.78.{number}.1/24 dev web{number}")
        plug(number)
        try:
            yield inside
        finally:
            holder.kill()


@contextmanager
def database() -> Iterator[str]:
    """The address of an archive of one article, for the hosts of the switch."""
    ip("link set lo up")
    ip("link add switch type bridge")
    ip(f"address add {DATABASE}/24 dev switch")
    ip("link set switch up")
    with server("listen_addresses = '*'\n") as postgres:
        with open(postgres.folder / "data" / "pg_hba.conf", "a") as rules:
            rules.write("host all all 10.77.0.0/24 trust\n")
        postgres.run("SELECT pg_reload_conf()")
        url = postgres.new_database().replace("127.0.0.1", DATABASE)
        made(url)
        yield url


def hold(url: str) -> None:
    """In a process of its own: hold the write lock, and write when told to; say what came of it."""
    with Archive(url) as archive:
        try:
            with archive.writing():
                print("holds", flush=True)
                sys.stdin.readline()
                archive.store.delete(["story-0"])
                print("wrote", flush=True)
        except ArchiveUnreachable:
            print("refused", flush=True)
        sys.stdin.readline()
        with archive.writing():  # the same process goes on
            archive.store.delete(["story-1"])
        print("wrote", flush=True)


class Holder:
    """That process."""

    def __init__(self, command: list[str]) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.said() == "holds"

    def said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go_on(self) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.said()


def asked(one: Host) -> tuple[float, int, dict[str, Any]]:
    """Seconds until the answer, its status, and what it says."""
    began = time.monotonic()
    answer = one.client.post("/v1/search", json=ASKED)
    return time.monotonic() - began, answer.status_code, answer.json()


def seconds_until(true: Callable[[], bool], since: float) -> float:
    until(true, seconds=60)
    return round(time.monotonic() - since, 1)


def ready(one: Host) -> bool:
    return one.client.get("/readyz").status_code == 200


def drill(url: str, cut: Host, other: Host, holder: Holder) -> dict[str, Any]:
    """Cut one of two hosts off while it holds the write lock, and plug it in again."""
    out: dict[str, Any] = {}
    waiting = cut.send(2)  # waits for the holder
    pull(1)
    began = time.monotonic()
    sent = other.send(3)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(asked, cut)
        stored = pool.submit(lambda: (other.ended(waiting), other.ended(sent), time.monotonic() - began))
        out["not ready after"] = seconds_until(lambda: not ready(cut), began)
        out["told after"], out["told"], _ = first.result()
        out["then after"], out["then"], out["problem"] = asked(cut)
        out["meanwhile"], out["other ready"] = asked(other)[1], ready(other)
        *jobs, out["others write after"] = stored.result()
    out["jobs"] = [job["state"] for job in jobs]
    plug(1)
    out["ready again after"] = seconds_until(lambda: ready(cut), time.monotonic())
    out["holder"], out["found"] = holder.go_on(), [number for number in range(4) if cut.finds(number)]
    out["holder later"] = holder.go_on()
    out["found later"] = [[number for number in range(4) if one.finds(number)] for one in (cut, other)]
    with Archive(url) as archive:
        archive.view()
        out["wrong"] = [problem.what for problem in verify(archive)]
    return out


def main() -> None:
    folder = Path(sys.argv[1])
    with ExitStack() as stack:
        url = stack.enter_context(database())
        with closing(key_file(url)) as keys:
            token, _ = keys.add("admin")
        inside = [stack.enter_context(island(number)) for number in (1, 2)]

        def started(number: int) -> Host:
            command, address = [*inside[number - 1], *PYTHON], f"10.78.{number}.2"
            return stack.enter_context(host(command, url, folder / f"h{number}", "--host", address, token=token))

        with ThreadPoolExecutor(2) as pool:
            cut, other = pool.map(started, (1, 2))
        cut.ended(cut.send(1))
        holder = Holder([*inside[0], "env", f"ZITAT_CACHE={folder / 'h1'}", *PYTHON, "-c", HOLDER, url])
        stack.callback(holder.process.kill)
        print(json.dumps(drill(url, cut, other, holder)))


if __name__ == "__main__":
    main()

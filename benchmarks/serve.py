"""The service under load: many clients for some time, next to the same questions asked in one process without it.

    python benchmarks/serve.py ARCHIVE [--route ask] [--stream] [--clients 50] [--seconds 120] [--workers N]
    python benchmarks/serve.py ARCHIVE --route ask --clients 1,4,16,64 --workers 1,2 --seconds 20

The questions are headlines of the archive's own articles, each client's in another order, and no two alike: a number is
put after each, so that nothing comes from the cache. Errors are all answers but 200, events that tell of one, and
connections that broke. The in-process figure is the same work by as many threads as there are cores in one process,
without HTTP or JSON. `--stream` asks for events, and counts the time to the first sentence, too.

The memory of a worker is its PSS, in which a page that several processes map counts for each with its share: of files
that the workers share, such as the vectors, each holds a part. What the clients take of the processor is taken from the
service.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from retrieval import Answerer, Searcher, open_archive

WAIT = 60.0  # seconds
COUNT = 10  # passages
ROUTES = {"search": "/v1/search", "ask": "/v1/ask"}
EVENTS = {"Accept": "text/event-stream"}
MEMORY = ("Rss", "Pss", "Pss_Anon", "Pss_File")


class Asked(NamedTuple):
    """How one question went: `error` is empty where it went well, `first` is when the first sentence came, if any."""

    error: str = ""
    first: float | None = None


Asking = Callable[[str], Asked]


class Running(NamedTuple):
    """A service, and the processes that answer."""

    address: str
    workers: list[int]


def questions_of(titles: list[str], client: int) -> Iterator[str]:
    """Endless questions, no two alike."""
    order = random.Random(client)
    for number in itertools.count():
        yield f"{order.choice(titles)[:200]} {client}.{number}"


class Tally:
    """Milliseconds of what went well (`firsts`: to the first sentence), and how often what went wrong."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.times: list[float] = []
        self.firsts: list[float] = []
        self.errors: Counter[str] = Counter()

    def count(self, started: float, asked: Asked) -> None:
        """One more question."""
        if asked.error:
            self.errors[asked.error] += 1
            return
        self.times.append(1000 * (time.perf_counter() - started))
        if asked.first:
            self.firsts.append(1000 * (asked.first - started))

    def __str__(self) -> str:
        errors = ", ".join(f"{what} {times}" for what, times in self.errors.items()) or "none"
        first = f"; first sentence {_shares(self.firsts)}" if self.firsts else ""
        rate = len(self.times) / self.seconds
        return f"{len(self.times)} answers, {rate:.1f} a second, errors: {errors}; {_shares(self.times)}{first}"


def _shares(times: Sequence[float]) -> str:
    if len(times) < 2:
        return "too few to tell"
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, max {max(times):.0f} ms"


def loaded(seconds: float, count: int, ask: Callable[[], Asking], titles: list[str]) -> Tally:
    """So many threads that ask for so long; `ask` makes each one's way of asking."""
    tally, end = Tally(seconds), time.perf_counter() + seconds

    def client(number: int) -> None:
        asking = ask()
        for question in questions_of(titles, number):
            if (started := time.perf_counter()) >= end:
                return
            tally.count(started, asking(question))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def over_http(address: str, path: str, stream: bool) -> Callable[[], Asking]:
    """Each client with a connection of its own."""

    def ask() -> Asking:
        client = httpx.Client(base_url=address, timeout=WAIT)

        def asking(question: str) -> Asked:
            body = {"question": question, "count": COUNT}
            try:
                if stream:
                    return _streamed(client, path, body)
                status = client.post(path, json=body).status_code
            except httpx.TransportError as error:
                return Asked(type(error).__name__)
            return Asked("" if status == 200 else str(status))

        return asking

    return ask


def _streamed(client: httpx.Client, path: str, body: dict[str, object]) -> Asked:
    """Ask for events, and read them to the end."""
    first, last = None, ""
    with client.stream("POST", path, json=body, headers=EVENTS) as response:
        if response.status_code != 200:
            return Asked(str(response.status_code))
        for line in response.iter_lines():
            if line.startswith("event: "):
                last = line.removeprefix("event: ")
            if last == "sentence" and first is None:
                first = time.perf_counter()
    return Asked("" if last == "done" else f"ended with {last or 'nothing'}", first)


def in_process(searcher: Searcher, route: str) -> Callable[[], Asking]:
    """The same work without a service."""
    answerer = Answerer(searcher)

    def asking(question: str) -> Asked:
        if route == "ask":
            answerer.ask(question)
        else:
            searcher.search(question)
        return Asked()

    return lambda: asking


@contextmanager
def service(archive: Path, workers: int) -> Iterator[Running]:
    """`zitat serve` without limits on how often one may ask; its log goes to serve.log."""
    command = [sys.executable, "-m", "api.cli", "serve", "--archive", str(archive), "--port", "0"]
    command += ["--workers", str(workers), "--requests-per-minute", "0"]
    started = time.perf_counter()
    with open("serve.log", "w+") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            text = ""
            while text.count('"ready"') < workers:
                if process.poll() is not None or time.perf_counter() - started > WAIT:
                    raise SystemExit("the service did not become ready: see serve.log")
                time.sleep(0.05)
                text = Path(log.name).read_text()
            print(f"{workers} workers ready after {time.perf_counter() - started:.1f} s", flush=True)
            lines = [json.loads(line) for line in text.splitlines() if '"ready"' in line]
            yield Running(re.findall(r"running on (http://[^ ]+)", text)[0], [line["pid"] for line in lines])
        finally:
            process.terminate()


def memory(process: int) -> str:
    """What a process holds, in MB; of what it shares, PSS counts its part."""
    rows = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    held = {name: int(said.split()[0]) for name, said in (row.split(":") for row in rows)}
    return ", ".join(f"{name} {held[name] / 1024:.0f} MB" for name in MEMORY)


def main() -> None:
    """Serve and load, then do the same in-process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--route", choices=ROUTES, default="search")
    parser.add_argument("--stream", action="store_true", help="ask for events, with --route ask")
    parser.add_argument("--clients", type=_numbers, default=[50], metavar="N,…")
    parser.add_argument("--workers", type=_numbers, default=[os.cpu_count() or 1], metavar="N,…")
    parser.add_argument("--seconds", type=float, default=120)
    args = parser.parse_args()
    if args.stream and args.route != "ask":
        parser.error("only answers are streamed: give --route ask")
    with open_archive(args.archive) as searcher:
        titles = [s.article.title for s in searcher.archive.store.each_article() if s.article.title][::7]
        for workers in args.workers:
            with service(args.archive, workers) as running:
                for clients in args.clients:
                    ask = over_http(running.address, ROUTES[args.route], args.stream)
                    tally = loaded(args.seconds, clients, ask, titles)
                    print(f"{args.route}, {workers} workers, {clients} clients: {tally}", flush=True)
                for process in running.workers:
                    print(f"a worker: {memory(process)}", flush=True)
        threads = os.cpu_count() or 1
        tally = loaded(args.seconds, threads, in_process(searcher, args.route), titles)
        print(f"in-process, {threads} threads: {tally}")


def _numbers(listed: str) -> list[int]:
    return [int(number) for number in listed.split(",")]


if __name__ == "__main__":
    main()

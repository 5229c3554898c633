"""The service under load: many clients for some time, next to the same questions asked in one process without it.

    python -m benchmarks.serve ARCHIVE [--route ask] [--json FILE]
    python -m benchmarks.serve ARCHIVE --route ask --clients 50 --workers 2 --seconds 120 [--stream]

Without --clients and --workers it draws the whole curve: 1, 2, 4, ... 64 clients, of one worker and of two. It prints
one Markdown table; --json writes the same with every figure, a row a point, ready to be plotted.

The questions are headlines of the archive's own articles, each client's in another order, and no two alike: a number is
put after each, so that nothing comes from the cache. Errors are all answers but 200, events that tell of one, and
connections that broke. The in-process figure is the same work by as many threads as there are cores in one process,
without HTTP or JSON. `--stream` asks for events, and counts the time to the first sentence, too.

The memory of a worker, in MB, is told three ways (benchmarks/worker_memory.py), and how much of it are the archive's
own files, and a worker's share of those: what workers map together is there once. What the clients take of the
processor is taken from the service.
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
from tempfile import NamedTemporaryFile
from typing import Any, NamedTuple

import httpx

from benchmarks.worker_memory import Held, held_by
from retrieval import Answerer, Searcher, open_archive

WAIT = 60.0  # seconds
CURVE, WORKERS = [1, 2, 4, 8, 16, 32, 64], [1, 2]
RUNS = itertools.count()
ROUTES = {"search": "/v1/search", "ask": "/v1/ask"}
EVENTS = {"Accept": "text/event-stream"}
COLUMNS = (
    "workers",
    "clients",
    "a second",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "errors",
    "RSS",
    "PSS",
    "USS",
    "files",
    "share",
)


class Asked(NamedTuple):
    """How one question went: `error` is empty where it went well, `first` is when the first sentence came, if any."""

    error: str = ""
    first: float | None = None


Asking = Callable[[str], Asked]


class Running(NamedTuple):
    """A service, and the processes that answer."""

    address: str
    workers: list[int]


def questions_of(titles: list[str], run: int, client: int) -> Iterator[str]:
    """Endless questions, no two alike in all runs: what an earlier run asked would come from the service's cache."""
    order = random.Random(f"{run}.{client}")
    for number in itertools.count():
        yield f"{order.choice(titles)[:200]} {run}.{client}.{number}"


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

    def figures(self) -> dict[str, Any]:
        """Throughput, times in milliseconds, and what went wrong."""
        found: dict[str, Any] = {"answers": len(self.times), "per_second": round(len(self.times) / self.seconds, 2)}
        found |= {"errors": dict(self.errors), "ms": _shares(self.times)}
        return found | ({"first_sentence_ms": _shares(self.firsts)} if self.firsts else {})


def _shares(times: Sequence[float]) -> dict[str, float]:
    """Percentiles and the largest; empty where there are too few to tell."""
    if len(times) < 2:
        return {}
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {
        "p50": round(cuts[49], 1),
        "p95": round(cuts[94], 1),
        "p99": round(cuts[98], 1),
        "max": round(max(times), 1),
    }


def loaded(seconds: float, count: int, ask: Callable[[], Asking], titles: list[str]) -> Tally:
    """So many threads that ask for so long; `ask` makes each one's way of asking."""
    tally, end, run = Tally(seconds), time.perf_counter() + seconds, next(RUNS)

    def client(number: int) -> None:
        asking = ask()
        for question in questions_of(titles, run, number):
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
            body = {"question": question}
            try:
                if stream:
                    return _streamed(client, path, body)
                status = client.post(path, json=body).status_code
            except httpx.TransportError as error:
                return Asked(type(error).__name__)
            return Asked("" if status == 200 else str(status))

        return asking

    return ask


def _streamed(client: httpx.Client, path: str, body: dict[str, str]) -> Asked:
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
    """`zitat serve` without limits on how often one may ask."""
    command = [sys.executable, "-m", "api.cli", "serve", "--archive", str(archive), "--port", "0"]
    command += ["--workers", str(workers), "--requests-per-minute", "0"]
    end = time.perf_counter() + WAIT
    with NamedTemporaryFile("w") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            text = ""
            while text.count('"ready"') < workers:
                if process.poll() is not None or time.perf_counter() > end:
                    raise SystemExit(f"the service did not become ready: {text[-2_000:]}")
                time.sleep(0.05)
                text = Path(log.name).read_text()
            lines = [json.loads(line) for line in text.splitlines() if '"ready"' in line]
            yield Running(re.findall(r"running on (http://[^ ]+)", text)[0], [line["pid"] for line in lines])
        finally:
            process.terminate()


def measured(running: Running, args: argparse.Namespace, clients: int, titles: list[str]) -> dict[str, Any]:
    """One point of the curve: so many clients, and what the workers hold right after them."""
    ask = over_http(running.address, ROUTES[args.route], args.stream)
    tally = loaded(args.seconds, clients, ask, titles)
    held = [held_by(process, args.archive)._asdict() for process in running.workers]
    return {"workers": len(running.workers), "clients": clients} | tally.figures() | {"memory_mb": held}


def row(point: dict[str, Any]) -> str:
    """A point as a row of the table; of the memory, that of the mean worker."""
    held = point.get("memory_mb", [])
    means = [statistics.mean(one[name] for one in held) if held else None for name in Held._fields]
    errors = ", ".join(f"{what} {times}" for what, times in point["errors"].items()) or "0"
    times = [point["ms"].get(name) for name in ("p50", "p95", "p99")]
    shown = ["–" if one is None else f"{one:.0f}" for one in (*times, *means)]
    cells = [str(point["workers"]), str(point["clients"]), f"{point['per_second']:.1f}", *shown[:3], errors, *shown[3:]]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Serve and load, then do the same in-process."""
    args = _arguments()
    points = []
    with open_archive(args.archive) as searcher:
        titles = [s.article.title for s in searcher.archive.store.each_article() if s.article.title][::7]
        print(f"| {' | '.join(COLUMNS)} |\n|{' --: |' * len(COLUMNS)}", flush=True)
        for workers in args.workers:
            with service(args.archive, workers) as running:
                for clients in args.clients:
                    points.append(measured(running, args, clients, titles))
                    print(row(points[-1]), flush=True)
        threads = os.cpu_count() or 1
        tally = loaded(args.seconds, threads, in_process(searcher, args.route), titles)
    points.append({"workers": "in process", "clients": f"{threads} threads"} | tally.figures())
    print(row(points[-1]), flush=True)
    if args.json:
        about = {"archive": args.archive.name, "route": args.route, "seconds": args.seconds, "cores": threads}
        args.json.write_text(json.dumps(about | {"points": points}, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--route", choices=ROUTES, default="search")
    parser.add_argument("--stream", action="store_true", help="ask for events, with --route ask")
    parser.add_argument("--clients", type=_numbers, default=CURVE, metavar="N,…")
    parser.add_argument("--workers", type=_numbers, default=WORKERS, metavar="N,…")
    parser.add_argument("--seconds", type=float, default=30, help="of each point (default 30)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure, too")
    args = parser.parse_args()
    if args.stream and args.route != "ask":
        parser.error("only answers are streamed: give --route ask")
    return args


def _numbers(listed: str) -> list[int]:
    return [int(number) for number in listed.split(",")]


if __name__ == "__main__":
    main()

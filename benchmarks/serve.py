"""The service under load: many clients for some time, next to the same questions searched for in-process.

    python benchmarks/serve.py ARCHIVE [--clients 50] [--seconds 120] [--workers N] [--path /v1/ask]

The questions are headlines of the archive's own articles, each client's in another order, and no two alike: a number is
put after each, so that nothing comes from the cache. Errors are all answers but 200, and connections that broke. The
in-process figure is the same work by as many threads as there are cores in one process, without HTTP or JSON.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from retrieval import Answerer, Searcher, open_archive

WAIT = 60.0  # seconds
COUNT = 10  # passages


def questions_of(titles: list[str], client: int) -> Iterator[str]:
    """Endless questions, no two alike."""
    order = random.Random(client)
    for number in itertools.count():
        yield f"{order.choice(titles)[:200]} {client}.{number}"


class Tally:
    """Milliseconds of what went well, and how often what went wrong."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.errors: Counter[str] = Counter()

    def told(self, name: str, seconds: float) -> None:
        """Print the figures."""
        errors = ", ".join(f"{what} {times}" for what, times in self.errors.items()) or "none"
        if len(self.times) < 2:
            print(f"{name}: {len(self.times)} answers, errors: {errors}")
            return
        cuts = statistics.quantiles(self.times, n=100, method="inclusive")
        shown = f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms, p99 {cuts[98]:.0f} ms, max {max(self.times):.0f} ms"
        rate = len(self.times) / seconds
        print(f"{name}: {len(self.times)} answers, errors: {errors}; {shown}; {rate:.1f} a second", flush=True)


def loaded(seconds: float, count: int, ask: Callable[[int], Callable[[str], str]], titles: list[str]) -> Tally:
    """So many threads that ask for so long; `ask` makes each one's way of asking, which returns an error or ""."""
    tally, end = Tally(), time.perf_counter() + seconds

    def client(number: int) -> None:
        asking = ask(number)
        for question in questions_of(titles, number):
            if (started := time.perf_counter()) >= end:
                return
            if error := asking(question):
                tally.errors[error] += 1
            else:
                tally.times.append(1000 * (time.perf_counter() - started))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tally


def over_http(address: str, path: str) -> Callable[[int], Callable[[str], str]]:
    """Each client with a connection of its own."""

    def ask(_: int) -> Callable[[str], str]:
        client = httpx.Client(base_url=address, timeout=WAIT)

        def asking(question: str) -> str:
            try:
                status = client.post(path, json={"question": question, "count": COUNT}).status_code
            except httpx.TransportError as error:
                return type(error).__name__
            return "" if status == 200 else str(status)

        return asking

    return ask


def in_process(searcher: Searcher, path: str) -> Callable[[int], Callable[[str], str]]:
    """The same work without a service."""
    answerer = Answerer(searcher)

    def asking(question: str) -> str:
        if path == "/v1/ask":
            answerer.ask(question)
        else:
            searcher.search(question)
        return ""

    return lambda _: asking


@contextmanager
def service(archive: Path, workers: int) -> Iterator[str]:
    """The address of `zitat serve` without limits on how often one may ask; its log goes to serve.log."""
    command = [sys.executable, "-m", "api.cli", "serve", "--archive", str(archive), "--port", "0"]
    command += ["--workers", str(workers), "--requests-per-minute", "0"]
    started = time.perf_counter()
    with open("serve.log", "w+") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            address, text = "", ""
            while text.count('"ready"') < workers:
                if process.poll() is not None or time.perf_counter() - started > WAIT:
                    raise SystemExit("the service did not become ready: see serve.log")
                time.sleep(0.05)
                text = Path(log.name).read_text()
            address = re.findall(r"running on (http://[^ ]+)", text)[0]
            print(f"ready after {time.perf_counter() - started:.1f} s")
            yield address
        finally:
            process.terminate()


def main() -> None:
    """Serve and load, then do the same in-process."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--path", choices=["/v1/search", "/v1/ask"], default="/v1/search")
    args = parser.parse_args()
    with open_archive(args.archive) as searcher:
        titles = [s.article.title for s in searcher.archive.store.each_article() if s.article.title][::7]
        with service(args.archive, args.workers) as address:
            name = f"{args.path}, {args.clients} clients, {args.workers} workers"
            loaded(args.seconds, args.clients, over_http(address, args.path), titles).told(name, args.seconds)
        threads = os.cpu_count() or 1
        tally = loaded(args.seconds, threads, in_process(searcher, args.path), titles)
        tally.told(f"in-process, {threads} threads", args.seconds)


if __name__ == "__main__":
    main()

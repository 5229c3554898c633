"""Opening and searching an archive: time to open, latency with and without filters, memory, and the command line.

    python benchmarks/search.py ARCHIVE [--questions 300]

The questions are headlines of the archive's own articles, spread evenly, each asked once: nothing is served from a
cache. Every figure includes the question's embedding and the reranking.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from collections import Counter
from datetime import date

import psutil

from retrieval import Searcher, SearchOptions, open_archive


def headlines(searcher: Searcher, count: int) -> list[str]:
    """Titles of articles spread evenly over the archive."""
    titles = [stored.article.title for stored in searcher.archive.store.each_article() if stored.article.title]
    return titles[:: max(len(titles) // count, 1)][:count]


def latencies(searcher: Searcher, questions: list[str], options: SearchOptions) -> list[float]:
    """Milliseconds of each search."""
    out = []
    for question in questions:
        started = time.perf_counter()
        searcher.search(question, options)
        out.append(1000 * (time.perf_counter() - started))
    return out


def told(name: str, times: list[float]) -> None:
    """Print p50, p95 and the largest."""
    cuts = statistics.quantiles(times, n=100)
    print(f"{name}: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, max {max(times):.1f} ms", flush=True)


def main() -> None:
    """Open, search, and start the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive")
    parser.add_argument("--questions", type=int, default=300)
    args = parser.parse_args()
    with open_archive(args.archive) as first:
        questions = headlines(first, args.questions)
        languages = Counter(first.archive.store.languages_by_id().values())
        [(language, _)] = languages.most_common(1)
        print({k: v for k, v in first.archive.store.counts().items() if k in ("articles", "chunks")})
        encoder = first.encoder
    started = time.perf_counter()
    searcher = Searcher(args.archive, encoder)
    print(f"open (without loading the model): {1000 * (time.perf_counter() - started):.0f} ms")
    latencies(searcher, questions[:20], SearchOptions())
    told("search", latencies(searcher, questions, SearchOptions()))
    told(f"search, language {language}", latencies(searcher, questions, SearchOptions(languages=(language,))))
    period = SearchOptions(after=date(2019, 1, 1), before=date(2021, 12, 31))
    told("search, three years", latencies(searcher, questions, period))
    memory = psutil.Process().memory_full_info()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"memory: {memory.uss / 1e6:.0f} MB of its own, {memory.rss / 1e6:.0f} MB with mapped files, peak {peak:.0f} MB"
    )
    command = [sys.executable, "-m", "api.cli", "search", questions[0], "--archive", str(args.archive)]
    times = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        times.append(time.perf_counter() - started)
    print(f"`zitat search` from the shell: median {statistics.median(times):.2f} s, max {max(times):.2f} s")


if __name__ == "__main__":
    main()

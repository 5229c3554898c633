"""Putting every query of a test set to a ranker, and taking the time of searches as a reader makes them.

A ranking for measures is deep and shows nothing; a reader is shown ten passages. So time is taken apart: of searches
for one page, for queries spread over the set, one at a time for the latency, and `threads` at once for the throughput.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tqdm import tqdm

from eval.arguments import DEPTH, TIMED
from eval.grouping import judged_in
from eval.rankers import Ranker
from eval.runs import Ranking, Run
from eval.sets import Query, TestSet
from index.errors import BadInput, ZitatError

WARM_UP = 3  # queries asked before the clock runs: the first loads what others find loaded
GIVE_UP = 20  # queries that fail before any succeeds: then something is wrong with more than a query


def ask_all(
    ranker: Ranker,
    test_set: TestSet,
    *,
    pool: str | None = None,
    depth: int = DEPTH,
    threads: int = 1,
    timed: int = TIMED,
    progress: bool = True,
) -> Run:
    """One run: each query against the whole archive, or against the articles in the language `pool`.

    A query that fails has no ranking, and why is kept with the run; raises BadInput where all fail. Time is taken of
    `timed` searches.
    """
    languages = (pool,) if pool else ()
    left_out = test_set.left_out or {}

    def one(query: Query) -> Ranking | ZitatError:
        try:
            return ranker.rank(query, languages, depth + len(left_out.get(query.id, ())))
        except ZitatError as error:
            return error

    title = f"{test_set.name}, {ranker.name}" + (f", {pool} articles" if pool else "")
    with ThreadPoolExecutor(threads) as workers:
        found = _watched(workers, one, test_set.queries, title, ranker.name, progress)
    ids = [query.id for query in test_set.queries]
    rankings = {query: {} if isinstance(got, ZitatError) else got for query, got in zip(ids, found, strict=True)}
    failed = {query: str(got) for query, got in zip(ids, found, strict=True) if isinstance(got, ZitatError)}
    _tell(failed, len(ids), ranker.name)
    chosen = _spread([query for query in test_set.queries if query.id not in failed], timed)
    seconds, rate = _times(ranker, chosen, languages, threads)
    return Run(ranker.name, rankings, seconds, pool, rate, failed)


def ask_by_pool(
    ranker: Ranker,
    test_set: TestSet,
    pools: Sequence[str],
    *,
    depth: int = DEPTH,
    threads: int = 1,
    timed: int = TIMED,
    progress: bool = True,
) -> list[Run]:
    """A run for each language of articles; the searches whose time is taken are shared out among them.

    A query is not asked where no article of the language was judged for it: nothing could come of that.
    """
    each = -(-timed // max(1, len(pools)))
    how = {"depth": depth, "threads": threads, "timed": each}
    return [ask_all(ranker, _judged_in(test_set, pool), pool=pool, progress=progress, **how) for pool in pools]


def _judged_in(test_set: TestSet, pool: str) -> TestSet:
    judged = judged_in(test_set, pool)
    return test_set.with_queries(query for query in test_set.queries if judged[query.id])


def _watched(
    workers: ThreadPoolExecutor,
    one: Callable[[Query], Ranking | ZitatError],
    queries: Sequence[Query],
    title: str,
    name: str,
    progress: bool,
) -> list[Ranking | ZitatError]:
    """What `one` gives for each query, with a bar; gives up where the first ones all fail."""
    out: list[Ranking | ZitatError] = []
    answered = False
    hidden = None if progress else True  # None: where no terminal is
    for got in tqdm(workers.map(one, queries), title, len(queries), disable=hidden, unit=" questions"):
        out.append(got)
        answered = answered or not isinstance(got, ZitatError)
        if not answered and len(out) == min(GIVE_UP, len(queries)):
            workers.shutdown(cancel_futures=True)
            raise BadInput(f"{name} failed for the first {len(out)} queries: {out[0]}", "mend that first")
    return out


def _tell(failed: dict[str, str], queries: int, name: str) -> None:
    if failed:
        first, why = next(iter(failed.items()))
        print(f"{name}: {len(failed)} of {queries} queries failed and count 0; {first}: {why}", file=sys.stderr)


def _spread(queries: Sequence[Query], wanted: int) -> list[Query]:
    """So many of them, evenly."""
    step = max(len(queries) / max(wanted, 1), 1.0)
    return [queries[int(i * step)] for i in range(min(wanted, len(queries)))]


def _times(
    ranker: Ranker, queries: Sequence[Query], languages: tuple[str, ...], threads: int
) -> tuple[dict[str, float], float | None]:
    """Seconds of each search, one at a time; and searches a second by all threads together."""

    def shown(query: Query) -> float | None:
        started = time.perf_counter()
        try:
            ranker.show(query, languages)
        except ZitatError:
            return None  # a service may refuse now and then: what takes no time is no search
        return time.perf_counter() - started

    for query in queries[:WARM_UP]:
        shown(query)
    alone = dict(_taken(queries, map(shown, queries)))
    if threads == 1 or not alone:
        return alone, len(alone) / sum(alone.values()) if alone else None
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as workers:
        together = dict(_taken(queries, workers.map(shown, queries)))
    return alone, len(together) / (time.perf_counter() - started)


def _taken(queries: Iterable[Query], seconds: Iterable[float | None]) -> Iterator[tuple[str, float]]:
    return ((query.id, taken) for query, taken in zip(queries, seconds, strict=True) if taken is not None)

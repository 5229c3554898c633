"""Putting every query of a test set to a ranker, in time that is measured."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tqdm import tqdm

from eval.arguments import DEPTH
from eval.rankers import Ranker
from eval.runs import Ranking, Run
from eval.sets import Query, TestSet

WARM_UP = 3  # queries asked before the clock runs: the first loads what others find loaded


def ask_all(
    ranker: Ranker,
    test_set: TestSet,
    *,
    pool: str | None = None,
    depth: int = DEPTH,
    threads: int = 1,
    progress: bool = True,
) -> Run:
    """One run: each query against the whole archive, or against the articles in the language `pool`.

    With more than one thread queries wait for each other, so that their seconds are those of a busy service.
    """
    languages = (pool,) if pool else ()

    def one(query: Query) -> tuple[Ranking, float]:
        started = time.perf_counter()
        return ranker.rank(query, languages, depth), time.perf_counter() - started

    for query in test_set.queries[:WARM_UP]:
        one(query)
    title = f"{test_set.name}, {ranker.name}" + (f", {pool} articles" if pool else "")
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as workers:
        found = list(
            tqdm(
                workers.map(one, test_set.queries),
                title,
                len(test_set.queries),
                disable=None if progress else True,
                unit=" questions",
            )
        )
    rate = len(found) / max(time.perf_counter() - started, 1e-9)
    ids = [query.id for query in test_set.queries]
    return Run(
        ranker.name,
        {query: ranking for query, (ranking, _) in zip(ids, found, strict=True)},
        {query: seconds for query, (_, seconds) in zip(ids, found, strict=True)},
        pool,
        threads,
        rate,
    )


def ask_by_pool(
    ranker: Ranker,
    test_set: TestSet,
    pools: Sequence[str],
    *,
    depth: int = DEPTH,
    threads: int = 1,
    progress: bool = True,
) -> list[Run]:
    """A run for each language of articles."""
    return [ask_all(ranker, test_set, pool=pool, depth=depth, threads=threads, progress=progress) for pool in pools]

"""Quality: every entrant's rankings of a test set, made and measured by the project's own harness (docs/evaluating.md).

The pairs ask each question of the passages in each language by themselves, the pool asks it of all together, where its
paragraph is right in every language. Zitat is the harness's own ranker; a peer is asked through its process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.measuring import Setting, ingest_all
from benchmarks.peers.process import Entrant, PeerFailed, Process
from eval.asking import ask_all, ask_by_pool
from eval.comparing import compare_all
from eval.grouping import OTHER, SAME
from eval.measuring import Evaluation, evaluate, evaluate_pools
from eval.rankers import Ranker, RankingFailed
from eval.resampling import Interval
from eval.runs import Ranking, write_trec_runs
from eval.sets import Query, TestSet

DEPTH = 100
PAIRS, POOL = "nDCG@10", "AP"


@dataclass(frozen=True)
class Measured:
    """One ranker's evaluations: a search of each language by itself, and one of all together."""

    pairs: Evaluation
    pool: Evaluation


@dataclass(frozen=True)
class Figure:
    """A mean, and what the first ranker's is above it, with the difference's 95 % interval."""

    mean: float
    behind: float = 0.0
    interval: Interval | None = None


class PeerRanker:
    """A peer's process as the harness asks it; an article is as good as its best passage."""

    def __init__(self, name: str, process: Process, numbers: Mapping[str, int]) -> None:
        self.name = name
        self._process, self._numbers = process, numbers

    def rank(self, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
        """The articles of the passages it finds: twice as many passages as articles, as an article may have several."""
        language = languages[0] if languages else None
        told = {"questions": [self._numbers[query.text]], "count": 2 * depth, "language": language}
        try:
            [hits] = self._process.tell("search", **told)["hits"]
        except PeerFailed as error:
            raise RankingFailed(str(error)) from error
        out: Ranking = {}
        for passage, score in hits:
            out.setdefault(passage.rpartition("#")[0], score)
        return dict(list(out.items())[:depth])

    def show(self, query: Query, languages: tuple[str, ...]) -> None:
        """Time is taken elsewhere."""

    def close(self) -> None:
        """The process is ended by whoever started it."""


def of_peers(entrants: Sequence[Entrant], setting: Setting, test_set: TestSet, label: str) -> Iterator[Ranker]:
    """A ranker for each entrant, once it has ingested the set."""
    ingest_all(entrants, setting)
    numbers = {query.text: number for number, query in enumerate(test_set.queries)}
    for entrant in entrants:
        with setting.process(entrant) as process:
            process.tell("open", index=str(setting.index(entrant).resolve()), **setting.told)
            yield PeerRanker(f"{entrant.name}, {label}", process, numbers)


def measured(ranker: Ranker, test_set: TestSet, runs: Path) -> Measured:
    """Ask everything, and keep the rankings as TREC runs."""
    pairs = ask_by_pool(ranker, test_set, test_set.pools, depth=DEPTH, timed=0)
    pool = ask_all(ranker, test_set, depth=DEPTH, timed=0)
    write_trec_runs([*pairs, pool], test_set, runs)
    return Measured(evaluate_pools(test_set, pairs, [PAIRS]), evaluate(test_set, pool, [POOL]))


def beside_the_first(test_set: TestSet, found: Sequence[Measured]) -> dict[str, dict[str, Figure]]:
    """By ranker: nDCG@10 in the question's language and in others, and AP of the pool, compared with the first's."""
    first, *others = found
    out = {first.pairs.name: {name: Figure(mean) for name, mean in _means(first).items()}}
    pairs = compare_all(test_set, [(first.pairs, one.pairs) for one in others])
    pools = compare_all(test_set, [(first.pool, one.pool) for one in others])
    for one, *compared in zip(others, pairs, pools, strict=True):
        differences = {name: found for side in compared for name, found in side.differences.items()}
        out[one.pairs.name] = {
            name: Figure(mean, differences[name].mean, differences[name].interval) for name, mean in _means(one).items()
        }
    return out


def _means(one: Measured) -> dict[str, float]:
    return {f"{group}, {PAIRS}": one.pairs.groups[group][PAIRS] for group in (SAME, OTHER)} | {
        POOL: one.pool.measures[POOL]
    }

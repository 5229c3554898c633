"""Speed: what each entrant takes to ingest, open and answer, and what it then holds in memory and on disk.

The entrants answer in rounds, each time in another order, so that what else the machine does falls on all of them.
"""

from __future__ import annotations

import random
import shutil
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.peers.process import Entrant, Process, size_of
from benchmarks.peers.worker import WARM_UP


@dataclass(frozen=True)
class Times:
    """Milliseconds of searches, and those in which a processor worked for them."""

    p50: float
    p95: float
    busy: float
    searches: int


@dataclass(frozen=True)
class Ingested:
    """Seconds to take `passages` in, those of them in which a processor worked, and megabytes."""

    passages: int
    seconds: float
    busy: float
    memory: float
    disk: float


@dataclass(frozen=True)
class Speed:
    """One entrant's figures; `memory` is that of the process after the searches."""

    ingested: Ingested
    opened: float
    memory: float
    times: Times


@dataclass(frozen=True)
class Setting:
    """What is the same for all entrants of one comparison.

    `model` is the checkpoint that they embed with, None where vectors are given; `count` is how many passages a search
    returns; `environment` is what their processes find in theirs.
    """

    data: Path
    work: Path
    model: Path | None
    environment: Mapping[str, str]
    questions: int = 300
    rounds: int = 10
    count: int = 10

    @property
    def told(self) -> dict[str, str | None]:
        """What every command is told."""
        return {"data": str(self.data.resolve()), "model": str(self.model.resolve()) if self.model else None}

    def index(self, entrant: Entrant) -> Path:
        """Where an entrant keeps what it ingests."""
        kind = "own" if self.model else "given"
        return self.work / "indexes" / f"{self.data.name}-{kind}" / (entrant.reads or entrant.name)

    def process(self, entrant: Entrant) -> Process:
        """A new process of an entrant."""
        return Process(entrant, self.work / f"{entrant.name}.log", dict(self.environment))


def ingest_all(entrants: Sequence[Entrant], setting: Setting) -> dict[str, Ingested]:
    """Each in a process of its own, one after another; of those that read another's index that one's figures."""
    out: dict[str, Ingested] = {}
    for entrant in entrants:
        if entrant.reads:
            out[entrant.name] = out[entrant.reads]
            continue
        index = setting.index(entrant)
        shutil.rmtree(index, ignore_errors=True)  # an earlier run's
        with setting.process(entrant) as process:
            answer = process.tell("ingest", index=str(index.resolve()), **setting.told)
            memory = process.memory()
        times = {name: answer[name] for name in ("passages", "seconds", "busy")}
        out[entrant.name] = Ingested(**times, memory=memory, disk=size_of(index))
        print(f"{entrant.name}: {out[entrant.name]}", flush=True)
    return out


def search_all(
    entrants: Sequence[Entrant], setting: Setting, ingested: Mapping[str, Ingested], seed: int = 0
) -> dict[str, Speed]:
    """All of them open at once, and asked in rounds."""
    with ExitStack() as stack:
        processes = {one.name: stack.enter_context(setting.process(one)) for one in entrants}
        opened = {
            one.name: processes[one.name].tell("open", index=str(setting.index(one).resolve()), **setting.told)
            for one in entrants
        }
        taken: dict[str, list[dict[str, float]]] = {name: [] for name in processes}
        for process in processes.values():
            process.tell("search", questions=list(range(min(WARM_UP, setting.questions))), count=setting.count)
        for order, questions in rounds(list(processes), setting.questions, setting.rounds, seed):
            for name in order:
                answer = processes[name].tell("search", questions=questions, count=setting.count)
                taken[name] += answer["times"]
        memory = {name: process.memory() for name, process in processes.items()}
    return {
        name: Speed(ingested[name], opened[name]["seconds"], memory[name], times_of(taken[name])) for name in processes
    }


def rounds(names: Sequence[str], questions: int, count: int, seed: int) -> Iterator[tuple[list[str], list[int]]]:
    """For each round an order of the names and the questions asked in it; together each question once."""
    chance = random.Random(seed)
    numbers = list(range(questions))
    chance.shuffle(numbers)
    for number in range(count):
        order = list(names)
        chance.shuffle(order)
        if own := numbers[number::count]:
            yield order, own


def times_of(taken: Sequence[Mapping[str, float]]) -> Times:
    """Percentiles of the time that passed, and the mean of the time that was worked."""
    if len(taken) < 2:
        raise ValueError(f"{len(taken)} searches were timed, percentiles need 2 or more")
    cuts = statistics.quantiles([1000 * one["seconds"] for one in taken], n=20, method="inclusive")
    busy = statistics.fmean(1000 * one["busy"] for one in taken)
    return Times(p50=cuts[9], p95=cuts[18], busy=busy, searches=len(taken))


def as_rows(speeds: Mapping[str, Speed]) -> dict[str, Any]:
    """For JSON."""
    return {name: asdict(speed) for name, speed in speeds.items()}

"""The tables of the comparison, in Markdown; every ratio is to Zitat's figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.peers.measuring import Speed
from benchmarks.peers.quality import Figure

SPEED = (
    "",
    "ingest s (of it busy)",
    "passages a second",
    "× Zitat",
    "open s",
    "search ms p50",
    "p95",
    "busy ms",
    "p50, × Zitat",
    "MB memory",
    "MB disk",
)


def speed_table(speeds: Mapping[str, Speed], first: str) -> str:
    """A row for each entrant; ratios above 1 say that it is faster at ingest, and slower at search, than the first."""
    zitat = speeds[first]
    return table(SPEED, (_speed_row(name, speed, zitat) for name, speed in speeds.items()))


def _speed_row(name: str, speed: Speed, zitat: Speed) -> list[str]:
    ingested, times = speed.ingested, speed.times
    return [
        name,
        f"{ingested.seconds:.1f} ({ingested.busy:.1f})",
        f"{rate(speed):,.0f}",
        f"{rate(speed) / rate(zitat):.2f}",
        f"{speed.opened:.2f}",
        f"{times.p50:.1f}",
        f"{times.p95:.1f}",
        f"{times.busy:.1f}",
        f"{times.p50 / zitat.times.p50:.2f}",
        f"{speed.memory:.0f}",
        f"{ingested.disk:.0f}",
    ]


def rate(speed: Speed) -> float:
    """Passages ingested in a second."""
    return speed.ingested.passages / speed.ingested.seconds


def quality_table(figures: Mapping[str, Mapping[str, Figure]]) -> str:
    """A row for each ranker, each figure with what the first is above it."""
    names = list(next(iter(figures.values())))
    head = ["", *(part for name in names for part in (name, "Zitat's lead, 95 %"))]
    return table(head, ([name, *_cells(row[one] for one in names)] for name, row in figures.items()))


def _cells(figures: Iterable[Figure]) -> list[str]:
    return [cell for one in figures for cell in (f"{one.mean:.3f}", _lead(one))]


def _lead(figure: Figure) -> str:
    if figure.interval is None:
        return ""
    low, high = figure.interval
    return f"{figure.behind:+.3f} ({low:+.3f} to {high:+.3f})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown, the first column to the left and the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)

"""How cost grows with the number of chunks, drawn from what `benchmarks.scale` measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot

Line = tuple[str, str]  # what it is called, and the figure

PANELS: dict[str, list[Line]] = {
    "latency, ms (p50)": [
        ("whole search", "search_again_p50_ms"),
        ("the same, asked first", "search_p50_ms"),
        ("lexical leg", "lexical_p50_ms"),
        ("dense leg", "dense_p50_ms"),
        ("filter that leaves 0.1%", "search_0.1%_p50_ms"),
    ],
    "latency, ms (p95)": [
        ("whole search", "search_again_p95_ms"),
        ("the same, asked first", "search_p95_ms"),
        ("lexical leg", "lexical_p95_ms"),
        ("dense leg", "dense_p95_ms"),
        ("filter that leaves 0.1%", "search_0.1%_p95_ms"),
    ],
    "memory, MB": [("of its own", "private_mb"), ("mapped files looked at", "mapped_mb")],
    "seconds": [
        ("rows and terms", "rows_and_terms_s"),
        ("lists", "lists_s"),
        ("add 1,000 chunks", "add_thousand_s"),
        ("open", "open_ms"),
    ],
}
INK, GRID = "#1f2933", "#d9dee3"
COLOURS = ("#0b6e99", "#8a9ba8", "#b5541c", "#4d7c0f", "#7c3aed")


def plot(results: Path, output: Path) -> None:
    """One panel a kind of cost, both axes logarithmic; compact archives dashed and hollow, behind the others."""
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    pyplot.rcParams.update({"font.size": 9, "axes.edgecolor": INK, "text.color": INK, "svg.hashsalt": "scale"})
    figure, axes = pyplot.subplots(2, 2, figsize=(10, 7), layout="constrained")
    for axis, (title, lines) in zip(axes.flat, PANELS.items(), strict=True):
        for (name, figure_of), colour in zip(lines, COLOURS, strict=False):
            whole, compact = (_points(rows, figure_of, one) for one in (False, True))
            before = [point for point in whole if compact and point[0] < compact[0][0]][-1:]
            if compact:
                _draw(axis, before + compact, colour, "--", "white")
            if whole:
                _draw(axis, whole, colour, "-", colour, name)
        axis.set(title=title, xscale="log", yscale="log", xlabel="chunks")
        axis.grid(color=GRID, linewidth=0.5)
        axis.legend(frameon=False)
    figure.suptitle("Cost by size of the archive; dashed and hollow: compact, without a copy of the vectors")
    figure.savefig(output, metadata={"Date": None})


def _draw(axis: Any, points: list[tuple[int, float]], colour: str, style: str, face: str, name: str = "") -> None:
    look = {"color": colour, "marker": "o", "markersize": 4, "markerfacecolor": face, "label": name or None}
    axis.plot(*zip(*points, strict=True), style, **look)


def _points(rows: list[dict[str, Any]], name: str, compact: bool) -> list[tuple[int, float]]:
    latest = {row["chunks"]: row for row in rows if row["compact"] is compact and row.get(name)}
    scale = 1000 if name == "open_ms" else 1
    return sorted((chunks, row[name] / scale) for chunks, row in latest.items())

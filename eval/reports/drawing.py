"""Where things lie in the plots of the page, and in what colour; the page itself draws them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

# Light to dark in one hue, and orange through white to blue: both are told apart by people who see no red or green.
SEQUENTIAL = ((222, 235, 247), (158, 202, 225), (66, 146, 198), (8, 81, 156), (8, 48, 107))
DIVERGING = (
    (179, 88, 6),
    (241, 163, 64),
    (254, 224, 182),
    (247, 247, 247),
    (209, 229, 240),
    (103, 169, 207),
    (33, 102, 172),
)
GOLDEN = math.pi * (3 - math.sqrt(5))
BINS = 40


@dataclass(frozen=True)
class Colours:
    """A cell's colour and that of its figure."""

    behind: str
    figure: str


@dataclass(frozen=True)
class Dot:
    """A circle of the scatter in units of the plot; `key` is the query of a single one, else it stands for `count`."""

    x: float
    y: float
    radius: float
    count: int
    key: str | None = None


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram, from `low` to `high` on the axis; `share` is its height, the highest bar's being 1."""

    low: float
    high: float
    count: int
    share: float


def sequential(value: float, low: float, high: float) -> Colours:
    """Dark is high."""
    return _colours(SEQUENTIAL, (value - low) / (high - low) if high > low else 1.0)


def diverging(value: float, most: float) -> Colours:
    """Blue is better, orange is worse, white is neither."""
    return _colours(DIVERGING, 0.5 + value / most / 2 if most else 0.5)


def dots(
    points: Mapping[str, tuple[float, float]], linked: frozenset[str], side: float, most: float = 1.0
) -> list[Dot]:
    """A circle for each linked query, those at one place as seeds lie in a sunflower; all others there as one circle.

    `points` are (baseline, run), from 0 to `most`; the plot is `side` wide, y counts downwards.
    """
    places: dict[tuple[float, float], list[str]] = defaultdict(list)
    for key, (x, y) in points.items():
        places[round(x / most * side, 1), round((1 - y / most) * side, 1)].append(key)
    out: list[Dot] = []
    for (x, y), keys in sorted(places.items()):
        single = [key for key in keys if key in linked]
        if len(single) < len(keys):
            rest = len(keys) - len(single)
            out.append(Dot(x, y, min(2.0 + math.sqrt(rest) * 0.8, side / 16), rest))
        for at, key in enumerate(single):
            away, angle = 5.5 * math.sqrt(at), at * GOLDEN
            place = _within(x + away * math.cos(angle), side), _within(y + away * math.sin(angle), side)
            out.append(Dot(*place, 3.5, 1, key))
    return sorted(out, key=lambda dot: dot.key is not None)


def bars(times: Sequence[float], end: float) -> list[Bar]:
    """Times in BINS bars from 0 to `end`; what took longer is in the last."""
    counts, edges = np.histogram(np.minimum(times, end), BINS, (0.0, end))
    highest = max(int(counts.max()), 1)
    return [
        Bar(float(low), float(high), int(count), count / highest)
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def ticks(end: float, about: int = 5) -> list[float]:
    """Round numbers from 0 to `end`."""
    rough = end / about
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= rough)
    return [step * at for at in range(int(end / step + 1e-9) + 1)]


def _colours(stops: Sequence[tuple[int, int, int]], at: float) -> Colours:
    place = min(max(at, 0.0), 1.0) * (len(stops) - 1)
    first = min(int(place), len(stops) - 2)
    mixed = [a + (b - a) * (place - first) for a, b in zip(stops[first], stops[first + 1], strict=True)]
    return Colours("#" + "".join(f"{round(one):02x}" for one in mixed), "#000000" if _is_light(mixed) else "#ffffff")


def _is_light(colour: Sequence[float]) -> bool:
    """Whether black stands out more than white: relative luminance as WCAG 2 defines it, above .179."""
    linear = [(c / 255 / 12.92) if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] > 0.179


def _within(value: float, side: float) -> float:
    return round(min(max(value, 0.0), side), 1)

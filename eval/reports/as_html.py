"""A report as one page that opens offline: no script, no other file. Here is what it shows; page.html draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel import Locale

from eval.comparing import Comparison, Difference, first_common
from eval.measuring import Evaluation
from eval.reports import numbers
from eval.reports.drawing import Bar, Colours, Dot, bars, diverging, dots, sequential, ticks
from eval.reports.reading import Reading, readings, won_and_lost, worst
from eval.reports.records import Report, Section
from eval.reports.tables import Line, answers, axes, lines, measures
from eval.resampling import PERMUTATIONS, RESAMPLES

ROWS = 100  # queries most won, and most lost, that are on the page with their texts
WORST = 40  # queries of a run that is compared with nothing
SIDE = 400  # of the scatter
FOREST = 90  # half the width of an interval's picture
SURE = 0.05


@dataclass(frozen=True)
class Cell:
    """A coloured cell of a matrix."""

    text: str
    colours: Colours
    told: str


@dataclass(frozen=True)
class Matrix:
    """Questions down, articles across; a cell is None where nothing was measured."""

    title: str
    legend: str
    pools: list[str]
    rows: list[tuple[str, list[Cell | None]]]


@dataclass(frozen=True)
class Forest:
    """A difference, and its interval's picture in units of the plot; no ends where it is not known."""

    name: str
    difference: Difference
    at: float
    low: float | None
    high: float | None

    @property
    def verdict(self) -> str:
        """What the test allows to be said."""
        if self.difference.p_holm >= SURE:
            return "not shown to differ"
        return "better" if self.difference.mean > 0 else "worse"

    @property
    def kind(self) -> str:
        """Of its point: coloured where a difference is shown."""
        return {"better": "won", "worse": "lost"}.get(self.verdict, "many")


@dataclass(frozen=True)
class Contest:
    """Two runs side by side; `linked` says how many of `changed` queries are on the page."""

    one: Comparison
    measure: str
    forests: list[Forest]
    dots: list[Dot]
    most: float
    rows: list[Reading]
    changed: int


@dataclass(frozen=True)
class Latency:
    """The times of one run, and where its percentiles lie."""

    run: Evaluation
    bars: list[Bar]


def write_html(report: Report, file: Path) -> None:
    """Write the page."""
    file.write_text(as_html(report), encoding="utf-8")


def as_html(report: Report) -> str:
    """The page; every text of articles, queries and names is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = FileSystemLoader(Path(__file__).parent)
    page = Environment(
        loader=templates, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page.filters |= {"figure": numbers.figure, "gain": numbers.gain, "p": numbers.p_value, "spoken": _spoken}
    page.filters |= {"interval": numbers.interval, "between": lambda ends: numbers.interval(ends, signed=True)}
    page.globals |= {"quantity": numbers.quantity, "side": SIDE, "forest": FOREST, "rows_shown": ROWS}
    page.globals |= {"resamples": RESAMPLES, "permutations": PERMUTATIONS}
    told: str = page.get_template("page.html").render(
        how=report.how, sections=[_section(one) for one in report.sections]
    )
    return told


def _section(section: Section) -> dict[str, Any]:
    runs = section.runs
    compared = list(zip(section.compared, section.comparisons, strict=True))
    asked: list[tuple[Sequence[Evaluation], Sequence[str]]] = [
        (pair, won_and_lost(one, ROWS)) for pair, one in compared
    ]
    found = readings(section, [*asked, ([runs[0]], [] if compared else worst(runs[0], WORST))])
    end, times = _latencies(runs)
    return {
        "set": section.test_set,
        "runs": runs,
        "measures": measures(runs),
        "lines": _lines(runs),
        "first": next(iter(runs[0].measures)),
        "contests": [_contest(*pair, one, rows) for (pair, one), rows in zip(compared, found[:-1], strict=True)],
        "worst": found[-1],
        "matrices": [matrix for run in runs if (matrix := _matrix(run))],
        "shifts": [matrix for pair, _ in compared if (matrix := _shift(*pair))],
        "latencies": times,
        "end": end,
        "ticks": ticks(end) if times else [],
        "answers": [(run.name, *answers(run)) for run in runs if run.answers],
        "topics": section.comparisons[0].topics if compared else None,
    }


def _lines(runs: Sequence[Evaluation]) -> list[tuple[Line, set[str]]]:
    """The lines of the first table, and in which measures each is the best of its kind."""
    listed = [lines(run) for run in runs]
    out = []
    for of_run in listed:
        for at, line in enumerate(of_run):
            rivals = [own[at].means for own in listed if len(own) == len(of_run)]
            best = {name: max(own.get(name, 0.0) for own in rivals) for name in line.means}
            out.append((line, {name for name in best if len(rivals) > 1 and line.means[name] >= best[name]}))
    return out


def _contest(run: Evaluation, baseline: Evaluation, one: Comparison, rows: list[Reading]) -> Contest:
    measure = first_common(run, baseline)
    now, before = run.per_query[measure], baseline.per_query[measure]
    most = max(1.0, *now.values(), *before.values())
    points = {key: (before[key], value) for key, value in now.items()}
    widest = max(
        (abs(end) for own in one.differences.values() for end in (own.mean, *(own.interval or ()))), default=0.0
    )
    forests = [_forest(name, own, widest or 1.0) for name, own in one.differences.items()]
    linked = frozenset(row.key for row in rows)
    return Contest(one, measure, forests, dots(points, linked, SIDE, most), most, rows, len(one.changes))


def _forest(name: str, difference: Difference, widest: float) -> Forest:
    low, high = difference.interval or (None, None)
    return Forest(name, difference, _placed(difference.mean, widest), *(_placed(end, widest) for end in (low, high)))


def _placed(value: float | None, widest: float) -> Any:
    return None if value is None else round(FOREST + value / widest * (FOREST - 4), 1)


def _matrix(run: Evaluation) -> Matrix | None:
    asked, pools = axes(run)
    if not pools:
        return None
    name = next(iter(run.measures))
    known = {pair: own[name] for pair, own in run.by_language_pair.items()}
    low, high = min(known.values()), max(known.values())
    legend = f"{name}, from {numbers.figure(low)} (light) to {numbers.figure(high)} (dark)"
    cells = {pair: (numbers.figure(value), sequential(value, low, high)) for pair, value in known.items()}
    return Matrix(run.name, legend, pools, _rows(asked, pools, cells))


def _shift(run: Evaluation, baseline: Evaluation) -> Matrix | None:
    """The matrix of one run less that of another."""
    asked, pools = axes(run)
    name = first_common(run, baseline)
    before = baseline.by_language_pair
    known = {pair: own[name] - before[pair][name] for pair, own in run.by_language_pair.items() if pair in before}
    if not pools or not known:
        return None
    most = max(map(abs, known.values()))
    legend = f"{name}, difference: blue is better, orange is worse, white is the same"
    cells = {pair: (numbers.gain(value), diverging(value, most)) for pair, value in known.items()}
    return Matrix(f"{run.name} less {baseline.name}", legend, pools, _rows(asked, pools, cells))


def _rows(
    asked: Sequence[str], pools: Sequence[str], cells: dict[str, tuple[str, Colours]]
) -> list[tuple[str, list[Cell | None]]]:
    def cell(language: str, pool: str) -> Cell | None:
        known = cells.get(f"{language}>{pool}")
        return Cell(*known, f"{_spoken(language)} question, {_spoken(pool)} articles") if known else None

    return [(language, [cell(language, pool) for pool in pools]) for language in asked]


def _latencies(runs: Sequence[Evaluation]) -> tuple[float, list[Latency]]:
    """The end of the axis that all share, and each run's bars on it."""
    timed = [run for run in runs if run.times_ms and run.latency_ms]
    end = max((run.latency_ms["p99"] for run in timed), default=0.0) * 1.1
    return end, [Latency(run, bars(list(run.times_ms.values()), end)) for run in timed]


def _spoken(code: str) -> str:
    """The English name of a language, or its code."""
    return str(Locale("en").languages.get(code, code))

"""Evaluations as Markdown tables, which read well in a terminal, too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from eval.measuring import Evaluation

WIDEST_MATRIX = 12  # languages; a wider one is in the JSON and the HTML


def as_markdown(evaluations: Sequence[Evaluation]) -> str:
    """A table for each test set, with a line for each run; then the languages and the matrix of the first run."""
    parts: list[str] = []
    for (dataset, qrels), group in groupby(evaluations, key=lambda one: (one.dataset, one.qrels)):
        runs = list(group)
        parts.append(f"## {dataset}, judgements `{qrels}`, {runs[0].queries:,} queries\n")
        parts.append(_figures(runs))
        parts += [_by_language(runs[0]), _matrix(runs[0])]
    return "\n".join(part for part in parts if part)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose columns are even in plain text, the first to the left and figures to the right."""
    lines = [list(header), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

    def line(cells: Sequence[str]) -> str:
        aligned = [cells[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))]
        return "| " + " | ".join(aligned) + " |\n"

    return "".join(map(line, [lines[0], rule, *lines[1:]]))


def figure(value: float | None) -> str:
    """A share of one, as papers print it: .973."""
    return "" if value is None else f"{value:.3f}".replace("0.", ".", 1) if value < 1 else f"{value:.3f}"


def _figures(runs: Sequence[Evaluation]) -> str:
    names, further = list(_headline(runs[0])), list(_further(runs[0]))
    rows = (
        [run.name, *(figure(_headline(run).get(n)) for n in names), *_cells(_further(run), further)] for run in runs
    )
    return table(["run", *names, *further], rows)


def _headline(run: Evaluation) -> dict[str, float]:
    """The measures; where each language was searched by itself, those of the same and of other languages."""
    if not run.groups:
        return run.measures
    return {f"{group}, {name}": value for group, own in run.groups.items() for name, value in own.items()}


def _cells(known: Mapping[str, str], names: Iterable[str]) -> list[str]:
    return [known.get(name, "") for name in names]


def _further(run: Evaluation) -> dict[str, str]:
    """What is shown beside the measures, where it is known."""
    out: dict[str, str] = {}
    if run.preference:
        out["own language first (chance)"] = f"{figure(run.preference.own_first)} ({figure(run.preference.expected)})"
    if run.judged_at_10 is not None:
        out["judged@10"] = figure(run.judged_at_10)
    if run.latency_ms:
        out["ms p50"], out["p95"] = f"{run.latency_ms['p50']:.0f}", f"{run.latency_ms['p95']:.0f}"
    return out


def _by_language(run: Evaluation) -> str:
    if len(run.by_language) < 2:
        return ""
    names = list(run.measures)
    rows = ([language, *(figure(own[name]) for name in names)] for language, own in run.by_language.items())
    return f"\n{run.name}, by the question's language\n\n" + table(["", *names], rows)


def _matrix(run: Evaluation) -> str:
    """Question language down, article language across, of the first measure."""
    asked = sorted({pair.split(">")[0] for pair in run.by_language_pair})
    pools = sorted({pair.split(">")[1] for pair in run.by_language_pair})
    if not 2 <= len(pools) <= WIDEST_MATRIX:
        return ""
    name = next(iter(run.measures))
    cells = run.by_language_pair
    rows = ([a, *(figure(cells.get(f"{a}>{p}", {}).get(name)) for p in pools)] for a in asked)
    return f"\n{run.name}, {name}: questions down, articles across\n\n" + table(["", *pools], rows)

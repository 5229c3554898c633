"""What the tables of figures have in their rows and columns, whatever they are written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from eval.measuring import Evaluation
from eval.resampling import Interval


@dataclass(frozen=True)
class Line:
    """One line of the first table: a run, or one of the groups of a run that searched each language by itself."""

    title: str
    run: Evaluation
    means: dict[str, float]
    intervals: dict[str, Interval]
    first: bool  # of its run


def lines(run: Evaluation) -> list[Line]:
    """A line, or one for the articles in the question's language and one for the others."""
    if not run.groups:
        return [Line(run.name, run, run.measures, run.intervals, True)]
    out = []
    for at, (group, means) in enumerate(run.groups.items()):
        bounds = {name: run.intervals[f"{group}, {name}"] for name in means if f"{group}, {name}" in run.intervals}
        out.append(Line(f"{run.name}, {group}", run, means, bounds, at == 0))
    return out


def measures(runs: Sequence[Evaluation]) -> list[str]:
    """The measures of all runs, each once."""
    return list(dict.fromkeys(name for run in runs for name in run.measures))


def axes(run: Evaluation) -> tuple[list[str], list[str]]:
    """The languages of questions and of articles in the matrix; none where it has nothing beside its diagonal."""
    pairs = [pair.split(">") for pair in run.by_language_pair]
    if all(asked == pool for asked, pool in pairs):
        return [], []
    return sorted({asked for asked, _ in pairs}), sorted({pool for _, pool in pairs})


def answers(run: Evaluation) -> tuple[list[str], dict[str, list[float | None]]]:
    """Groups of questions, and each figure of answers in them; single pairs of languages are left to the JSON."""
    groups = [group for group in run.answers if ">" not in group]
    names = dict.fromkeys(name for group in groups for name in run.answers[group])
    return groups, {name: [run.answers[group].get(name) for group in groups] for name in names}

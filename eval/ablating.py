"""What each part of the search adds: Zitat less Zitat without that part, on the same queries."""

from __future__ import annotations

from collections.abc import Mapping

from eval.comparing import Comparison, compare_all
from eval.measuring import Evaluation
from eval.rankers.archive import VARIANTS
from eval.reports.as_markdown import table
from eval.reports.numbers import gain, interval, p_value
from eval.reports.records import Section
from eval.resampling import Interval


def ablation_table(section: Section, seed: int = 0) -> str:
    """A row for each part: what it adds to each measure, and how sure that is of the first one."""
    found = _compared(section, seed)
    names = list(dict.fromkeys(name for one in found.values() for name in one.differences))
    if not names:
        return ""
    rows = [[part, *_surely(one, names[0]), *(_added(one, name) for name in names[1:])] for part, one in found.items()]
    told = f"What each part adds, on {section.runs[0].dataset}: intervals by bootstrap, p by permutation (Holm)"
    return f"{told}\n\n" + table(["part", names[0], "95 %", "p", *names[1:]], rows)


def _compared(section: Section, seed: int) -> Mapping[str, Comparison]:
    """By part; with several models each of them has its own Zitat, and its name behind the part."""
    runs = {run.name: run for run in section.runs}
    pairs: dict[str, tuple[Evaluation, Evaluation]] = {}
    for whole in runs.values():
        title, _, model = whole.name.partition(", ")
        if title != VARIANTS["zitat"].title:
            continue
        for variant in VARIANTS.values():
            name = f"{variant.title}, {model}" if model else variant.title
            if variant.lacks and name in runs:
                pairs[f"{variant.lacks}, {model}" if model else variant.lacks] = (runs[name], whole)
    compared = compare_all(section.test_set, list(pairs.values()), seed)
    return dict(zip(pairs, compared, strict=True))


def _surely(one: Comparison, name: str) -> list[str]:
    if name not in one.differences:
        return ["", "", ""]
    difference = one.differences[name]
    return [_added(one, name), interval(_turned(difference.interval), signed=True), p_value(difference.p_holm)]


def _added(one: Comparison, name: str) -> str:
    """The comparison is of the run without the part: what that lost, the part adds."""
    return gain(-one.differences[name].mean) if name in one.differences else ""


def _turned(bounds: Interval | None) -> Interval | None:
    return None if bounds is None else (-bounds[1], -bounds[0])

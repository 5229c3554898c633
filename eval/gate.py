"""Whether a run is so much worse than its baseline that a build should stop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from eval.arguments import Bound
from eval.comparing import ROUNDING, Comparison
from eval.reports.numbers import p_value
from index.errors import BadInput


def broken(comparisons: Sequence[Comparison], bounds: Sequence[Bound]) -> Iterator[str]:
    """A sentence for each bound that a run breaks.

    Where each language was searched by itself a measure is looked at in either group, same and other languages.
    """
    for one in comparisons:
        for limit in bounds:
            names = [name for name in one.differences if limit.measure in (name, name.rpartition(", ")[2])]
            if not names:
                told = f"{limit.measure} was not measured of both {one.run!r} and {one.baseline!r}"
                raise BadInput(told, f"give one of {', '.join(one.differences)}, or --measure {limit.measure} for both")
            for name in names:
                if one.differences[name].mean < -limit.most - ROUNDING:
                    yield _sentence(one, name, limit.most)


def _sentence(one: Comparison, name: str, most: float) -> str:
    found = one.differences[name]
    return (
        f"{one.run} is worse than {one.baseline} on {one.dataset} ({one.qrels}): {name} fell by {-found.mean:.4f}, "
        f"{most:g} is allowed ({found.queries:,} queries, {found.losses:,} worse, {found.wins:,} better, "
        f"p {p_value(found.p_holm)})"
    )

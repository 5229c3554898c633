"""A report as Markdown, which reads well in a terminal, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from eval.comparing import Comparison, Difference
from eval.measuring import Evaluation
from eval.reports.numbers import figure, gain, interval, p_value, quantity
from eval.reports.reading import Excerpt, Put, Reading, readings, won_and_lost
from eval.reports.records import Report, Section
from eval.reports.tables import answers, axes, lines, measures

WIDEST_MATRIX = 12  # languages; a wider one is in the JSON and the HTML
READ = 3  # queries most won, and most lost, that are shown
GIST = 70  # characters of a text that has no title, with what is marked in it


def as_markdown(report: Report) -> str:
    """Tables for each test set: the runs, their comparisons, the languages, the matrix; and queries won and lost."""
    return "\n".join(part for section in report.sections for part in _parts(section) if part)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table whose columns are even in plain text, the first to the left and figures to the right."""
    lines = [[_cell(cell) for cell in line] for line in (header, *rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]

    def line(cells: Sequence[str]) -> str:
        aligned = [cells[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(cells[1:], widths[1:], strict=True))]
        return "| " + " | ".join(aligned) + " |\n"

    return "".join(map(line, [lines[0], rule, *lines[1:]]))


def _parts(section: Section) -> list[str]:
    runs = section.runs
    title = f"## {runs[0].dataset}, judgements `{runs[0].qrels}`, {runs[0].queries:,} queries\n"
    return [
        title,
        _figures(runs),
        *map(_failed, runs),
        *map(_differences, section.comparisons),
        _by_language(runs),
        _matrix(runs[0]),
        *map(_answers, runs),
        *_read(section),
    ]


def _figures(runs: Sequence[Evaluation]) -> str:
    names = measures(runs)
    sure = f"{names[0]}, 95 %"
    further = list(dict.fromkeys(name for run in runs for name in _further(run)))
    rows = []
    for line in (line for run in runs for line in lines(run)):
        known = {name: figure(value) for name, value in line.means.items()}
        known |= {sure: interval(line.intervals.get(names[0]))} | (_further(line.run) if line.first else {})
        rows.append([line.title, *(known.get(name, "") for name in (names[0], sure, *names[1:], *further))])
    return table(["run", names[0], sure, *names[1:], *further], rows)


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


def _failed(run: Evaluation) -> str:
    if not run.failed:
        return ""
    query, why = next(iter(run.failed.items()))
    return f"{_line(run.name)} failed for {len(run.failed):,} of the queries, which count 0: `{query}`: {_line(why)}\n"


def _differences(one: Comparison) -> str:
    told = f"{one.run} less {one.baseline}: {one.topics:,} topics, intervals by bootstrap, p by permutation (Holm)"
    return f"{told}\n\n" + table(
        ["", "difference", "95 %", "p", "better", "same", "worse"],
        ([name, *_difference(own)] for name, own in one.differences.items()),
    )


def _difference(one: Difference) -> list[str]:
    return [gain(one.mean), interval(one.interval, signed=True), p_value(one.p_holm), *map(str, _counts(one))]


def _counts(one: Difference) -> tuple[int, int, int]:
    return one.wins, one.ties, one.losses


def _by_language(runs: Sequence[Evaluation]) -> str:
    """The measures of one run, or the first measure of several."""
    if len(runs[0].by_language) < 2:
        return ""
    first = next(iter(runs[0].measures))
    if len(runs) == 1:
        told, columns = runs[0].name, {name: (runs[0], name) for name in runs[0].measures}
    else:
        told, columns = first, {run.name: (run, first) for run in runs}
    rows = (
        [language, *(figure(run.by_language.get(language, {}).get(name)) for run, name in columns.values())]
        for language in runs[0].by_language
    )
    return f"{told}, by the question's language\n\n" + table(["", *columns], rows)


def _matrix(run: Evaluation) -> str:
    """Question language down, article language across, of the first measure."""
    asked, pools = axes(run)
    if not 0 < len(pools) <= WIDEST_MATRIX:
        return ""
    name, cells = next(iter(run.measures)), run.by_language_pair
    rows = ([a, *(figure(cells.get(f"{a}>{p}", {}).get(name)) for p in pools)] for a in asked)
    how = "searched by themselves" if run.groups else "judged alone in one ranking of all"
    return f"{run.name}, {name}: questions down, articles across, {how}\n\n" + table(["", *pools], rows)


def _answers(run: Evaluation) -> str:
    """Figures down, groups across."""
    groups, figures = answers(run)
    if not figures:
        return ""
    rows = ([name, *(quantity(name, value) for value in own)] for name, own in figures.items())
    return f"{run.name}, answers\n\n" + table(["", *groups], rows)


def _read(section: Section) -> list[str]:
    asked = [(pair, won_and_lost(one, READ)) for pair, one in zip(section.compared, section.comparisons, strict=True)]
    return [
        f"{one.run} against {one.baseline}: most won and most lost\n\n" + "".join(map(_reading, found))
        for one, found in zip(section.comparisons, readings(section, asked), strict=True)
        if found
    ]


def _reading(one: Reading) -> str:
    told = [f"- {gain(one.gain)} `{one.key}` {_line(one.text)}", f"  - wanted: {_named(one.wanted)}"]
    return "".join(line + "\n" for line in [*told, *map(_put, one.put)])


def _put(one: Put) -> str:
    """What a run put first, and, where that is right, the first that is not."""
    wrong = f"; at {one.wrong_at}: {_named(one.wrong)}" if one.wrong_at > 1 else ""
    return f"  - {_line(one.run)} ({figure(one.value)}) put first: {_named(one.first)}{wrong}"


def _named(one: Excerpt | None) -> str:
    if one is None:
        return "nothing"
    return f"`{one.article}`{' (relevant)' if one.relevant else ''} {_line(one.title) or _gist(one)}".rstrip()


def _gist(one: Excerpt) -> str:
    """A few words of a text, those that are marked among them."""
    if not one.marked:
        return _line(one.before[:GIST])
    around = max(0, GIST - len(one.marked)) // 2
    before, after = one.before[len(one.before) - around :], one.after[:around]
    return f"{_line(before)} **{_line(one.marked[:GIST])}** {_line(after)}".strip()


def _line(text: str) -> str:
    """A text as one line in which nothing is taken for Markdown or HTML."""
    return "".join(f"\\{c}" if c in r"\`*_[]<>#|" else c for c in " ".join(text.split()))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

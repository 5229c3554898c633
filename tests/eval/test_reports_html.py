"""The page opens offline, runs nothing, trusts no text, and each point leads to its query."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from eval.comparing import compare_all
from eval.measuring import evaluate
from eval.reports.as_html import as_html, write_html
from eval.reports.drawing import bars, diverging, dots, sequential, ticks
from eval.reports.records import Report, Section
from eval.runs import Run
from eval.sets import TestSet
from tests.eval.made import HOSTILE, hostile_set, made_run, measured, parallel_set
from tests.eval.test_reports_json import HOW, report

VOID = {"meta", "br", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """Elements with their attributes, and the text; fails on an element that is closed out of turn."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data

    def values(self, attribute: str) -> list[str]:
        return [value for _, own in self.elements if (value := own.get(attribute)) is not None]


def contest(test_set: TestSet, good: dict[str, dict[str, float]], bad: dict[str, dict[str, float]]) -> str:
    pair = (evaluate(test_set, Run("good", good), ["RR"]), evaluate(test_set, Run("bad", bad), ["RR"]))
    return as_html(Report(HOW, (Section(test_set, pair[::-1], (pair,), tuple(compare_all(test_set, [pair]))),)))


def test_the_page_needs_no_script_and_no_other_file(tmp_path: Path) -> None:
    write_html(report(), tmp_path / "page.html")
    page = Page((tmp_path / "page.html").read_text(encoding="utf-8"))
    assert {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object", "base", "form"} == set()
    assert page.values("src") == []
    assert all(target.startswith("#") for target in page.values("href"))
    assert not any(name.startswith("on") for _, own in page.elements for name in own)
    assert "default-src 'none'" in "".join(page.values("content"))


def test_every_link_has_its_target_and_every_id_is_there_once() -> None:
    page = Page(as_html(report()))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {target[1:] for target in page.values("href")} <= set(ids)


def test_every_query_that_changed_is_a_point_that_leads_to_its_texts() -> None:
    built = report()
    changes = built.comparisons[0].changes
    page = Page(as_html(built))
    points = [target for target in page.values("href") if target.startswith("#c1-1-")]
    assert len(points) == len(set(points)) == len(changes) > 5
    for key in list(changes)[:3]:
        assert key in page.words


def test_hostile_texts_are_shown_as_they_are_and_do_nothing() -> None:
    shown = contest(hostile_set(), {"<i>q</i>": {"<b>a</b>": 1.0}}, {"<i>q</i>": {"other": 2.0, "<b>a</b>": 1.0}})
    page = Page(shown)
    assert {"script", "b", "i"} & {tag for tag, _ in page.elements} == set()
    assert page.words.count(HOSTILE) >= 3  # the question, the title, the text
    assert "{{ 7 * 7 }}" in page.words
    assert "<mark>42</mark>" in shown


def test_sections_tell_languages_matrix_times_answers_and_how() -> None:
    words = Page(as_html(report())).words
    for part in ("German de", "Question language and article language", "Time a query takes", "Answers of now"):
        assert part in words
    assert "zitat eval made" in words
    assert "12 topics" in words


def test_one_run_alone_shows_the_queries_it_does_worst_at() -> None:
    test_set = parallel_set(5)
    words = Page(as_html(Report(HOW, (Section(test_set, (measured(test_set, 0.3, "only"),), (), ()),)))).words
    assert "Queries that only does worst at" in words
    assert "against" not in words


def test_a_set_without_articles_is_shown_by_ids() -> None:
    built = parallel_set(5)
    bare = TestSet(built.name, "all", built.queries, built.qrels)
    good, bad = made_run(built, 0.9), made_run(built, 0.1, seed=2)
    words = Page(contest(bare, good.rankings, bad.rankings)).words
    assert "de-000" in words
    assert "The text of" not in words


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_cells_get_darker_with_the_figure_whatever_colours_are_seen() -> None:
    shades = [luminance(sequential(at / 20, 0.0, 1.0).behind) for at in range(21)]
    assert all(lighter > darker for lighter, darker in pairwise(shades))


def test_figures_stand_out_from_every_cell() -> None:
    for at in range(-20, 21):
        for colours in (sequential(at / 20, -1.0, 1.0), diverging(at / 20, 1.0)):
            assert contrast(colours.behind, colours.figure) >= 4.5


def test_equal_figures_have_a_colour_too() -> None:
    assert sequential(0.5, 0.5, 0.5) == sequential(1.0, 0.0, 1.0)
    assert diverging(0.0, 0.0) == diverging(0.0, 1.0)


def test_points_at_one_place_lie_apart_and_the_rest_is_one_circle() -> None:
    points = {f"q{at}": (0.0, 1.0) for at in range(5)} | {"t": (0.5, 0.5), "u": (0.5, 0.5)}
    found = dots(points, frozenset({"q0", "q1", "q2"}), 400)
    single = {(dot.x, dot.y) for dot in found if dot.key}
    assert len(single) == 3
    assert all(0 <= x <= 400 and 0 <= y <= 400 for x, y in single)
    assert [(dot.x, dot.y, dot.count) for dot in found if not dot.key] == [(0.0, 0.0, 2), (200.0, 200.0, 2)]


def test_every_time_is_in_a_bar() -> None:
    found = bars([1.0, 2.0, 500.0], 100.0)
    assert sum(bar.count for bar in found) == 3
    assert found[-1].count == 1
    assert max(bar.share for bar in found) == 1.0


@pytest.mark.parametrize(
    ("end", "expected"), [(132.0, [0, 50, 100]), (1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (9.0, [0, 2, 4, 6, 8])]
)
def test_ticks_are_round(end: float, expected: list[float]) -> None:
    assert ticks(end) == pytest.approx(expected)

"""Scopes become filters in Milvus's language."""

from __future__ import annotations

from datetime import date

from index.milvus.filters import LONGEST_SOURCE, NO_EARLIEST, NO_LATEST, condition, source_cell
from index.scope import Scope


def test_nothing_limited_is_nothing_said() -> None:
    assert condition(Scope()) == ""


def test_each_part_limits() -> None:
    scope = Scope(("de", "az"), ('a "b" \\ c',), date(1, 1, 1), date(9999, 12, 31), (4, 7))
    assert condition(scope) == (
        'language in ["de", "az"] and source in ["a \\"b\\" \\\\ c"] and article in [4, 7]'
        " and latest >= 1 and earliest <= 3652059"
    )


def test_an_article_without_a_date_is_outside_of_every_range() -> None:
    assert date.min.toordinal() > NO_LATEST
    assert date.max.toordinal() < NO_EARLIEST


def test_endless_names_are_cut_alike_in_rows_and_in_filters() -> None:
    name = "é" * 5_000
    assert len(source_cell(name)) == LONGEST_SOURCE
    assert source_cell(name) in condition(Scope(sources=(name,)))
    assert source_cell(None) == ""

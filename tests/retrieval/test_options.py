"""Options that cannot be meant are refused, each with its cure."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from index.errors import BadInput
from retrieval import Searcher, SearchOptions
from retrieval.options import language_code


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"count": 0}, "0 passages were asked for: ask for 1 to 1000"),
        ({"count": -1}, "-1 passages"),
        ({"count": 1001}, "1001 passages"),
        ({"per_article": 0}, "per_article is 0: give 1 or more, or None"),
        ({"per_article": -3}, "per_article is -3"),
        ({"after": date(2022, 2, 1), "before": date(2022, 1, 1)}, "2022-02-01 to 2022-01-01: give the earlier date"),
        ({"preference": "yours"}, "the preference is 'yours': give"),
        ({"sources": ("\udcff",)}, "UTF-8"),
        ({"article_ids": ("\udcff",)}, "UTF-8"),
    ],
)
def test_a_wrong_option_is_refused_with_its_cure(options: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput) as refusal:
        SearchOptions(**options)
    assert said in str(refusal.value)
    assert refusal.value.cure


@pytest.mark.parametrize("options", [{"languages": ("xx",)}, {"languages": ("klingonish",)}, {"languages": ("",)}])
def test_a_language_that_is_none_is_refused_rather_than_finding_nothing(
    news: Searcher, options: dict[str, Any]
) -> None:
    with pytest.raises(BadInput, match=r"there is no language .*ISO 639"):
        news.search("wind", SearchOptions(**options))


def test_a_language_of_the_question_that_is_none_is_refused(news: Searcher) -> None:
    with pytest.raises(BadInput, match="there is no language 'klingonish'"):
        news.search("wind", SearchOptions(question_language="klingonish"))


@pytest.mark.parametrize(
    ("given", "code"),
    [("de", "de"), ("DE", "de"), ("German", "de"), ("en-US", "en"), ("zh-Hant", "zh"), ("nb", "no"), ("und", "und")],
)
def test_a_language_may_be_named_in_any_usual_way(given: str, code: str) -> None:
    assert language_code(given) == code


def test_the_same_day_twice_is_a_range() -> None:
    assert SearchOptions(after=date(2022, 1, 1), before=date(2022, 1, 1)).after


def test_what_was_said_of_the_question_s_language_is_believed(news: Searcher) -> None:
    asked = SearchOptions(question_language="French")
    assert news.search("wind turbines", asked).understood.language == "fr"

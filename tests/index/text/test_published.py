"""A date taken apart: what is known of it stays, what is not known is not made up."""

from __future__ import annotations

from datetime import date

import pytest

from index.article import Article
from index.text.published import Published, ordinals, parsed, shown

FORMS = {
    "2020-11-13": Published(2020, 11, 13),
    "2022-10": Published(2022, 10),
    "2022": Published(2022),
    "XXXX-11-29": Published(None, 11, 29),
    "XXXX-02-29": Published(None, 2, 29),
    "XXXX-11": Published(None, 11),
    "2024?-11-29": Published(2024, 11, 29, inferred=True),
    "2024?": Published(2024, inferred=True),
    "2020-11-13T10:00:00+04:00": Published(2020, 11, 13, time="10:00:00+04:00"),
    "0987-01-01": Published(987, 1, 1),
}


@pytest.mark.parametrize(("text", "parts"), FORMS.items())
def test_a_date_is_taken_apart_and_put_together_again(text: str, parts: Published) -> None:
    assert parsed(text) == parts
    assert parts.edtf == text


@pytest.mark.parametrize("text", [None, "", "XXXX", "soon", "2020-1-5", "20201113", "13.11.2020", "2020-11-13T"])
def test_what_is_no_such_date_is_none_and_shown_as_it_is(text: str | None) -> None:
    assert parsed(text) is None
    assert shown(text) == text
    assert ordinals(text) == (None, None)


@pytest.mark.parametrize("text", FORMS)
def test_an_article_s_day_is_the_one_that_archives_were_made_with(text: str) -> None:
    article = Article("1", "T", "News", "en", 1.0, text, None, None, None)
    assert article.day == text.replace("?", "").removeprefix("XXXX-").split("T")[0]
    assert article.context == f"T · {article.day}"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020-11-13T10:00:00", date(2020, 11, 13), date(2020, 11, 13)),
        ("2024?-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-02", date(2023, 2, 1), date(2023, 2, 28)),
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
    ],
)
def test_a_date_covers_the_days_it_may_mean(text: str, first: date, last: date) -> None:
    known = parsed(text)
    assert known is not None
    assert known.days == (first, last)
    assert ordinals(text) == (first.toordinal(), last.toordinal())


@pytest.mark.parametrize("text", ["XXXX-11-29", "2023-02-29", "2023-00-10", "2023-13", "2023-11-00", "0000"])
def test_a_date_of_no_year_or_no_calendar_covers_no_day(text: str) -> None:
    assert parsed(text) is not None
    assert ordinals(text) == (None, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("XXXX-11-29", "11-29, year not given"),
        ("2024?-11-29", "2024-11-29, year inferred"),
        ("2020-11-13T10:00:00+04:00", "2020-11-13T10:00:00+04:00"),
        ("2022-10", "2022-10"),
    ],
)
def test_a_person_is_told_what_is_not_known_of_the_year(text: str, said: str) -> None:
    assert shown(text) == said

"""Dates in the forms that files give them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from index.text.dates import month_of, normal_date


@pytest.mark.parametrize(
    ("given", "language", "wanted"),
    [
        ("2020-11-13", "en", "2020-11-13"),
        ("2022-10", "en", "2022-10"),
        ("2022", "en", "2022"),
        ("XXXX-11-29", "de", "XXXX-11-29"),
        ("XXXX-02-29", "de", "XXXX-02-29"),
        ("2024?-11-29", "de", "2024?-11-29"),
        ("13.11.2020", "en", "2020-11-13"),
        ("2020/11/13", "en", "2020-11-13"),
        ("2020-1-5", "en", "2020-01-05"),
        ("Nov 13, 2020", "en", "2020-11-13"),
        ("13 ноября 2020 г.", "ru", "2020-11-13"),
        ("13. November 2020", "de", "2020-11-13"),
        ("November 13, 2020", "tr", "2020-11-13"),
        ("October 2022", "en", "2022-10"),
        ("2023年8月1日", "zh", "2023-08-01"),
        ("Fri, 13 Nov 2020 10:00:00 +0400", "en", "2020-11-13T10:00:00+04:00"),
        ("2020-11-13T10:00:00Z", "en", "2020-11-13T10:00:00+00:00"),
        ("2020-11-13 00:00:00", "en", "2020-11-13"),
        ("1605261600", "en", "2020-11-13T10:00:00+00:00"),
        ("1605261600000", "en", "2020-11-13T10:00:00+00:00"),
        ("1605261600.25", "en", "2020-11-13T10:00:00+00:00"),
        ("946684800000", "en", "2000-01-01T00:00:00+00:00"),
        ("20201113", "en", "2020-11-13"),
        ("202011131030", "en", "2020-11-13T10:30:00"),
        ("20201113103015", "en", "2020-11-13T10:30:15"),
        ("٢٠٢٠-١١-١٣", "ar", "2020-11-13"),
        ("03/04/2020", "en", "2020-03-04"),
        ("03/04/2020", "fr", "2020-04-03"),
        ("03/04/2020", "und", "2020-04-03"),
        ("25/04/2020", "en", "2020-04-25"),
    ],
)
def test_a_usual_form_becomes_edtf_with_its_precision(given: str, language: str, wanted: str) -> None:
    assert normal_date(given, language) == wanted
    assert normal_date(wanted, language) == wanted


@pytest.mark.parametrize(
    "given",
    "3024-13-45 3024-01-01 0000-00-00 0 32.01.2020 yesterday XXXX soon 2020-02-30 ё XXXX-11-00 2020-00".split(),
)
def test_what_cannot_be_a_date_of_publication_is_none(given: str) -> None:
    assert normal_date(given, "en") is None


@pytest.mark.parametrize(
    "given",
    ["20201113250000", "202013131030", "599999999", "4102444800", "4102444800000", "202011131", "XXXX-02-30"],
)
def test_digits_that_are_no_time_news_was_written_at_are_none(given: str) -> None:
    assert normal_date(given, "en") is None


@pytest.mark.parametrize(
    ("word", "language", "month"),
    [("ноября", "ru", 11), ("noyabr", "az", 11), ("listopada", "pl", 11), ("نوفمبر", "ar", 11), ("years", "en", None)],
)
def test_months_are_known_in_many_languages(word: str, language: str, month: int | None) -> None:
    assert month_of(word, language) == month


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y%m%d", "%Y%m%d%H%M%S", "%d.%m.%Y", "%Y-%m-%dT%H:%M:%S", "%d %B %Y"])
def test_a_day_after_tomorrow_is_none_but_tomorrow_is_a_day(form: str) -> None:
    now = datetime.now(UTC)
    assert normal_date((now + timedelta(days=1)).strftime(form), "en") is not None
    assert normal_date((now + timedelta(days=3)).strftime(form), "en") is None

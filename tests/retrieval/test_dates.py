"""Dates in questions: found in many languages, and not found where there are none."""

from __future__ import annotations

import subprocess
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.date_ranges import find_periods
from retrieval.dates import DateSpan, find_dates

TODAY = date(2026, 11, 21)  # a Saturday


def found(question: str, language: str) -> list[tuple[str, str, str]]:
    return [(span.text, str(span.earliest), str(span.latest)) for span in find_dates(question, language, TODAY)]


@pytest.mark.parametrize(
    ("language", "question", "text", "earliest", "latest"),
    [
        ("en", "Events of 2020?", "2020", "2020-01-01", "2020-12-31"),
        ("en", "on 13 November 2020", "13 November 2020", "2020-11-13", "2020-11-13"),
        ("en", "on November 13th, 2020", "November 13th, 2020", "2020-11-13", "2020-11-13"),
        ("en", "What was said yesterday?", "yesterday", "2026-11-20", "2026-11-20"),
        ("en", "news of last week", "last week", "2026-11-09", "2026-11-15"),
        ("en", "strikes 3 months ago", "3 months ago", "2026-08-01", "2026-08-31"),
        ("en", "in October last year", "October last year", "2025-10-01", "2025-10-31"),
        ("en", "growth in Q3 2021", "Q3 2021", "2021-07-01", "2021-09-30"),
        ("en", "wars of the 1990s", "1990s", "1990-01-01", "1999-12-31"),
        ("en", "COP 29 on 11/13/2024", "11/13/2024", "2024-11-13", "2024-11-13"),
        ("zh", "日本首相2031年是谁？", "2031年", "2031-01-01", "2031-12-31"),
        ("zh", "中国2024年5月3日", "2024年5月3日", "2024-05-03", "2024-05-03"),
        ("ja", "首相は2031年に", "2031年", "2031-01-01", "2031-12-31"),
        ("ar", "ماذا حدث عام ٢٠٣٠؟", "٢٠٣٠", "2030-01-01", "2030-12-31"),
        ("hi", "२०३० में क्या होगा?", "२०३०", "2030-01-01", "2030-12-31"),
        ("tr", "Elon Musk 2040 yılında ne yaptı?", "2040", "2040-01-01", "2040-12-31"),
        ("de", "am 13.11.2020 in Baku", "13.11.2020", "2020-11-13", "2020-11-13"),
        ("und", "2020-11-13", "2020-11-13", "2020-11-13", "2020-11-13"),
        ("de", "Was geschah im Oktober 2022 in Baku?", "Oktober 2022", "2022-10-01", "2022-10-31"),
        ("de", "im Oktober letzten Jahres", "Oktober letzten Jahres", "2025-10-01", "2025-10-31"),
        ("fr", "le 1er mai 2021", "1er mai 2021", "2021-05-01", "2021-05-01"),
        ("fr", "il y a 2 ans", "il y a 2 ans", "2024-01-01", "2024-12-31"),
        ("es", "el 5 de mayo de 2021", "5 de mayo de 2021", "2021-05-05", "2021-05-05"),
        ("pt", "em novembro de 2022", "novembro de 2022", "2022-11-01", "2022-11-30"),
        ("it", "a novembre 2022", "novembre 2022", "2022-11-01", "2022-11-30"),
        ("ru", "Что было в марте 2021?", "марте 2021", "2021-03-01", "2021-03-31"),
        ("uk", "Що сталося у листопаді 2022?", "листопаді 2022", "2022-11-01", "2022-11-30"),
        ("pl", "w listopadzie 2021 r.", "listopadzie 2021", "2021-11-01", "2021-11-30"),
        ("cs", "minulý rok", "minulý rok", "2025-01-01", "2025-12-31"),
        ("fi", "marraskuussa 2020", "marraskuussa 2020", "2020-11-01", "2020-11-30"),
        ("hu", "2020. november 13-án", "2020. november 13-án", "2020-11-13", "2020-11-13"),
        ("tr", "geçen yıl ne oldu?", "geçen yıl", "2025-01-01", "2025-12-31"),
        ("tr", "3 Kasım 2021'de ne oldu?", "3 Kasım 2021'de", "2021-11-03", "2021-11-03"),
        ("az", "noyabrın 13-də 2020 nə oldu?", "noyabrın 13-də 2020", "2020-11-13", "2020-11-13"),
        ("az", "2022-ci ilin oktyabrında", "2022-ci ilin oktyabrında", "2022-10-01", "2022-10-31"),
        ("el", "τον Νοέμβριο 2020", "Νοέμβριο 2020", "2020-11-01", "2020-11-30"),
        ("ar", "ماذا حدث في أكتوبر 2022", "أكتوبر 2022", "2022-10-01", "2022-10-31"),
        ("fa", "در نوامبر 2020", "نوامبر 2020", "2020-11-01", "2020-11-30"),
        ("hi", "नवंबर 2020 में", "नवंबर 2020", "2020-11-01", "2020-11-30"),
        ("zh", "2022年10月发生了什么", "2022年10月", "2022-10-01", "2022-10-31"),
        ("zh", "去年发生了什么", "去年", "2025-01-01", "2025-12-31"),
        ("ja", "昨年10月の選挙", "昨年10月", "2025-10-01", "2025-10-31"),
        ("ko", "2022년 10월 5일에", "2022년 10월 5일", "2022-10-05", "2022-10-05"),
        ("th", "เกิดอะไรขึ้นในปี 2563", "2563", "2020-01-01", "2020-12-31"),
        ("vi", "tháng 10 năm 2022", "tháng 10 năm 2022", "2022-10-01", "2022-10-31"),
        ("xx", "2024", "2024", "2024-01-01", "2024-12-31"),
    ],
)
def test_a_date_is_found(language: str, question: str, text: str, earliest: str, latest: str) -> None:
    assert found(question, language) == [(text, earliest, latest)]


@pytest.mark.parametrize(
    ("language", "question", "earliest", "latest"),
    [
        ("de", "Wer traf sich am 29. November?", "2025-11-29", "2025-11-29"),
        ("de", "am 20. November", "2026-11-20", "2026-11-20"),
        ("en", "What happened last November?", "2025-11-01", "2025-11-30"),
        ("en", "COP 29 in November", "2026-11-01", "2026-11-30"),
        ("en", "on 29 February", "2024-02-29", "2024-02-29"),
        ("ru", "в мае", "2026-05-01", "2026-05-31"),
        ("tr", "29 Ekim'de", "2026-10-29", "2026-10-29"),
        ("zh", "十月发生了什么", "2026-10-01", "2026-10-31"),
    ],
)
def test_a_date_without_year_is_the_latest_past_one(language: str, question: str, earliest: str, latest: str) -> None:
    [span] = find_dates(question, language, TODAY)
    assert span.yearless
    assert (str(span.earliest), str(span.latest)) == (earliest, latest)


@pytest.mark.parametrize("question", ["between 2019 and 2021", "2019-2021", "2019–2021"])
def test_a_range_is_two_dates_to_find_and_one_period_to_ask_about(question: str) -> None:
    assert [text for text, *_ in found(question, "en")] == ["2019", "2021"]
    [period] = find_periods(question, "en", TODAY)
    assert (str(period.earliest), str(period.latest)) == ("2019-01-01", "2021-12-31")
    assert question.endswith(period.text)


@pytest.mark.parametrize(
    ("language", "question", "text", "earliest", "latest"),
    [
        ("de", "Was geschah von Juni bis August 2015?", "Juni bis August 2015", "2015-06-01", "2015-08-31"),
        ("de", "von Dezember bis Februar 2015", "Dezember bis Februar 2015", "2014-12-01", "2015-02-28"),
        ("de", "vom 3. bis 5. Mai 2015", "3. bis 5. Mai 2015", "2015-05-03", "2015-05-05"),
        ("en", "What happened between June and August 2015?", "June and August 2015", "2015-06-01", "2015-08-31"),
        ("ru", "с июня по август 2015 года", "июня по август 2015 года", "2015-06-01", "2015-08-31"),
        ("zh", "从2015年6月至8月", "2015年6月至8月", "2015-06-01", "2015-08-31"),
        ("ja", "2015年から2018年まで", "2015年から2018年", "2015-01-01", "2018-12-31"),
        ("fr", "Combien depuis 2015 ?", "2015", "2015-01-01", "2026-11-21"),
        ("de", "Wie viele sind seit März 2015 gestorben?", "März 2015", "2015-03-01", "2026-11-21"),
    ],
)
def test_a_period_has_the_days_of_its_ends(language: str, question: str, text: str, earliest: str, latest: str) -> None:
    [period] = find_periods(question, language, TODAY)
    assert (period.text, str(period.earliest), str(period.latest)) == (text, earliest, latest)


@pytest.mark.parametrize("question", ["in 2015 and 2018", "from 2018 to 2015", "May 2015 or June 2015"])
def test_two_dates_that_are_no_stretch_stay_two(question: str) -> None:
    assert len(find_periods(question, "en", TODAY)) == 2


@pytest.mark.parametrize("question", ["Dünya Yarışması'nı 2024'te kim kazandı?", "Kupası’nı 2024'te kim aldı?"])
def test_an_ending_behind_an_apostrophe_is_no_month(question: str) -> None:
    assert found(question, "tr") == [("2024'te", "2024-01-01", "2024-12-31")]


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "may I see the sun on Monday"),
        ("en", "Who led the March on Washington?"),
        ("en", "1.5 million people and these 5 may be more"),
        ("en", "COP29 results, version 2.2020, $2020, 2020 km"),
        ("en", "call +49 2020 1999 or 555-2020"),
        ("en", "ISBN 978-3-16-148410-0 in 5 steps"),
        ("en", "Theresa May met Elnur Mammadov"),
        ("en", "30.02.2020x, 13.13.2020, 2020x"),
        ("en", "12345 or 1776 or 2500"),
        ("ru", "10 000 людей и Мая Плисецкая"),
        ("fr", "Mars a deux lunes"),
        ("tr", "Elnur Mammadov kimdir?"),
        ("zh", "谁是总统"),
        ("und", ""),
    ],
)
def test_no_date_is_seen_where_there_is_none(language: str, question: str) -> None:
    assert found(question, language) == []


def test_offsets_count_code_points_of_the_question() -> None:
    question = "😀 Straße İ im Oktober 2022"
    [span] = find_dates(question, "de", TODAY)
    assert span == DateSpan("Oktober 2022", 14, 26, date(2022, 10, 1), date(2022, 10, 31))


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=40) | st.from_regex(r"[0-9 ./年月-]{0,20}( Oktober)?"),
    st.sampled_from(["de", "zh", "th", "ar", "xx"]),
)
def test_odd_text_never_raises(question: str, language: str) -> None:
    for span in find_dates(question, language, TODAY):
        assert question[span.start : span.end] == span.text
        assert span.earliest <= span.latest


def test_a_question_is_read_without_loading_the_parser_of_articles_dates(python: list[str]) -> None:
    asked = "find_dates('Was geschah im Oktober 2022?', 'de', date(2026, 11, 21))[0].text == 'Oktober 2022'"
    script = f"import sys; from datetime import date; from retrieval.dates import find_dates; assert {asked}"
    subprocess.run([*python, "-c", f"{script}; assert 'dateparser' not in sys.modules"], check=True)

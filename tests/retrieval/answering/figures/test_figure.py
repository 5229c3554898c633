"""Quantities are read as each language writes them, and nothing else is taken for one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from retrieval.answering.figures import can_agree, find_figures


def read(text: str, language: str) -> list[tuple[str, Decimal, str, str]]:
    return [(text[f.start : f.end], f.low, f.kind, f.unit) for f in find_figures(text, language)]


MONEY = [
    ("en", "It amounted to $626.8 million.", "$626.8 million", "626.8e6", "USD"),
    ("de", "Er betrug 626,8 Millionen Euro.", "626,8 Millionen Euro", "626.8e6", "EUR"),
    ("de", "rund 5 Mio. Euro", "5 Mio. Euro", "5e6", "EUR"),
    ("ru", "составил 626,8 млн долларов", "626,8 млн долларов", "626.8e6", "USD"),
    ("ja", "貿易額は6,268億円だった", "6,268億円", "6268e8", "JPY"),
    ("ja", "6.3億ドルに達した", "6.3億ドル", "6.3e8", "USD"),
    ("zh", "达3.5亿美元", "3.5亿美元", "3.5e8", "USD"),
    ("ko", "6억 2680만 달러", "6억 2680만 달러", "626.8e6", "USD"),
    ("ar", "بلغ ٦٢٦٫٨ مليون دولار", "٦٢٦٫٨ مليون دولار", "626.8e6", "USD"),
    ("hi", "६२६.८ करोड़ रुपये", "६२६.८ करोड़ रुपये", "626.8e7", "INR"),
    ("bn", "৬২৬.৮ মিলিয়ন ডলার", "৬২৬.৮ মিলিয়ন ডলার", "626.8e6", "USD"),
    ("en", "a bribe of Rs 5 lakh", "Rs 5 lakh", "5e5", "INR"),
    ("en", "it cost $5bn", "$5bn", "5e9", "USD"),
    ("az", "626,8 milyon ABŞ dolları", "626,8 milyon ABŞ dolları", "626.8e6", "USD"),
    ("tr", "42 milyar 327 milyon lira ödendi", "42 milyar 327 milyon lira", "42327e6", "TRY"),
    ("es", "3 mil millones de euros", "3 mil millones de euros", "3e9", "EUR"),
    ("fr", "626,8 millions d’euros", "626,8 millions d’euros", "626.8e6", "EUR"),
    ("sw", "dola milioni 3 zilitolewa", "dola milioni 3", "3e6", "USD"),
    ("th", "626.8 ล้านดอลลาร์", "626.8 ล้านดอลลาร์", "626.8e6", "USD"),
    ("de", "CHF 1'234'567 wurden bezahlt", "CHF 1'234'567", "1234567", "CHF"),
]


@pytest.mark.parametrize(("language", "text", "words", "value", "currency"), MONEY)
def test_money_is_read_in_each_language(language: str, text: str, words: str, value: str, currency: str) -> None:
    assert read(text, language) == [(words, Decimal(value), "money", currency)]


COUNTS = [
    ("en", "1,234 people", "1234", "people"),
    ("de", "1.234 Menschen", "1234", "menschen"),
    ("ru", "3 500 человек", "3500", "человек"),
    ("fr", "3\u202f500 personnes", "3500", "personnes"),
    ("hi", "12,34,567 लोग", "1234567", "लोग"),
    ("ja", "三十五人が死亡", "35", "人"),
    ("zh", "三百二十五人死亡", "325", "人"),
    ("zh", "共有35万人", "350000", "人"),
    ("ja", "3億5000万人", "350000000", "人"),
    ("ko", "3만5천명", "35000", "명"),
    ("tr", "3 bin 292 kişi", "3292", "kişi"),
    ("en", "two dozen people", "24", "people"),
    ("en", "twenty-five people", "25", "people"),
    ("de", "fünf Menschen", "5", "menschen"),
]


@pytest.mark.parametrize(("language", "text", "value", "noun"), COUNTS)
def test_what_is_counted_is_seen(language: str, text: str, value: str, noun: str) -> None:
    [(_, low, kind, unit)] = read(text, language)
    assert (low, kind, unit) == (Decimal(value), "count", noun)


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "12%"), ("en", "12 percent"), ("de", "12 Prozent"), ("tr", "yüzde 12"), ("tr", "%12"),
     ("sw", "asilimia 12"),
     ("ar", "12٪"), ("hi", "१२ प्रतिशत")],
)  # fmt: skip
def test_percent_stands_on_either_side(language: str, text: str) -> None:
    assert [(low, unit) for _, low, _, unit in read(text, language)] == [(Decimal(12), "percent")]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "at COP29 and on the F-16"), ("en", "on November 13, 2020"), ("en", "it was 2020"),
     ("en", "at 10:30 or 5 pm"),
     ("en", "they won 2-1"), ("en", "the 3rd time"), ("en", "call 555-123-4567"), ("en", "open 24/7"),
     ("ja", "第3回、第三位"),
     ("en", "a Category 4 storm"), ("de", "der 3. Weltkrieg"), ("zh", "2020年3月5日"),
     ("zh", "十分重要"),
     ("en", "version 3.5.1"), ("en", "located at 28.5°E"), ("", ""), ("en", "no figure 😀 here")],
)  # fmt: skip
def test_what_only_looks_like_a_quantity_is_left_out(language: str, text: str) -> None:
    assert read(text, language) == []


def test_a_mark_that_may_mean_two_things_says_nothing() -> None:
    assert read("1.234 people", "en") == []  # thousands in many countries, but not where English is written


def test_ranges_and_bounds_are_kept() -> None:
    [span] = find_figures("more than 10-12 people", "en")
    assert (span.low, span.high, span.bound) == (10, 12, "at least")
    assert find_figures("rund 600 Menschen", "de")[0].bound == "about"


def agree(a: str, b: str) -> bool:
    [x], [y] = find_figures(a, "en"), find_figures(b, "en")
    return can_agree(x, y)


@pytest.mark.parametrize(
    ("a", "b", "agreeing"),
    [("$626.8 million", "$627 million", True), ("$626.8 million", "more than $600 million", True),
     ("11 people", "10-12 people", True), ("600 people", "about 570 people", True),
     ("$626 million", "$626.8 million", True),
     ("$4 million", "$3.1 million", False), ("35 people", "37 people", False),
     ("$626.8 million", "$626.8 billion", False),
     ("3.4%", "3.5%", False), ("nearly 100 people", "115 people", False)],
)  # fmt: skip
def test_only_what_rounding_does_not_explain_differs(a: str, b: str, agreeing: bool) -> None:
    assert [agree(a, b), agree(b, a)] == [agreeing, agreeing]

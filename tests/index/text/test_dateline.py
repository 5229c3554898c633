"""Datelines as news writes them, and what only looks like one."""

from __future__ import annotations

import pytest

from index.text.dateline import Dateline, read_dateline


def read(text: str, language: str = "en", address: str = "") -> tuple[str | None, str | None, str | None, str]:
    """Date, source, author, and the text behind the dateline."""
    found = read_dateline(text, language, address)
    return found.published_at, found.source, found.author, text[found.end :].strip()


@pytest.mark.parametrize(
    ("text", "language", "published_at", "source", "rest"),
    [
        (" date 2020-11-13 By A. Lmahamad\n\nText", "en", "2020-11-13", None, "Text"),
        ("BAKU, Azerbaijan, October 31. An office", "en", "XXXX-10-31", None, "An office"),
        ("Baku, 29. November, AZERTAC\nElnur", "de", "XXXX-11-29", "AZERTAC", "Elnur"),
        ("Bakı, 29 noyabr, AZƏRTAC\nMətn", "az", "XXXX-11-29", "AZƏRTAC", "Mətn"),
        ("МОСКВА, 5 июня. /ТАСС/. Президент", "ru", "XXXX-06-05", "ТАСС", "Президент"),
        ("КИЕВ, 5 июня 2019 г. (Интерфакс) — Текст", "ru", "2019-06-05", "Интерфакс", "Текст"),
        ("WASHINGTON, Jan 5 (Reuters) - The", "en", "XXXX-01-05", "Reuters", "The"),
        ("SANTOS, Brazil (AP) — Brazil said", "en", None, "AP", "Brazil said"),
        ("LONDON — AFP: Text", "en", None, "AFP", "Text"),
        ("Köln (dpa) - Der Trainer", "de", None, "dpa", "Der Trainer"),
        ("12 octobre 2012. - C'est", "fr", "2012-10-12", None, "C'est"),
        ("Madrid, 3 de marzo de 2021 (EFE).- El", "es", "2021-03-03", "EFE", "El"),
        ("ANKARA (AA) - Bakan", "tr", None, "AA", "Bakan"),
        ("新华社北京8月1日电（记者王珂）今天", "zh", "XXXX-08-01", "新华社", "今天"),
        ("(서울=연합뉴스) 김철수 기자 = 대통령은", "ko", None, "연합뉴스", "대통령은"),
        ("أنقرة- رويترز: قال وزير", "ar", None, "رويترز", "قال وزير"),
        ("Jan. 11, 2023 Updated Jan. 12, 2023, 11:26 a.m. ET\n\nIt’s", "en", "2023-01-11", None, "It’s"),
    ],
)
def test_a_dateline_is_read(text: str, language: str, published_at: str, source: str, rest: str) -> None:
    assert read(text, language)[:2] == (published_at, source)
    assert read(text, language)[3] == rest


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("26 июня 2015 года умер бывший премьер-министр", "ru"),
        ("On 5 May 2020 the ministers met in Baku.", "en"),
        ("Der nächste Gipfel findet im Jahr 2025 statt.", "de"),
        ("2020 was a good year for wind power.", "en"),
        ("6月9日午後0時30分頃、東京都で", "ja"),
        ("Билл Гейтс 8 ноября 2019 года\nСооснователь", "ru"),
        ("Oct. 27\n\n1985 — The Kansas City Royals", "en"),
        ("KAPA: Ziimveku ezilikhulu", "xh"),
        ("Ministers said on Monday (June 5) that it rained.", "en"),
        ("", "en"),
        ("12345 67", "und"),
    ],
)
def test_a_mere_mention_is_no_dateline(text: str, language: str) -> None:
    assert read_dateline(text, language) == Dateline()


def test_an_agency_that_reports_in_its_own_name_is_the_source() -> None:
    text = "BAKU, Azerbaijan, October 31. An office is planned, Trend reports citing the Ministry."
    assert read(text)[1] == "Trend"
    assert read("An office is planned, Trend reports.")[1] is None


def test_names_above_an_agency_are_the_authors() -> None:
    assert read("Suzanne McGee and Isla Binnie\n\nReuters\n\nNEW YORK — Markets")[1:3] == (
        "Reuters",
        "Suzanne McGee and Isla Binnie",
    )


def test_an_agency_at_the_very_end_is_the_source() -> None:
    assert read("The minister spoke. It rained. — AFP")[1] == "AFP"


def test_the_only_year_mentioned_is_no_evidence() -> None:
    text = "Baku, 29. November, AZERTAC\nDas nächste Treffen ist im Jahr 2025."
    assert read(text, "de")[0] == "XXXX-11-29"


@pytest.mark.parametrize(
    ("more", "address"),
    [
        ("Das Treffen vom 29. November 2024 war gut.", ""),
        ("Siehe 2024-11-29.", ""),
        ("Siehe 29.11.2024.", ""),
        ("", "https://a.example/2024/11/29/treffen"),
        ("", "20241129-treffen"),
    ],
)
def test_the_same_day_elsewhere_gives_the_year_with_a_question_mark(more: str, address: str) -> None:
    assert read(f"Baku, 29. November, AZERTAC\nText. {more}", "de", address)[0] == "2024?-11-29"


def test_two_years_for_the_same_day_give_none() -> None:
    text = "Baku, 29. November, AZERTAC\nAm 29. November 2023 und am 29. November 2024."
    assert read(text, "de")[0] == "XXXX-11-29"


def test_a_day_that_is_not_in_the_calendar_is_no_date() -> None:
    assert read("2020-02-31 Text")[0] is None
    assert read("Baku, 31. November, AZERTAC\nText", "de")[0] is None

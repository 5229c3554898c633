"""Questions about a time after the archive's end, or before its beginning, and what may be told of it all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from retrieval import Answerer, Searcher
from retrieval.answering.confidence import Calibration
from retrieval.answering.evidence import sentences_of
from retrieval.answering.outside import Outside, outside
from retrieval.found import Found
from retrieval.holdings import Holdings, holdings
from tests.fakes import draft

Made = Callable[..., Searcher]
HELD = Holdings(frozenset({"en"}), "2003-11-24", "2026-08-20")
ARTICLES = [
    draft("hosts", "Morocco hosts the cup of 2030.", published_at="2024-12-11"),
    draft("winner", "Argentina won the cup of 2022.", published_at="2022-12-18"),
    draft("wall", "A wall divided the city from 1961 on.", published_at="2003-11-24"),
    draft("last", "Rain fell on the harbour.", published_at="2026-08-20"),
]


def asked(archive_of: Made, question: str, held: Holdings = HELD) -> Found:
    return replace(archive_of(*ARTICLES).find(question), holdings=held)


def told(found: Found) -> Outside | None:
    return outside(found, sentences_of(found))


@pytest.mark.parametrize(
    "question",
    ["Who won the cup of 2030?", "Who won the cup in 2031?", "日本首相2031年是谁？", "Argentina 2040 yılında ne yaptı?",
     "من فاز بكأس العالم عام ٢٠٣٠؟", "Кто победит в мае 2027 года?"],
)  # fmt: skip
def test_what_comes_after_the_archive_is_told_by_nothing(archive_of: Made, question: str) -> None:
    found = asked(archive_of, question)
    assert told(found) == Outside(after=True, edge="2026-08-20")
    assert Calibration().confidence(found, sentences_of(found)) < 0.05


@pytest.mark.parametrize("question", ["Morocco hosts cup 2030?", "Who won the cup of 2022?", "Who won the cup?"])
def test_plans_for_a_year_to_come_are_told_by_an_article_that_names_it(archive_of: Made, question: str) -> None:
    assert told(asked(archive_of, question)) is None


def test_what_came_before_the_archive_is_told_by_nothing(archive_of: Made) -> None:
    assert told(asked(archive_of, "What happened to the harbour in 1936?")) == Outside(after=False, edge="2003-11-24")


def test_history_is_told_by_an_article_that_names_the_year(archive_of: Made) -> None:
    assert told(asked(archive_of, "What divided the city in 1961?")) is None


@pytest.mark.parametrize("question", ["What happens next year?", "Who wins tomorrow?", "What fell last month?"])
def test_only_a_year_that_is_named_counts(archive_of: Made, question: str) -> None:
    assert told(asked(archive_of, question)) is None


def test_a_question_that_reaches_into_the_archive_is_within_it(archive_of: Made) -> None:
    assert told(asked(archive_of, "How did the harbour change from 2020 to 2031?")) is None


@pytest.mark.parametrize("held", [Holdings(), Holdings(last="2026-08-20"), Holdings(frozenset(), "soon", "later")])
def test_an_archive_without_dates_has_no_end(archive_of: Made, held: Holdings) -> None:
    assert told(asked(archive_of, "Who won the cup of 2031?", held)) is None


def test_a_year_is_all_of_its_days(archive_of: Made) -> None:
    year = Holdings(frozenset({"en"}), "2003", "2026")
    assert told(asked(archive_of, "Who won in December 2026?", year)) is None
    assert told(asked(archive_of, "Who won in January 2027?", year)) == Outside(after=True, edge="2026")


def test_the_reason_is_said_in_the_reader_s_language() -> None:
    after, before = Outside(after=True, edge="2026-08-20"), Outside(after=False, edge="2003-11-24")
    assert after.reason("en").startswith("The archive's last article is of August 20, 2026. These")
    assert before.reason("de").startswith("Datum des ersten Artikels im Archiv: 24. November 2003. Dies")
    assert after.reason("rn").startswith("Date du dernier article des archives : 20 août 2026. Voici")


def test_holdings_are_what_the_store_counts(archive_of: Made) -> None:
    searcher = archive_of(*ARTICLES)
    with searcher.archive.reading() as (view, _):
        assert holdings(view.store, view.state.sequence) == HELD


def test_a_refusal_says_where_the_archive_ends(archive_of: Made) -> None:
    answer = Answerer(archive_of(*ARTICLES)).ask("Wer gewann den Pokal 2031?")
    assert (answer.answered, answer.unmet) == (False, ())
    assert answer.notices[0].text.startswith("Datum des letzten Artikels im Archiv: 20. August 2026.")


def test_a_refusal_does_not_name_what_the_archive_has_in_another_language(archive_of: Made) -> None:
    many = [draft(str(at), f"Взрыв номер {at} в городе.", language="ru") for at in range(12)]
    arabic = draft("ar", "وقع التفجير في قرية سترة في البحرين.", language="ar")
    answer = Answerer(archive_of(*many, arabic)).ask("Кто погиб при взрыве в городе в Бахрейне или в Бутане?")
    assert [one.text for one in answer.unmet] == ["Бутане"]


def test_the_languages_of_the_archive_tell_twins_apart(archive_of: Made) -> None:
    searcher = archive_of(draft("rn", "Umwami yaje i Bujumbura.", language="rn"))
    assert searcher.search("Uyu muringa ukingira umugera wa SIDA ukozwe muri iki?").understood.language == "rn"

"""What time changes in an answer: which sentences lead, their order, and what is said of dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from retrieval import Searcher, SearchOptions
from retrieval.answering.evidence import Sentence, sentences_of
from retrieval.answering.statements import Statement
from retrieval.answering.timeliness import chronological, is_current, newest_first, time_notices
from retrieval.found import Found
from retrieval.question import understand
from tests.fakes import draft

TODAY = date(2024, 1, 1)
CURRENT = [
    ("en", "What is the current price of oil?"),
    ("en", "What is the situation today?"),
    ("zh", "目前的通货膨胀率是多少？"),
    ("es", "¿Quién es el presidente actual?"),
    ("ar", "من هو الرئيس الحالي؟"),
    ("fr", "Qui est l'actuel président ?"),
    ("ru", "Кто сейчас президент?"),
    ("pt", "Quem é o presidente atual?"),
    ("de", "Wie hoch ist die Inflation derzeit?"),
    ("ja", "現在の大統領は誰ですか？"),
    ("hi", "वर्तमान राष्ट्रपति कौन है?"),
    ("id", "Siapa presiden saat ini?"),
    ("tr", "Şu anki cumhurbaşkanı kim?"),
    ("fa", "رئیس جمهور فعلی کیست؟"),
    ("it", "Chi è l'attuale presidente?"),
    ("ko", "현재 대통령은 누구입니까?"),
    ("vi", "Tổng thống hiện nay là ai?"),
    ("pl", "Kto jest obecnie prezydentem?"),
    ("uk", "Хто зараз президент?"),
    ("th", "ประธานาธิบดีคนปัจจุบันคือใคร"),
    ("nl", "Wie is de huidige president?"),
    ("az", "Hazırda prezident kimdir?"),
]
TIMELESS = [
    ("en", "What is an electric current?"),
    ("en", "Which ocean current warms Europe?"),
    ("en", "What were the latest figures in 2020?"),
    ("en", "Who knows the way?"),
    ("zh", "谁出现在会议上？"),
    ("de", "Was ist elektrischer Strom?"),
    ("mt", "now"),
]
Archive = Callable[..., Searcher]


@pytest.fixture
def prices(archive_of: Archive) -> Searcher:
    """The price of oil in reports of three years and one without a date, worded alike."""
    reports = [("old", "2019-05-01"), ("new", "2023-05-01"), ("middle", "2021-05"), ("undated", None)]
    return archive_of(
        *(
            draft(name, f"The price of oil is set by {name}.", **({"published_at": when} if when else {}))
            for name, when in reports
        )
    )


def asked(searcher: Searcher, question: str) -> Found:
    options = SearchOptions(question_language="en", fold_duplicates=False)
    return searcher.find(question, options, today=TODAY)


def names(found: Found, sentences: list[Sentence]) -> list[str]:
    return [found.result.passages[one.passage].article.title.removeprefix("About ") for one in sentences]


@pytest.mark.parametrize(("language", "question"), CURRENT)
def test_a_question_about_now_is_known(language: str, question: str) -> None:
    assert is_current(understand(question, language, TODAY))


@pytest.mark.parametrize(("language", "question"), TIMELESS)
def test_other_questions_are_not_about_now(language: str, question: str) -> None:
    assert not is_current(understand(question, language, TODAY))


def test_the_newest_report_leads_for_a_question_about_now(prices: Searcher) -> None:
    found = asked(prices, "What is the current price of oil?")
    sentences = sentences_of(found)
    led = newest_first(found, sentences)
    assert names(found, led)[0] == "new"
    assert names(found, led)[-1] == "old"
    assert sorted(names(found, led)) == ["middle", "new", "old", "undated"]
    assert [one.score for one in led] == [one.score for one in sentences]


def test_a_much_better_sentence_stays_first(archive_of: Archive) -> None:
    searcher = archive_of(
        draft("right", "The current price of oil is known.", published_at="2019-05-01"),
        draft("wrong", "Birds sing of oil at dawn while people sleep.", published_at="2023-05-01"),
    )
    found = asked(searcher, "What is the current price of oil?")
    assert names(found, newest_first(found, sentences_of(found)))[0] == "right"


def test_other_questions_keep_their_order(prices: Searcher) -> None:
    found = asked(prices, "What is the price of oil?")
    sentences = sentences_of(found)
    assert newest_first(found, sentences) == sentences


@pytest.mark.parametrize(("period", "name"), [("2019", "old"), ("2021", "middle"), ("2023", "new")])
def test_a_period_prefers_its_own_articles(prices: Searcher, period: str, name: str) -> None:
    found = asked(prices, f"What was the price of oil in {period}?")
    led = newest_first(found, sentences_of(found))
    assert names(found, led)[0] == name
    assert len(led) == 4


def test_nothing_found_is_no_error(prices: Searcher) -> None:
    found = prices.find("What is the current price of oil?", SearchOptions(after=date(2099, 1, 1)), today=TODAY)
    assert newest_first(found, sentences_of(found)) == []
    assert time_notices(found, [], "en") == []


def test_statements_are_ordered_by_date_and_undated_ones_last(prices: Searcher) -> None:
    found = asked(prices, "What is the price of oil?")
    ordered = chronological(found, [Statement(one) for one in sentences_of(found)])
    assert names(found, [one.sentence for one in ordered]) == ["old", "middle", "new", "undated"]


def test_undated_statements_keep_their_order(news: Searcher) -> None:
    found = news.find("wind turbines", SearchOptions(fold_duplicates=False))
    statements = [Statement(one) for one in sentences_of(found)]
    ordered = names(found, [one.sentence for one in chronological(found, statements)])
    undated = [n for n in names(found, [one.sentence for one in statements]) if n in ("undated", "yearless")]
    assert ordered[-2:] == undated
    assert ordered[0] == "unsourced"  # 2019
    assert ordered[-3] == "late"  # 2023


def test_an_answer_about_now_says_of_when_it_is(prices: Searcher) -> None:
    found = asked(prices, "What is the current price of oil?")
    statements = [Statement(one) for one in sentences_of(found)]
    notices = time_notices(found, statements, "de")
    assert [(one.kind, one.text) for one in notices] == [
        ("as-of", "Neuester Bericht: 1. Mai 2023."),
        ("undated", "Einige Quellen tragen kein Datum."),
    ]


def test_only_cited_articles_are_spoken_of(prices: Searcher) -> None:
    found = asked(prices, "What is the current price of oil?")
    old = next(one for one in sentences_of(found) if names(found, [one]) == ["old"])
    notices = time_notices(found, [Statement(old)], "en")
    assert [one.text for one in notices] == ["The newest report is of May 1, 2019."]


def test_an_agreeing_source_counts_as_cited(prices: Searcher) -> None:
    found = asked(prices, "What is the current price of oil?")
    by_name = {names(found, [one])[0]: one for one in sentences_of(found)}
    notices = time_notices(found, [Statement(by_name["old"], (by_name["new"],))], "en")
    assert [one.text for one in notices] == ["The newest report is of May 1, 2023."]


def test_a_question_without_time_has_no_notices(prices: Searcher) -> None:
    found = asked(prices, "What is the price of oil?")
    assert time_notices(found, [Statement(one) for one in sentences_of(found)], "en") == []


def test_a_question_about_a_period_is_told_of_undated_sources(prices: Searcher) -> None:
    found = asked(prices, "What was the price of oil in 2021?")
    notices = time_notices(found, [Statement(one) for one in sentences_of(found)], "en")
    assert [one.kind for one in notices] == ["undated"]


def test_a_seed_without_a_year_is_undated_and_not_dropped(seed_archive: Searcher) -> None:
    found = seed_archive.find("Worüber sprechen Aserbaidschan und Japan derzeit?", today=TODAY)
    sentences = sentences_of(found)
    led = newest_first(found, sentences)
    assert len(led) == len(sentences)
    cited = [Statement(one) for one in led if found.result.passages[one.passage].article.language == "de"]
    assert cited
    assert [one.kind for one in time_notices(found, cited, "de")] == ["undated"]

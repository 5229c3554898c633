"""What a filter leaves out is never returned, and what may lie within it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from index.errors import BadInput
from retrieval import Searcher, SearchOptions
from tests.fakes import draft

ALL = {"day", "month", "year", "yearless", "inferred", "undated", "unsourced", "late"}
TODAY = date(2026, 11, 21)


def ids(searcher: Searcher, question: str = "wind turbines", **options: object) -> set[str]:
    chosen = SearchOptions(**options)  # type: ignore[arg-type]
    return {passage.article.id for passage in searcher.search(question, chosen, today=TODAY).passages}


def test_without_filters_undated_and_unsourced_articles_are_returned(news: Searcher) -> None:
    assert ids(news) == ALL


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"languages": ("en",)}, {"day", "month"}),
        ({"languages": ("en", "fr")}, {"day", "month", "undated", "unsourced", "late"}),
        ({"languages": ("German",)}, {"year", "yearless", "inferred"}),
        ({"languages": ("DE",)}, {"year", "yearless", "inferred"}),
        ({"languages": ("und",)}, set()),
        ({"sources": ("Alpha",)}, {"day", "year", "inferred"}),
        ({"sources": ("Alpha", "Gamma")}, {"day", "year", "inferred", "late"}),
        ({"sources": ("ALPHA",)}, {"day", "year", "inferred"}),
        ({"article_ids": ("day", "late")}, {"day", "late"}),
        ({"article_ids": ("day", "nowhere")}, {"day"}),
        ({"languages": ("de",), "sources": ("Alpha",), "after": date(2022, 1, 1)}, {"year"}),
        ({"languages": ("en",), "article_ids": ("late",)}, set()),
    ],
)
def test_filters_limit_to_what_they_name(news: Searcher, options: dict[str, object], expected: set[str]) -> None:
    assert ids(news, **options) == expected


def test_a_source_that_no_article_has_is_named(news: Searcher) -> None:
    with pytest.raises(BadInput, match=r"no article from the source 'Omega'.*zitat stats"):
        ids(news, sources=("Omega",))


@pytest.mark.parametrize(
    ("after", "before", "expected"),
    [
        (date(2022, 10, 15), None, {"day", "month", "year", "late"}),
        (date(2022, 11, 1), None, {"year", "late"}),
        (None, date(2022, 10, 15), {"month", "year", "inferred", "unsourced"}),
        (None, date(2022, 9, 30), {"year", "inferred", "unsourced"}),
        (date(2022, 10, 31), date(2022, 10, 31), {"day", "month", "year"}),
        (date(2021, 10, 31), date(2021, 10, 31), {"inferred"}),
        (date(2024, 1, 1), None, set()),
    ],
)
def test_a_date_filter_passes_what_may_be_of_that_time_and_nothing_undated(
    news: Searcher, after: date | None, before: date | None, expected: set[str]
) -> None:
    assert ids(news, after=after, before=before) == expected


def test_unknown_article_ids_give_an_empty_result(news: Searcher) -> None:
    result = news.search("wind", SearchOptions(article_ids=("nowhere",)))
    assert result.passages == ()
    assert result.understood.language == "en"
    assert "total" in result.took_ms


def test_a_date_in_the_question_prefers_and_filters_only_when_asked(news: Searcher) -> None:
    question = "wind turbines in October 2022"
    result = news.search(question, today=TODAY)
    assert [(d.text, str(d.earliest), str(d.latest)) for d in result.understood.dates] == [
        ("October 2022", "2022-10-01", "2022-10-31")
    ]
    assert {p.article.id for p in result.passages} == ALL
    assert ids(news, question, dates_filter=True) == {"day", "month", "year"}


def test_a_date_in_the_question_puts_the_articles_of_that_time_first(archive_of: Callable[..., Searcher]) -> None:
    searcher = archive_of(
        draft("a-2019", "harbour strike ended xxx1.", title="T", published_at="2019-03-01"),
        draft("b-2021", "harbour strike ended xxx2.", title="T", published_at="2021-03-01"),
    )
    assert [p.article.id for p in searcher.search("harbour strike").passages] == ["a-2019", "b-2021"]
    assert [p.article.id for p in searcher.search("harbour strike in 2021").passages] == ["b-2021", "a-2019"]


def test_a_date_filter_from_the_question_only_narrows_the_one_given(news: Searcher) -> None:
    question = "wind turbines in October 2022"
    assert ids(news, question, dates_filter=True, after=date(2022, 11, 1)) == set()
    assert ids(news, question, dates_filter=True, after=date(2019, 1, 1)) == {"day", "month", "year"}


def test_a_filter_on_dates_without_a_date_in_the_question_leaves_nothing_out(news: Searcher) -> None:
    assert ids(news, dates_filter=True) == ALL


def test_a_filter_finds_articles_that_are_far_down_without_it(archive_of: Callable[..., Searcher]) -> None:
    """Applied before the best are taken, not after."""
    better = [draft(f"en-{n}", f"glacier melt number{n}.") for n in range(130)]
    searcher = archive_of(*better, draft("fr", "glacier and many words besides which nobody asked for.", language="fr"))
    assert ids(searcher, "glacier melt", languages=("fr",)) == {"fr"}


def test_other_articles_with_the_same_text_are_named_only_within_the_filter(
    archive_of: Callable[..., Searcher],
) -> None:
    text = "The ministers met in the capital on Tuesday and agreed on a plan for new wind farms along the coast."
    searcher = archive_of(draft("one", text, source="Alpha"), draft("two", text, source="Beta"))
    (passage,) = searcher.search("wind farms").passages
    assert passage.also_in == ("two",)
    (passage,) = searcher.search("wind farms", SearchOptions(sources=("Beta",))).passages
    assert (passage.article.id, passage.also_in) == ("two", ())

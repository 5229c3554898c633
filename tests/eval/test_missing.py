"""Measuring what a refusal names: foreign words are foreign, and each way of asking is counted by itself."""

from __future__ import annotations

from pathlib import Path

from eval.missing import content, foreign_words, measured, outcome, ways
from eval.sets import Query
from eval.sets.beir import read_beir
from retrieval import Searcher


def test_small_words_are_not_swapped() -> None:
    text = "What did the captain say about accordions?"
    assert [text[slice(*span)] for span in content(text, "en")] == ["captain", "accordions"]


def test_a_foreign_word_occurs_nowhere_in_the_archive(searcher: Searcher) -> None:
    asked = [Query("q", "Do accordions need wind?", "en")]
    assert foreign_words(searcher, asked, "en") == ["accordions", "need"]


def test_a_question_is_asked_in_three_ways(searcher: Searcher, beir: Path) -> None:
    query = read_beir(beir, "all").queries[0]
    as_it_is, planted, removed = ways(searcher, query, ["sea"], ["accordions"])
    assert [as_it_is.way, planted.way, removed.way] == ["as it is", "foreign word", "article removed"]
    assert planted.planted is not None
    assert planted.text[slice(*planted.planted)] == "accordions"
    assert (as_it_is.text, as_it_is.without) == (query.text, frozenset())
    assert removed.without


def test_what_is_counted_of_a_question(searcher: Searcher, beir: Path) -> None:
    query = read_beir(beir, "all").queries[0]
    counted = [list(outcome(searcher, asked, "en")) for asked in ways(searcher, query, ["sea"], ["accordions"])]
    assert all(one[0] == "asked" for one in counted)
    assert all("names something" not in one or "refused" in one for one in counted)


def test_ways_are_added_up_over_the_questions(searcher: Searcher, beir: Path) -> None:
    counts = measured(searcher, beir, beir, 5)
    assert counts["as it is"]["asked"] == counts["article removed"]["asked"] > 0

"""Ranking as a caller sees it: order, limits, copies, languages, odd questions, many threads."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.errors import ArchiveMissing, BadInput
from retrieval import Searcher, SearchOptions, SearchResult, open_archive
from tests.fakes import WordEncoder, draft, story

WIRE = (
    "The energy ministers of both countries met in Baku on Tuesday and agreed on a plan for wind farms in the sea. "
    "The first turbines are to be built in the spring of next year, a spokesman said to reporters on the spot."
)


def ids(result: SearchResult) -> list[str]:
    return [passage.article.id for passage in result.passages]


def without_clock(result: SearchResult) -> dict[str, Any]:
    return {key: value for key, value in asdict(result).items() if key != "took_ms"}


def test_the_article_that_shares_most_words_comes_first(archive_of: Callable[..., Searcher]) -> None:
    searcher = archive_of(
        draft("none", "entirely different matters here."),
        draft("one", "harbour news of today."),
        draft("both", "harbour strike news of."),
    )
    assert ids(searcher.search("harbour strike")) == ["both", "one", "none"]


def test_ranks_count_from_one_and_scores_never_rise(news: Searcher) -> None:
    passages = news.search("wind turbines at sea").passages
    assert [passage.rank for passage in passages] == list(range(1, len(passages) + 1))
    scores = [passage.score for passage in passages]
    assert scores == sorted(scores, reverse=True)


def test_ties_are_in_the_order_in_which_articles_were_added(archive_of: Callable[..., Searcher]) -> None:
    names = ["zulu", "alpha", "mike", "bravo"]
    searcher = archive_of(*[draft(name, f"harbour strike {'x' * 5}{n}.", title="T") for n, name in enumerate(names)])
    result = searcher.search("harbour strike")
    assert ids(result) == names
    assert len({passage.score for passage in result.passages}) == 1


def test_the_same_text_from_two_outlets_takes_one_slot_unless_unfolded(archive_of: Callable[..., Searcher]) -> None:
    copies = [draft(name, WIRE, source=name) for name in ("agency", "paper", "radio")]
    searcher = archive_of(*copies, draft("other", "wind farms elsewhere are a matter of dispute."))
    result = searcher.search("wind farms Baku", SearchOptions(per_article=1))
    assert sorted(ids(result)) == ["agency", "other"]
    assert {p.article.id: p.also_in for p in result.passages} == {"agency": ("paper", "radio"), "other": ()}
    unfolded = searcher.search("wind farms Baku", SearchOptions(per_article=1, fold_duplicates=False))
    assert sorted(ids(unfolded)) == ["agency", "other", "paper", "radio"]


def test_an_article_gives_as_many_passages_as_asked(archive_of: Callable[..., Searcher]) -> None:
    searcher = archive_of(story(1, "harbour"), story(2, "strike"))
    counts = {
        limit: ids(searcher.search("harbour", SearchOptions(per_article=limit))).count("story-1")
        for limit in (1, 2, None)
    }
    assert counts == {1: 1, 2: 2, None: 3}


def test_no_more_passages_than_asked(news: Searcher) -> None:
    assert [len(news.search("wind", SearchOptions(count=n)).passages) for n in (1, 3, 8, 1000)] == [1, 3, 8, 8]


def test_copies_of_one_story_do_not_crowd_out_the_others(archive_of: Callable[..., Searcher]) -> None:
    copies = [draft(f"copy-{n}", f"{WIRE} Run {n}.", source=f"S{n}") for n in range(220)]
    others = [draft(f"other-{n}", f"wind farms of region{n} were debated by town{n}.") for n in range(9)]
    result = archive_of(*copies, *others).search("wind farms met Baku energy ministers agreed plan sea")
    assert len(ids(result)) == 10
    assert sum(name.startswith("copy") for name in ids(result)) == 1


def test_one_long_article_does_not_crowd_out_the_others(archive_of: Callable[..., Searcher]) -> None:
    long = draft(
        "long", " ".join(f"Part {n} of the harbour strike talks, day{n} and more{n} besides." for n in range(500))
    )
    others = [draft(f"other-{n}", f"A strike in town{n} for reason{n} went on.") for n in range(9)]
    result = archive_of(long, *others).search("harbour strike talks")
    assert len(ids(result)) == 10
    assert ids(result).count("long") == 3


def test_languages_are_alike_unless_mine_comes_first(archive_of: Callable[..., Searcher]) -> None:
    searcher = archive_of(
        draft("fr", "Hannover Baku Merkel.", language="fr", title="x"),
        draft("de", "Hannover Baku Scholz.", language="de", title="x"),
    )
    options: dict[str, Any] = {"question_language": "de"}
    assert ids(searcher.search("Hannover Baku Merkel", SearchOptions(**options)))[0] == "fr"
    neither = searcher.search("Hannover Baku", SearchOptions(question_language="en"))
    assert ids(neither) == ["fr", "de"]
    mine = searcher.search("Hannover Baku", SearchOptions(**options, preference="mine-first"))
    assert ids(mine) == ["de", "fr"]


def test_mine_first_does_not_lift_a_passage_that_says_nothing(archive_of: Callable[..., Searcher]) -> None:
    searcher = archive_of(
        draft("fr", "Hannover Baku Merkel.", language="fr"), draft("de", "ganz andere Dinge.", language="de")
    )
    options = SearchOptions(question_language="de", preference="mine-first")
    assert ids(searcher.search("Hannover Baku Merkel", options)) == ["fr", "de"]


@pytest.mark.parametrize("question", ["???", "...", "👩‍👩‍👧‍👦", "\u200b", "-" * 300, "(((", '"', "\\", "* AND OR NOT"])
def test_a_question_without_words_still_gets_passages(news: Searcher, question: str) -> None:
    assert news.search(question).passages


@pytest.mark.parametrize("question", ["ウィンド", "ветер", "ريح", "바람", "ลม"])
def test_a_question_in_a_script_of_no_article_still_gets_passages(news: Searcher, question: str) -> None:
    assert len(news.search(question).passages) == 8


@pytest.mark.parametrize("question", ["", "   ", "\n\t\r", "\0", " \0 \0 "])
def test_an_empty_question_is_refused_with_the_cure(news: Searcher, question: str) -> None:
    with pytest.raises(BadInput, match="empty") as refusal:
        news.search(question)
    assert refusal.value.cure


def test_a_question_may_have_4000_characters_and_no_more(news: Searcher) -> None:
    assert news.search("wind " * 800).passages
    assert news.search("w" * 4_000 + "  ").passages
    with pytest.raises(BadInput, match="4,001 characters: use at most 4,000"):
        news.search("w" * 4_001)


def test_a_nul_in_a_question_is_a_space(news: Searcher) -> None:
    assert ids(news.search("wind\0turbines")) == ids(news.search("wind turbines"))


@pytest.mark.parametrize("question", ["\udcff", "wind \ud800", "\udce9t\udce9"])
def test_bytes_that_are_no_text_are_refused_with_the_cure(news: Searcher, question: str) -> None:
    with pytest.raises(BadInput, match="UTF-8"):
        news.search(question)


def test_an_empty_archive_answers_with_nothing(archive_of: Callable[..., Searcher]) -> None:
    assert archive_of().search("anything").passages == ()


def test_a_missing_archive_is_said_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(ArchiveMissing, match=r"nowhere\.zitat"):
        open_archive(tmp_path / "nowhere.zitat")
    assert not (tmp_path / "nowhere.zitat").exists()


def test_eight_threads_find_what_one_does(archive_of: Callable[..., Searcher]) -> None:
    searcher = archive_of(*[story(n, "harbour" if n % 2 else "strike") for n in range(12)])
    questions = [f"Report {n} {word} w{n}x1x2" for n in range(12) for word in ("harbour", "strike")]
    options = [SearchOptions(), SearchOptions(languages=("en",)), SearchOptions(article_ids=("story-3", "story-4"))]
    asked = [(question, option) for question in questions for option in options]
    serial = [without_clock(searcher.search(*one)) for one in asked]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda one: without_clock(searcher.search(*one)), asked)) == serial


def test_a_result_is_plain_json(news: Searcher) -> None:
    said = json.loads(json.dumps(news.search("wind in October 2022").as_json()))
    assert set(said) == {"question", "understood", "passages", "took_ms"}
    assert said["understood"]["dates"] == [{"text": "October 2022", "earliest": "2022-10-01", "latest": "2022-10-31"}]
    assert said["passages"][0]["rank"] == 1


def test_stages_are_timed(news: Searcher) -> None:
    took = news.search("wind").took_ms
    assert {"understand", "encode", "rank", "present", "total"} == set(took)
    assert took["total"] >= max(value for name, value in took.items() if name != "total") > 0


def test_the_fake_encoder_tells_these_words_apart() -> None:
    encoder = WordEncoder(4096)
    words = "wind turbines harbour strike hannover baku merkel scholz dinge".split()
    assert len(np.unique([encoder.component(word) for word in words])) == len(words)


def translated(archive_of: Callable[..., Searcher]) -> Searcher:
    """One article answers, 110 have a word of the question, and one in German says the same in none of its words."""
    said = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
    others = [draft(f"other-{n}", f"harbour {' '.join(f'w{n}x{at}' for at in range(6))}.") for n in range(110)]
    answer = draft("answer", f"harbour closed {' '.join(said)}.")
    same = draft("same", f"{' '.join(reversed(said))}.", language="de")  # in another order, or it would be a copy
    return archive_of(answer, *others, same)


def test_what_says_the_same_in_another_language_is_found_without_a_word_of_the_question(
    archive_of: Callable[..., Searcher],
) -> None:
    searcher = translated(archive_of)
    found = ids(searcher.search("harbour closed", SearchOptions(count=3, question_language="en")))
    assert found[:2] == ["answer", "same"]


def test_what_says_the_same_is_kept_out_by_filters_like_all_else(archive_of: Callable[..., Searcher]) -> None:
    searcher = translated(archive_of)
    for limits in ({"languages": ("en",)}, {"languages": ("en", "fr")}, {"article_ids": ("answer", "other-3")}):
        options = SearchOptions(count=3, question_language="en", **limits)  # type: ignore[arg-type]
        assert "same" not in ids(searcher.search("harbour closed", options))


def test_what_is_left_out_is_not_found_as_a_translation_either(archive_of: Callable[..., Searcher]) -> None:
    searcher = translated(archive_of)
    [same] = searcher.find("one two", SearchOptions(article_ids=("same",))).ranked
    found = searcher.find("harbour closed", SearchOptions(count=3), without=frozenset({same.chunk.cluster}))
    assert "same" not in ids(found.result)


@pytest.mark.parametrize("per_article", [1, 3, None])
def test_the_first_passages_are_the_same_however_many_are_asked_for(
    archive_of: Callable[..., Searcher], per_article: int | None
) -> None:
    searcher = archive_of(*(story(number, *["harbour"] * (number % 7)) for number in range(180)))
    longest = searcher.search("report harbour part 3", SearchOptions(count=100, per_article=per_article)).passages
    assert len(longest) == 100
    assert [one.score for one in longest] == sorted((one.score for one in longest), reverse=True)
    assert len({one.chunk_id for one in longest}) == 100
    for count in (1, 10, 40, 99):
        fewer = searcher.search("report harbour part 3", SearchOptions(count=count, per_article=per_article)).passages
        assert fewer == longest[:count]

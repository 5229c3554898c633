"""Every retriever gives article ids, the best with the highest score, and keeps to the languages asked."""

from __future__ import annotations

import pytest

from eval.dataset import Query
from eval.retrievers import Retriever, dense, lexical, plain_hybrid, product
from retrieval import Searcher

ALL = [dense, lexical, plain_hybrid, product]
DEPTH = 100
NAMES = {"sea", "hills", "harbour", "birds", "meer"}


def best_first(run: dict[str, float]) -> list[str]:
    return sorted(run, key=run.__getitem__, reverse=True)


@pytest.mark.parametrize("retriever", ALL)
@pytest.mark.parametrize(
    ("text", "language", "best"),
    [
        ("wind turbines", "en", ["sea"]),
        ("harbour strike", "en", ["harbour"]),
        ("Windräder Meer", "de", ["meer"]),
    ],
)
def test_the_articles_that_answer_have_the_highest_scores(
    searcher: Searcher, retriever: Retriever, text: str, language: str, best: list[str]
) -> None:
    run = retriever(searcher, Query("q", text, language), (), DEPTH)
    assert best_first(run)[: len(best)] == best
    assert set(run) <= NAMES


@pytest.mark.parametrize("retriever", ALL)
def test_other_languages_are_left_out_when_one_is_asked_for(searcher: Searcher, retriever: Retriever) -> None:
    assert set(retriever(searcher, Query("q", "Windräder Meer wind", "de"), ("de",), DEPTH)) == {"meer"}


def test_the_lexical_leg_alone_gives_only_what_shares_a_word(searcher: Searcher) -> None:
    assert set(lexical(searcher, Query("q", "harbour strike", "en"), (), DEPTH)) == {"harbour"}


def test_a_blind_lexical_leg_leaves_the_order_to_the_dense_one(searcher: Searcher) -> None:
    query = Query("q", "???", "en")
    assert lexical(searcher, query, (), DEPTH) == {}
    assert set(plain_hybrid(searcher, query, (), DEPTH)) == NAMES


def test_both_legs_are_scaled_to_half_each(searcher: Searcher) -> None:
    run = plain_hybrid(searcher, Query("q", "wind turbines", "en"), (), DEPTH)
    assert run["sea"] == pytest.approx(1.0)
    assert all(0 <= score <= 1 for score in run.values())


def test_the_product_gives_reciprocal_ranks(searcher: Searcher) -> None:
    run = product(searcher, Query("q", "wind turbines", "en"), (), DEPTH)
    assert sorted(run.values(), reverse=True) == [1 / rank for rank in range(1, len(run) + 1)]

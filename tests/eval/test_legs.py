"""The legs by themselves: what only the words tell, what only the vectors tell, and half of each."""

from __future__ import annotations

import pytest

from eval.rankers.legs import dense, lexical, plain_hybrid
from eval.sets import Query
from retrieval import Searcher
from tests.eval.conftest import CORPUS

NAMES = {name for name, _, _ in CORPUS}
DEPTH = 100


def test_the_lexical_leg_finds_only_what_shares_a_word(searcher: Searcher) -> None:
    assert set(lexical(searcher, Query("q", "harbour strike", "en"), (), DEPTH)) == {"harbour"}


def test_the_dense_leg_ranks_every_article(searcher: Searcher) -> None:
    assert set(dense(searcher, Query("q", "harbour strike", "en"), (), DEPTH)) == NAMES


def test_a_question_without_words_is_left_to_the_vectors(searcher: Searcher) -> None:
    query = Query("q", "???", "en")
    assert lexical(searcher, query, (), DEPTH) == {}
    assert set(plain_hybrid(searcher, query, (), DEPTH)) == NAMES


def test_each_leg_counts_half(searcher: Searcher) -> None:
    run = plain_hybrid(searcher, Query("q", "wind turbines", "en"), (), DEPTH)
    assert run["sea"] == pytest.approx(1.0)  # first of both
    words = lexical(searcher, Query("q", "wind turbines", "en"), (), DEPTH)
    assert all(run[name] <= 0.5 for name in NAMES - words.keys())

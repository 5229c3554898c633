"""The score, by numbers that can be checked on paper."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from retrieval.ranking import (
    Features,
    Floats,
    Ranking,
    best_first,
    final_score,
    first_stage,
    max_sim_of,
    with_agreement,
)

RANKING = Ranking(
    late=1.0,
    telling=1.0,
    strictness=2.0,
    dense=0.5,
    lexical=0.1,
    fair=0.75,
    trusted=1.0,
    lexical_elsewhere=0.04,
    first_lexical=0.2,
    agreeing=0.5,
    alike=0.6,
    same=0.9,
    mine_first=0.3,
    in_period=0.07,
)


def at_cosines(*cosines: float) -> Floats:
    """Unit vectors with these cosines with the first axis."""
    return np.array([[c, np.sqrt(1 - c * c)] for c in cosines], np.float32)


def features(**changed: Any) -> Features:
    """Two German chunks and two English ones, of which the lexical leg sees 4 and 1, 2 and 0."""
    values: dict[str, Any] = {
        "keys": np.array([11, 12, 13, 14], np.int64),
        "languages": np.array(["de", "de", "en", "en"]),
        "vectors": at_cosines(1.0, 0.99, 0.75, 0.3),
        "cosine": np.array([0.2, 0.4, 0.6, 0.8], np.float32),
        "bm25": np.array([4.0, 1.0, 2.0, 0.0], np.float32),
        "ideal_bm25": 4.0,
        "in_period": np.array([False, False, False, False]),
    }
    return Features(**(values | changed))


def test_the_lexical_score_is_relative_to_the_best_of_the_passage_s_language() -> None:
    # 0.2 * (4/4 - 1), 0.2 * (1/4 - 1), 0.2 * (2/2 - 1), 0.2 * (0/2 - 1)
    assert first_stage(features(), RANKING) == pytest.approx([0.2, 0.4 - 0.15, 0.6, 0.8 - 0.2])


def test_the_lexical_score_weighs_less_in_other_languages_than_the_question_s() -> None:
    score = final_score(features(), np.array([0.1, 0.2, 0.3, 0.4], np.float32), "de", RANKING)
    expected = [0.1 + 0.1 + 0.1 * 0.25, 0.2 + 0.2 - 0.1 * 0.5, 0.3 + 0.3, 0.4 + 0.4 - 0.04 * 1.0]
    assert score == pytest.approx(expected)


def test_words_count_less_where_even_the_best_passage_has_few_of_them() -> None:
    unsure = features(ideal_bm25=16.0)
    score = final_score(unsure, np.array([0.1, 0.2, 0.3, 0.4], np.float32), "de", RANKING)
    assert score[:2] == pytest.approx([0.1 + 0.1 + 0.25 * 0.1 * 0.25, 0.2 + 0.2 - 0.25 * 0.1 * 0.5])


def test_where_the_lexical_leg_is_blind_it_changes_nothing() -> None:
    blind = features(bm25=np.zeros(4, np.float32))
    assert first_stage(blind, RANKING) == pytest.approx([0.2, 0.4, 0.6, 0.8])
    half_blind = features(bm25=np.array([0, 0, 2, 0], np.float32))
    assert first_stage(half_blind, RANKING) == pytest.approx([0.2, 0.4, 0.6, 0.6])


def test_doubling_the_lexical_scores_of_one_language_changes_nothing() -> None:
    doubled = features(bm25=np.array([8.0, 2.0, 2.0, 0.0], np.float32))
    assert first_stage(doubled, RANKING) == pytest.approx(first_stage(features(), RANKING))


def test_a_time_that_the_question_names_lifts_the_articles_of_that_time() -> None:
    nothing = np.zeros(4, np.float32)
    timed = features(in_period=np.array([False, True, False, True]))
    lift = final_score(timed, nothing, "de", RANKING) - final_score(features(), nothing, "de", RANKING)
    assert lift == pytest.approx([0.0, 0.07, 0.0, 0.07])


def test_the_best_comes_first_and_ties_go_to_the_older_chunk() -> None:
    keys = np.array([9, 3, 7, 5], np.int64)
    assert best_first(keys, np.array([0.5, 0.5, 0.9, 0.1], np.float32)).tolist() == [2, 1, 0, 3]
    assert best_first(keys, np.zeros(4, np.float32)).tolist() == [1, 3, 2, 0]


def test_rows_are_chosen_in_the_order_given() -> None:
    chosen = features().rows(np.array([3, 0]))
    assert chosen.keys.tolist() == [14, 11]
    assert chosen.languages.tolist() == ["en", "de"]
    assert chosen.bm25.tolist() == [0.0, 4.0]


def test_a_token_weighs_what_its_best_match_is_above_the_usual_one() -> None:
    # The first token is met at 0.9 against the usual 0.5, the second at 0.6 against 0.5: weights 0.8 and 0.2.
    tokens = np.array([[0.9, 0.4], [0.5, 0.6], [0.5, 0.5]], np.float32)
    strict = -np.log(0.8 * np.exp(-2 * 0.9) + 0.2 * np.exp(-2 * 0.4)) / 2
    assert max_sim_of(tokens, RANKING)[0] == pytest.approx(strict, abs=1e-6)


def test_what_all_candidates_meet_alike_says_nothing() -> None:
    tokens = np.array([[0.7, 0.2], [0.7, 0.4], [0.7, 0.1]], np.float32)
    assert max_sim_of(tokens, RANKING) == pytest.approx(tokens[:, 1], abs=0.01)


def test_one_candidate_alone_gets_the_strict_mean_of_its_tokens() -> None:
    score = max_sim_of(np.array([[0.8, 0.2]], np.float32), RANKING)
    assert score == pytest.approx([-np.log((np.exp(-1.6) + np.exp(-0.4)) / 2) / 2])


def test_a_passage_that_misses_one_token_is_behind_one_that_meets_all_by_half() -> None:
    tokens = np.array([[0.9, 0.1], [0.5, 0.5], [0.1, -0.3]], np.float32)
    score = max_sim_of(tokens, RANKING)
    assert score[1] > score[0] > score[2]


def test_another_language_that_says_the_same_comes_closer_to_the_first() -> None:
    # Half of the way from alike to same, for half of the lead: a quarter of 0.9 - 0.5.
    score = with_agreement(features(), np.array([0.9, 0.8, 0.5, 0.4], np.float32), RANKING)
    assert score == pytest.approx([0.9, 0.8, 0.5 + 0.25 * 0.4, 0.4])


def test_a_passage_that_says_the_same_never_passes_the_first() -> None:
    same = features(vectors=at_cosines(1.0, 1.0, 1.0, 1.0))
    score = with_agreement(same, np.array([0.9, 0.8, 0.5, 0.4], np.float32), RANKING)
    assert score == pytest.approx([0.9, 0.8, 0.7, 0.65])


def test_the_language_of_the_first_keeps_its_order_and_its_scores() -> None:
    score = with_agreement(features(), np.array([0.4, 0.5, 0.8, 0.9], np.float32), RANKING)
    assert score[2:] == pytest.approx([0.8, 0.9])


def test_no_candidates_have_no_scores() -> None:
    nothing = features().rows(np.zeros(0, np.int64))
    assert final_score(nothing, np.zeros(0, np.float32), "de", RANKING).shape == (0,)
    assert with_agreement(nothing, np.zeros(0, np.float32), RANKING).shape == (0,)

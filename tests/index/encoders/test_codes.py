"""Late interaction: the same scores however many passages there are."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from index.encoders import codes
from index.encoders.bits import products
from index.encoders.codes import alignment, max_sim, pack


def test_scores_do_not_depend_on_how_much_is_compared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    query = random.standard_normal((7, 64)).astype(np.float32)
    passages = [pack(random.standard_normal((size, 64))) for size in (5, 0, 40, 1, 0, 17, 60, 3, 0)]
    wanted = [alignment(query, one).max(1).mean() if len(one) else 0.0 for one in passages]
    for block in (1, 20, 64, 8_192):
        monkeypatch.setattr(codes, "BLOCK", block)
        assert np.allclose(max_sim(query, passages), wanted, atol=1e-4), block  # of whole numbers of 16 bits


def test_no_more_than_a_block_is_unpacked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    most = []

    def watched(some: codes.Codes, whole: NDArray[np.int8]) -> NDArray[np.int32]:
        most.append(len(some))
        return products(some, whole)

    monkeypatch.setattr(codes, "products", watched)
    max_sim(np.ones((2, 64), np.float32), [np.zeros((250, 8), np.uint8)] * 100)
    assert len(most) > 1
    assert max(most) <= codes.BLOCK
    assert sum(most) == 25_000


def test_a_question_or_passages_without_codes_score_nothing() -> None:
    assert max_sim(np.zeros((0, 64), np.float32), [np.zeros((3, 8), np.uint8)]).tolist() == [0.0]
    assert max_sim(np.ones((2, 64), np.float32), [np.zeros((0, 8), np.uint8)] * 2).tolist() == [0.0, 0.0]

"""Batches of work: all of it, in order, each with a bounded loss."""

from __future__ import annotations

import pytest

from index.ingesting.batches import batches


@pytest.fixture(autouse=True)
def _limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.ingesting.batches.BATCH_TOKENS", 10)


@pytest.mark.parametrize(
    ("sizes", "wanted"),
    [
        ([], []),
        ([1], [[1]]),
        ([4, 4, 4, 4], [[4, 4, 4], [4]]),
        ([99, 1, 9, 3], [[99], [1, 9], [3]]),
        ([10, 10], [[10], [10]]),
    ],
)
def test_a_batch_ends_with_the_item_that_reaches_the_limit(sizes: list[int], wanted: list[list[int]]) -> None:
    assert list(batches(sizes, lambda size: size)) == wanted


def test_no_more_is_read_than_the_batch_needs() -> None:
    rest = iter([6, 6, 6])
    assert next(batches(rest, lambda size: size)) == [6, 6]
    assert list(rest) == [6]

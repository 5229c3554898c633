"""Understanding a question: its language, the dates it names, and what each leg of the search looks for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from index.documents import TermQuery
from index.encoders.encoder import EncodedQuery, Encoder
from index.text.analyser import analyse, transliterated
from retrieval.date_ranges import find_periods
from retrieval.options import language_code
from retrieval.results import DateRange, Understood
from retrieval.spoken import spoken


@dataclass(frozen=True)
class Question:
    """A question as both legs see it."""

    text: str
    understood: Understood
    terms: TermQuery


def understand(text: str, language: str | None, today: date, kept: Collection[str] = ()) -> Question:
    """Language, dates and terms; `language` overrides what would be detected, `kept` are the archive's languages."""
    asked_in = language_code(language) if language else spoken(text, kept)[0]
    dates = tuple(DateRange(d.text, d.earliest, d.latest) for d in find_periods(text, asked_in, today))
    terms = TermQuery(analyse(text, asked_in), transliterated(text))
    return Question(text, Understood(asked_in, dates), terms)


def encode(question: Question, encoder: Encoder) -> EncodedQuery:
    """The question as the dense leg sees it."""
    return encoder.encode_query(question.text, question.understood.language)

"""Understanding a question: its language, the dates it names, and what each leg of the search looks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from index.analyser import analyse, transliterated
from index.encoder import EncodedQuery, Encoder
from index.language import detect
from index.terms import TermQuery
from retrieval.dates import find_dates
from retrieval.options import language_code
from retrieval.results import DateRange, Understood


@dataclass(frozen=True)
class Question:
    """A question as both legs see it."""

    text: str
    understood: Understood
    terms: TermQuery


def understand(text: str, language: str | None, today: date) -> Question:
    """Language, dates and terms; `language` overrides what would be detected."""
    spoken = language_code(language) if language else detect(text)[0]
    dates = tuple(DateRange(d.text, d.earliest, d.latest) for d in find_dates(text, spoken, today))
    terms = TermQuery(analyse(text, spoken), transliterated(text))
    return Question(text, Understood(spoken, dates), terms)


def encode(question: Question, encoder: Encoder) -> EncodedQuery:
    """The question as the dense leg sees it."""
    return encoder.encode_query(question.text, question.understood.language)

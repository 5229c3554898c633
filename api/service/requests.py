"""Requests, as they come over the wire: unknown fields are refused (api/service/responses.py has what is answered)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from retrieval.answering import AnswerOptions, Turn
from retrieval.answering.options import MOST_SENTENCES, MOST_TURNS
from retrieval.options import LONGEST_QUESTION, MOST_PASSAGES, SearchOptions

MOST_NAMES = 1_000
Question = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_QUESTION)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Names = Annotated[list[Name], Field(max_length=MOST_NAMES)]


class RequestBody(BaseModel):
    """A request: unknown fields are refused, so that a misspelt filter is not silently left out."""

    model_config = ConfigDict(extra="forbid")


class Filters(RequestBody):
    """What a search is limited to, and what it prefers."""

    languages: Names = Field(default=[], description="Only articles in these: ISO 639 codes or English names.")
    sources: Names = Field(default=[], description="Only articles from these sources, in any case.")
    after: date | None = Field(default=None, description="Only articles of this day or later.")
    before: date | None = Field(default=None, description="Only articles of this day or earlier.")
    article_ids: Names = Field(default=[], description="Only these articles.")
    preference: Literal["balanced", "mine-first"] = Field(
        default="balanced", description='"mine-first" prefers passages in the question\'s language.'
    )
    per_article: Annotated[int, Field(ge=1)] | None = Field(default=3, description="Most passages of one article.")
    question_language: Name | None = Field(default=None, description="Where it is recognised wrongly.")
    dates_filter: bool = Field(default=False, description="Dates in the question limit instead of prefer.")
    fold_duplicates: bool = Field(default=True, description="Near-duplicates share one place.")


class Query(Filters):
    """Filters, and how many passages."""

    count: int = Field(default=SearchOptions.count, ge=1, le=MOST_PASSAGES, description="How many passages.")

    def search_options(self) -> SearchOptions:
        """The same for the searcher; raises BadInput where fields contradict each other."""
        given = ((name, getattr(self, name)) for name in Query.model_fields)
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in given}
        return SearchOptions(**values)


class SearchRequest(Query):
    """A search."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"question": "Wie hoch war der Handel mit Kasachstan?", "count": 3}]}
    )

    question: Question


class BatchRequest(Query):
    """Several questions, searched for under the same filters."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"questions": ["Who met in Baku?", "¿Cuánto petróleo exportó?"], "count": 3}]}
    )

    questions: list[Question] = Field(min_length=1, description="The service limits how many.")


class TurnBody(RequestBody):
    """An earlier question of the conversation, and what was answered."""

    question: Question
    answer: Annotated[str, StringConstraints(max_length=20_000)] = ""


class AskRequest(Query):
    """A question to be answered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"question": "How large was the trade turnover with Kazakhstan?"},
                {"question": "And with Japan?", "conversation": [{"question": "How large was trade with China?"}]},
            ]
        }
    )

    question: Question
    sentences: int = Field(default=4, ge=1, le=MOST_SENTENCES, description="The most that an answer has.")
    chronological: bool = Field(default=False, description="Sentences in the order of their articles' dates.")
    mode: Literal["auto", "extractive", "generative"] = Field(
        default="auto", description='"auto" writes with the language model where the service has one.'
    )
    conversation: list[TurnBody] = Field(default=[], max_length=MOST_TURNS, description="Earlier turns, oldest first.")

    def answer_options(self) -> AnswerOptions:
        """The same for the answerer; raises BadInput where fields contradict each other."""
        turns = tuple(Turn(turn.question, turn.answer) for turn in self.conversation)
        return AnswerOptions(self.search_options(), self.sentences, self.chronological, self.mode, turns)

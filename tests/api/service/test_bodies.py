"""What the OpenAPI page promises is what `retrieval` makes, and what is asked reaches it whole."""

from __future__ import annotations

from dataclasses import fields

import pytest
from pydantic import BaseModel

from api.service import bodies, models
from retrieval import results
from retrieval.answering import AnswerOptions, records
from retrieval.options import SearchOptions

PAIRS = [
    (bodies.AnswerBody, records.Answer),
    (bodies.CitationBody, records.Citation),
    (bodies.AnswerSentenceBody, records.AnswerSentence),
    (bodies.DisagreementBody, records.Disagreement),
    (bodies.NoticeBody, records.Notice),
    (bodies.AnswerUnderstoodBody, records.AnswerUnderstood),
    (bodies.SearchBody, results.SearchResult),
    (bodies.PassageBody, results.Passage),
    (bodies.ArticleCardBody, results.ArticleCard),
    (bodies.DateRangeBody, results.DateRange),
    (bodies.SpanBody, results.Span),
]


@pytest.mark.parametrize(("body", "record"), PAIRS)
def test_a_body_has_the_fields_of_its_record(body: type[BaseModel], record: type) -> None:
    assert set(body.model_fields) == {field.name for field in fields(record)}


def test_everything_that_can_be_chosen_can_be_asked_for_with_the_same_default() -> None:
    assert models.SearchRequest(question="x").search_options() == SearchOptions()
    assert models.AskRequest(question="x").answer_options() == AnswerOptions()
    assert set(models.Query.model_fields) == {field.name for field in fields(SearchOptions)}


@pytest.mark.parametrize("request_body", [models.SearchRequest, models.BatchRequest, models.AskRequest])
def test_the_examples_are_requests(request_body: type[BaseModel]) -> None:
    examples = request_body.model_config["json_schema_extra"]["examples"]  # type: ignore[index, call-overload]
    assert [request_body.model_validate(example) for example in examples]

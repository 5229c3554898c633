"""What the OpenAPI page promises is what `retrieval` makes, and what is asked reaches it whole."""

from __future__ import annotations

from dataclasses import fields

import pytest
from pydantic import BaseModel

from api.service import requests, responses
from retrieval import results
from retrieval.answering import AnswerOptions, records
from retrieval.options import SearchOptions

PAIRS = [
    (responses.AnswerBody, records.Answer),
    (responses.CitationBody, records.Citation),
    (responses.AnswerSentenceBody, records.AnswerSentence),
    (responses.DisagreementBody, records.Disagreement),
    (responses.NoticeBody, records.Notice),
    (responses.AnswerUnderstoodBody, records.AnswerUnderstood),
    (responses.SearchBody, results.SearchResult),
    (responses.PassageBody, results.Passage),
    (responses.ArticleCardBody, results.ArticleCard),
    (responses.DateRangeBody, results.DateRange),
    (responses.SpanBody, results.Span),
]


@pytest.mark.parametrize(("body", "record"), PAIRS)
def test_a_body_has_the_fields_of_its_record(body: type[BaseModel], record: type) -> None:
    assert set(body.model_fields) == {field.name for field in fields(record)}


def test_everything_that_can_be_chosen_can_be_asked_for_with_the_same_default() -> None:
    assert requests.SearchRequest(question="x").search_options() == SearchOptions()
    assert requests.AskRequest(question="x").answer_options() == AnswerOptions()
    assert set(requests.Query.model_fields) == {field.name for field in fields(SearchOptions)}


@pytest.mark.parametrize("request_body", [requests.SearchRequest, requests.BatchRequest, requests.AskRequest])
def test_the_examples_are_requests(request_body: type[BaseModel]) -> None:
    examples = request_body.model_config["json_schema_extra"]["examples"]  # type: ignore[index, call-overload]
    assert [request_body.model_validate(example) for example in examples]

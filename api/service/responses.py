"""Responses, as they go over the wire.

The bodies of answers and searches have the fields of `retrieval`'s records; a test holds that they stay the same.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.service.job import JobState


class ResponseBody(BaseModel):
    """A response, read from a record's attributes."""

    model_config = ConfigDict(from_attributes=True)


class SpanBody(ResponseBody):
    """Code points from `start` to before `end` of the article's text."""

    start: int
    end: int


class ArticleCardBody(ResponseBody):
    """What is known of an article, without its text."""

    id: str
    title: str
    source: str | None
    author: str | None
    language: str
    published_at: str | None
    url: str | None
    content_hash: str


class PassageBody(ResponseBody):
    """A ranked passage: the article's text from `start` to `end`."""

    rank: int
    score: float
    chunk_id: str
    text: str
    start: int
    end: int
    highlights: list[SpanBody]
    article: ArticleCardBody
    also_in: list[str]


class DateRangeBody(ResponseBody):
    """A date as the question words it, and the days it may mean, both included."""

    text: str
    earliest: date
    latest: date


class UnderstoodBody(ResponseBody):
    """What was made of the question."""

    language: str
    dates: list[DateRangeBody]


class SearchBody(ResponseBody):
    """The passages, best first, and the milliseconds spent in each stage."""

    question: str
    understood: UnderstoodBody
    passages: list[PassageBody]
    took_ms: dict[str, float]


class BatchBody(ResponseBody):
    """One result a question, in their order."""

    results: list[SearchBody]


class CitationBody(ResponseBody):
    """A quotation: the article's text from `start` to `end` is `quote`, in the version that `content_hash` names."""

    n: int
    article_id: str
    content_hash: str
    start: int
    end: int
    quote: str
    span: SpanBody | None
    title: str
    source: str | None
    published_at: str | None
    language: str
    url: str | None


class AnswerSentenceBody(ResponseBody):
    """One sentence, and the numbers of the citations that prove it."""

    text: str
    language: str
    citations: list[int]


class DisagreementBody(ResponseBody):
    """Statements about the same thing that cannot all hold."""

    kind: Literal["figures", "dates", "arithmetic"]
    text: str
    values: list[str]
    citations: list[int]


class NoticeBody(ResponseBody):
    """What the reader should know beside the answer."""

    kind: str
    text: str


class UnmetBody(SpanBody):
    """Words of the question that was searched for, to which nothing in the nearest passages answers."""

    text: str


class AnswerUnderstoodBody(UnderstoodBody):
    """The same, with the question that was searched for."""

    question: str


class AnswerBody(ResponseBody):
    """An answer; not answered, it has no sentences, and a notice says why."""

    question: str
    answered: bool
    confidence: float
    mode: Literal["extractive", "generative"]
    language: str
    understood: AnswerUnderstoodBody
    sentences: list[AnswerSentenceBody]
    citations: list[CitationBody]
    disagreements: list[DisagreementBody]
    notices: list[NoticeBody]
    passages: list[PassageBody]
    took_ms: dict[str, float]
    unmet: list[UnmetBody] = Field(description="What is plainly missing, the rarest word first; only where refused.")


class ChunkBody(ResponseBody):
    """Where a chunk lies in the article's text, in code points, and how long it is in tokens."""

    start: int
    end: int
    tokens: int
    llm_tokens: int
    language: str


class ArticleBody(ArticleCardBody):
    """An article with its text and the places of its chunks."""

    text: str
    chunks: list[ChunkBody]
    also_in: list[str] = Field(description="Articles that carry nearly the same text.")


class ListedBody(ResponseBody):
    """One line of the list of articles."""

    id: str
    title: str
    source: str | None
    language: str
    published_at: str | None


class PageBody(ResponseBody):
    """Articles in the order in which they were added; `next` is the cursor of the next page, null on the last."""

    articles: list[ListedBody]
    next: str | None


class StatsBody(ResponseBody):
    """What the archive holds."""

    articles: int
    chunks: int
    near_duplicates: int
    dated: int
    earliest: str | None
    latest: str | None
    languages: dict[str, int]
    sources: dict[str, int]
    model: str
    chunk_tokens: int
    generation: int


class PeriodBody(ResponseBody):
    """So many articles of one month ("2020-11"), or of one year of which no month is known ("2020")."""

    period: str
    articles: int


class TimelineBody(ResponseBody):
    """How many articles there are of each time, oldest first, and how many have no known year."""

    periods: list[PeriodBody]
    undated: int


class SourceBody(ResponseBody):
    """A source, and how many articles are from it."""

    source: str
    articles: int


class SourcesBody(ResponseBody):
    """Sources: those that begin as was asked, the most frequent first, then those with a later word that does."""

    sources: list[SourceBody]


class RemarkBody(ResponseBody):
    """About the article with this number, counted from 1."""

    number: int
    reason: str
    cure: str


class JobBody(ResponseBody):
    """What became of the articles that were sent."""

    id: str
    state: JobState
    created: str
    articles: int = Field(description="How many were sent.")
    started: str | None
    finished: str | None
    done: int = Field(description="How many were looked at so far.")
    added: int
    changed: int
    unchanged: int
    rejected: int
    rejections: list[RemarkBody]
    notes: list[RemarkBody] = Field(description="What was ignored of articles that were kept.")
    message: str | None = Field(description="What the job waits for, or why it failed and what to do.")


class HealthBody(ResponseBody):
    """All is well; where it is not, a problem is told instead."""

    status: Literal["ok"]


class ProblemBody(BaseModel):
    """RFC 9457 problem details, with a cure and the request's id."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    cure: str
    request_id: str
    errors: list[dict[str, Any]] | None = Field(default=None, description="Fields that cannot be used, and why.")

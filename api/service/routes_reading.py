"""What the archive holds: GET /v1/articles, /v1/articles/{id}, /v1/timeline and /v1/stats."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.service.pages import CURSOR, article_of, beginning, no_such_article, page_of, sources_of, stats_of, timeline_of
from api.service.problems import Problem, problems
from api.service.requests import Name
from api.service.responses import ArticleBody, PageBody, SourcesBody, StatsBody, TimelineBody
from api.service.state import ServiceDep
from index.scope import Scope
from retrieval.options import language_code

MAY_FAIL = problems(401, 403, 422, 429, 500, 503, 504)
MANY = 1_000

router = APIRouter(prefix="/v1", tags=["Articles"])


Languages = Annotated[list[Name], Query(max_length=MANY, description="Only in these languages.")]
Sources = Annotated[list[Name], Query(max_length=MANY, description="Only from these, as spelt.")]


@router.get("/articles", response_model=PageBody, responses=MAY_FAIL | problems(404), summary="List the articles")
async def articles(
    service: ServiceDep,
    language: Languages = [],  # noqa: B006
    source: Sources = [],  # noqa: B006
    after: Annotated[date | None, Query(description="Only of this day or later.")] = None,
    before: Annotated[date | None, Query(description="Only of this day or earlier.")] = None,
    same_story_as: Annotated[Name | None, Query(description="Only others with nearly this article's text.")] = None,
    limit: Annotated[int, Query(ge=1, description="Articles of a page.")] = 100,
    cursor: Annotated[str | None, Query(pattern=CURSOR, description="`next` of the page before.")] = None,
) -> Response:
    """List articles in the order in which they were added, page by page."""
    most = service.settings.limits.page
    if limit > most:
        raise Problem(422, "Too many articles", f"{limit:,} articles of a page are more than {most:,}", "ask for less")
    scope = Scope(tuple(map(language_code, language)), tuple(source), after, before)
    archive = (await service.ready()).answerer.searcher.archive
    page = await service.read(lambda: page_of(archive, scope, limit, cursor, same_story_as))
    return Response(page.model_dump_json(), media_type="application/json")


@router.get(
    "/articles/{article_id:path}",
    response_model=ArticleBody,
    responses=MAY_FAIL | problems(404),
    summary="One article",
)
async def article(article_id: str, service: ServiceDep) -> Response:
    """One article: its text, what is known of it, and where its chunks lie."""
    archive = (await service.ready()).answerer.searcher.archive
    found = await service.read(lambda: article_of(archive.view().store, article_id))
    if found is None:
        raise no_such_article(article_id)
    return Response(found.model_dump_json(), media_type="application/json")


@router.get("/timeline", response_model=TimelineBody, responses=MAY_FAIL, summary="How many articles of each month")
async def timeline(
    service: ServiceDep,
    language: Languages = [],  # noqa: B006
    source: Sources = [],  # noqa: B006
) -> Response:
    """Count the articles of each month, of those in some languages or from some sources only, if any are named."""
    scope = Scope(tuple(map(language_code, language)), tuple(source))
    archive = (await service.ready()).answerer.searcher.archive

    def counted() -> Iterator[TimelineBody]:
        yield timeline_of(archive.view().store, scope)

    body: TimelineBody = await service.once(("timeline", scope), counted)
    return Response(body.model_dump_json(), media_type="application/json")


@router.get("/sources", response_model=SourcesBody, responses=MAY_FAIL, summary="Sources by how they begin")
async def sources(
    service: ServiceDep,
    prefix: Annotated[
        str, Query(max_length=500, description="How the name, or a word in it, begins; in any case.")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=MANY, description="The most that are told.")] = 50,
) -> Response:
    """Find sources to limit a search to, and how many articles each has; the most frequent ones without a prefix."""
    archive = (await service.ready()).answerer.searcher.archive

    def counted() -> Iterator[SourcesBody]:
        yield sources_of(archive.view().store)

    known: SourcesBody = await service.once("sources", counted)
    found = await service.read(lambda: beginning(known, prefix, limit))
    return Response(found.model_dump_json(), media_type="application/json")


@router.get("/stats", response_model=StatsBody, responses=MAY_FAIL, summary="What the archive holds")
async def stats(service: ServiceDep) -> Response:
    """Counts, languages, sources, dates and the model."""
    archive = (await service.ready()).answerer.searcher.archive

    def counted() -> Iterator[StatsBody]:
        yield stats_of(archive)

    body: StatsBody = await service.once("stats", counted)
    return Response(body.model_dump_json(), media_type="application/json")

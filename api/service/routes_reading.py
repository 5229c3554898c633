"""What the archive holds: GET /v1/articles, /v1/articles/{id} and /v1/stats."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.service.bodies import ArticleBody, PageBody, StatsBody
from api.service.models import Name
from api.service.pages import CURSOR, article_of, page_of, stats_of
from api.service.problems import Problem, problems
from api.service.state import ServiceDep
from index.scope import Scope
from retrieval.options import language_code

MAY_FAIL = problems(401, 403, 422, 429, 500, 503, 504)
MANY = 1_000

router = APIRouter(prefix="/v1", tags=["Articles"])


@router.get("/articles", response_model=PageBody, responses=MAY_FAIL, summary="List the articles")
async def articles(
    service: ServiceDep,
    language: Annotated[list[Name], Query(max_length=MANY, description="Only in these languages.")] = [],  # noqa: B006
    source: Annotated[list[Name], Query(max_length=MANY, description="Only from these, as spelt.")] = [],  # noqa: B006
    after: Annotated[date | None, Query(description="Only of this day or later.")] = None,
    before: Annotated[date | None, Query(description="Only of this day or earlier.")] = None,
    limit: Annotated[int, Query(ge=1, description="Articles of a page.")] = 100,
    cursor: Annotated[str | None, Query(pattern=CURSOR, description="`next` of the page before.")] = None,
) -> Response:
    """List articles in the order in which they were added, page by page."""
    most = service.settings.limits.page
    if limit > most:
        raise Problem(422, "Too many articles", f"{limit:,} articles of a page are more than {most:,}", "ask for less")
    scope = Scope(tuple(map(language_code, language)), tuple(source), after, before)
    archive = (await service.ready()).answerer.searcher.archive
    seconds = service.settings.timeouts.read
    page = await service.run("read", seconds, lambda: page_of(archive, scope, limit, cursor))
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
    seconds = service.settings.timeouts.read
    found = await service.run("read", seconds, lambda: article_of(archive.view().store, article_id))
    if found is None:
        detail = f"there is no article {article_id[:200]!r}"
        raise Problem(404, "No such article", detail, "GET /v1/articles lists the ids")
    return Response(found.model_dump_json(), media_type="application/json")


@router.get("/stats", response_model=StatsBody, responses=MAY_FAIL, summary="What the archive holds")
async def stats(service: ServiceDep) -> Response:
    """Counts, languages, sources, dates and the model."""
    archive = (await service.ready()).answerer.searcher.archive

    def counted() -> Iterator[StatsBody]:
        yield stats_of(archive)

    body: StatsBody = await service.once("stats", counted)
    return Response(body.model_dump_json(), media_type="application/json")

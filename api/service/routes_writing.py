"""Routes that change the archive: articles sent or deleted, and what became of those that were sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi import Path as InPath

from api.service.job import Job
from api.service.jobs import Jobs
from api.service.limits import Managing, Writing
from api.service.problems import Problem, problems
from api.service.responses import JobBody
from api.service.state import ServiceDep
from api.service.submitted import Submission, records_of
from index.archive import Archive

DELETE_WAIT = 30.0  # seconds for another writer to let go: longer than a round of a job

router = APIRouter(prefix="/v1")
ArticleId = Annotated[str, InPath(description="As it was sent, percent-encoded; an address may be one.")]


@router.post(
    "/articles",
    status_code=202,
    response_model=JobBody,
    summary="Add articles, or replace those that changed",
    responses=problems(400, 401, 403, 413, 422, 429, 503, 504, 507),
)
async def add_articles(body: Submission, request: Request, response: Response, service: ServiceDep, _: Writing) -> Job:
    """One article, or a list of them. They are kept safe when this answers; the job tells what becomes of them."""
    jobs, records = jobs_of(request), records_of(body)
    job = await service.write(lambda: jobs.add(records))
    response.headers["Location"] = f"{service.settings.address('')}v1/jobs/{job.id}"
    return job


@router.get("/jobs/{job_id}", response_model=JobBody, summary="A job", responses=problems(401, 403, 404, 429, 503, 504))
async def job(job_id: str, request: Request, service: ServiceDep, _: Managing) -> Job:
    """How far a job is, and every article that it had to reject. It is told about for seven days after its end."""
    jobs = jobs_of(request)
    found = await service.read(lambda: jobs.job(job_id))
    if found is None:
        raise Problem(
            404, "Not found", f"there is no job {job_id[:200]!r}", "look in the Location that the request was given"
        )
    return found


@router.delete(
    "/articles/{article_id:path}",
    status_code=204,
    summary="Delete an article",
    responses=problems(401, 403, 404, 429, 503, 504),
)
async def delete_article(article_id: ArticleId, service: ServiceDep, _: Writing) -> None:
    """From the truth and every index. When this answers, no search in any worker finds it any more."""
    if not await service.write(lambda: deleted(service.settings.archive, article_id)):
        cure = "see GET /v1/articles for the ids"
        raise Problem(404, "Not found", f"there is no article {article_id[:200]!r}", cure)


def deleted(where: Path | str, article_id: str) -> bool:
    """Delete an article; False where there is none, which is looked up before anybody waits for the write lock."""
    with Archive(where) as archive:
        if archive.store.article(article_id) is None:
            return False
        with archive.writing(DELETE_WAIT):
            return archive.store.delete([article_id]) > 0


def jobs_of(request: Request) -> Jobs:
    """The jobs of the application."""
    jobs: Jobs = request.app.state.jobs
    return jobs

"""Whether the process is up, whether it answers, and what it counts."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from api.service.keys import require_read
from api.service.metrics import CONTENT_TYPE
from api.service.problems import problems
from api.service.responses import HealthBody
from api.service.state import ServiceDep

router = APIRouter(tags=["Health"])


@router.get("/healthz", responses=problems(500), summary="Whether the process is up")
async def healthz() -> HealthBody:
    """The process is up, whether or not it can answer questions."""
    return HealthBody(status="ok")


@router.get("/readyz", responses=problems(500, 503), summary="Whether questions are answered")
async def readyz(service: ServiceDep) -> HealthBody:
    """The archive is open and the encoder loaded, in the worker that was asked."""
    _ = service.opened
    return HealthBody(status="ok")


@router.get(
    "/metrics",
    response_class=Response,
    responses={**problems(401, 403, 500, 503), 200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
    dependencies=[Depends(require_read)],
    summary="Counts for Prometheus",
)
async def metrics(service: ServiceDep) -> Response:
    """Requests, times by route and by stage, cache and what runs now, over all workers."""
    return Response(await service.read(service.metrics.exposed), media_type=CONTENT_TYPE)

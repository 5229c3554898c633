"""The application: routes, middleware and the service's life, put together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from api.service import openai_routes, routes_asking, routes_health, routes_page, routes_reading, routes_writing
from api.service.documentation import add_documentation
from api.service.jobs import Jobs
from api.service.keys import Gate
from api.service.limits import MAY_READ, Throttle
from api.service.middleware import BodyLimit, Watched
from api.service.problems import handle_problems
from api.service.responses import ProblemBody
from api.service.settings import Settings
from api.service.state import Service
from retrieval.answering import Answerer

TITLE = "Zitat"
ABOUT = "Questions to an archive of news in many languages, answered in sentences whose every citation is exact."
VERSION = "1"
METHODS = ("GET", "POST", "DELETE")
ASKED_HEADERS = ("*",)  # clients of OpenAI's protocol send some of their own
TOLD_HEADERS = ("X-Request-ID", "Retry-After", "Location")


class Application(FastAPI):
    """An application whose OpenAPI page knows the one shape of all errors."""

    def openapi(self) -> dict[str, Any]:
        """The page, with the schema that every problem has."""
        if not self.openapi_schema:
            schemas = super().openapi().setdefault("components", {}).setdefault("schemas", {})
            schemas["ProblemBody"] = ProblemBody.model_json_schema()
        assert self.openapi_schema is not None
        return self.openapi_schema


def create_app(settings: Settings, *, answerer: Answerer | None = None) -> FastAPI:
    """The application over one archive; `answerer` is opened from the settings unless it is given."""
    service = Service(settings, answerer=answerer)
    jobs, gate = Jobs(settings.archive, lambda: service.searcher.encoder), Gate(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await service.start()
        jobs.start()
        try:
            yield
        finally:
            await asyncio.to_thread(jobs.stop)
            await service.stop()
            gate.keys.close()

    app = Application(title=TITLE, description=ABOUT, version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None)
    add_documentation(app)
    app.state.service, app.state.gate, app.state.throttle = service, gate, Throttle(settings)
    app.state.jobs = jobs
    _include_routes(app)
    handle_problems(app)
    app.add_middleware(BodyLimit, settings=settings)
    app.add_middleware(Watched, metrics=service.metrics)
    if settings.cors:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors,
            allow_methods=METHODS,
            allow_headers=ASKED_HEADERS,
            expose_headers=TOLD_HEADERS,
        )
    return app


def _include_routes(app: FastAPI) -> None:
    app.include_router(routes_page.router)
    app.include_router(routes_health.router)
    for router in (routes_asking.router, routes_reading.router, openai_routes.router):
        app.include_router(router, dependencies=[MAY_READ])
    app.include_router(routes_writing.router, tags=["Articles"])

"""One worker: the application, made in the process that is to serve it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.service.logs import log_as_json
from api.service.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI


def application(settings: Settings) -> FastAPI:
    """The application of a worker. What is heavy is imported here, as the process that only supervises needs none."""
    from api.service.app import create_app
    from api.service.supervising import end_with_supervisor

    log_as_json()
    if settings.workers > 1:
        end_with_supervisor()
    return create_app(settings)

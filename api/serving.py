"""`zitat serve`: the service, in one process or in several that are replaced when they die."""

from __future__ import annotations

import argparse
import os
import socket
import tempfile
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uvicorn import Config

    from api.service.settings import Settings

WORKER_SILENCE = 30  # seconds after which a worker is held to be dead; on a busy machine one takes ten to begin


def run_serve(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from index.places.location import located

    with ExitStack() as stack:
        settings = _settings(args, stack)
        from api.service.keys import check_bind

        located(settings.archive).manifest()  # a service without an archive would only ever say that it is not ready
        check_bind(settings)
        return serve(settings)


def serve(settings: Settings) -> int:
    """Serve until told to stop; returns the exit status."""
    from uvicorn import Server

    from api.service.logs import log_as_json
    from api.service.supervising import Supervisor

    log_as_json()
    config = _config(settings)
    with closing(listening_socket(config)) as listening:
        if settings.workers > 1:
            Supervisor(config, [listening], settings.metrics).run()
            return 0
        server = Server(config)
        server.run([listening])
        return 0 if server.started else 1


def listening_socket(config: Config) -> socket.socket:
    """uvicorn's socket, but that its connections send at once.

    asyncio sees to that only where a socket names its protocol, and uvicorn's does not: a client that keeps its
    connection would wait 40 ms more for each answer, by Nagle's algorithm and delayed acknowledgements.
    """
    listening = config.bind_socket()
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # those that are accepted have it from this one
    return listening


def _config(settings: Settings) -> Config:
    from uvicorn import Config

    from api.service.worker import application

    return Config(
        partial(application, settings),
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # whoever asks is known by the address that the connection comes from
        timeout_worker_healthcheck=WORKER_SILENCE,
        timeout_graceful_shutdown=settings.timeouts.shutdown,
    )


def _settings(args: argparse.Namespace, stack: ExitStack) -> Settings:
    from api.answerers import llm_of
    from api.service.settings import Limits, Settings
    from index.places.location import place

    shared = None
    if args.workers > 1:
        shared = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="zitat-")))
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(shared)  # read as its library is imported, in the workers
    return Settings(
        archive=place(args.archive),
        host=args.host,
        port=args.port,
        workers=args.workers,
        cors=tuple(args.cors),
        keys=Path(args.keys) if args.keys else None,
        public_url=args.public_url,
        log_questions=args.log_questions,
        limits=Limits(requests_per_minute=args.requests_per_minute),
        llm=llm_of(args),
        metrics=shared,
    )

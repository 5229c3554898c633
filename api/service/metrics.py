"""What Prometheus is told. Several workers share a folder of counts, so that each can tell those of all.

The library decides by an environment variable, as it is imported, whether counts are shared: `zitat serve` sets it for
its workers, and this module alone imports the library.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

SHARED = "PROMETHEUS_MULTIPROC_DIR"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60)
QUESTIONS = (1, 2, 4, 8, 16, 32)


class Metrics:
    """One worker's counts."""

    def __init__(self) -> None:
        self.registry = made = CollectorRegistry()
        self.requests = Counter("zitat_requests", "Requests that ended.", ["method", "route", "status"], registry=made)
        self.seconds = Histogram(
            "zitat_request_seconds",
            "From a request's head to its last byte.",
            ["route"],
            registry=made,
            buckets=SECONDS,
        )
        self.stages = Histogram(
            "zitat_stage_seconds", "Stages of answers and searches.", ["stage"], registry=made, buckets=SECONDS
        )
        self.cache = Counter(
            "zitat_cache", "Answers from the cache, shared with another request, or made.", ["result"], registry=made
        )
        self.batches = Histogram(
            "zitat_encoded_questions", "Questions encoded together.", registry=made, buckets=QUESTIONS
        )
        self.in_flight = Gauge(
            "zitat_requests_in_flight", "Requests that run.", registry=made, multiprocess_mode="livesum"
        )
        self.ready = Gauge("zitat_ready_workers", "Workers that answer.", registry=made, multiprocess_mode="livesum")

    def stage_times(self, took_ms: Mapping[str, float]) -> None:
        """Count the milliseconds of each stage."""
        for stage, taken in took_ms.items():
            self.stages.labels(stage).observe(taken / 1000)

    def exposed(self) -> bytes:
        """The counts of all workers, as Prometheus reads them."""
        if SHARED not in os.environ:
            return generate_latest(self.registry)
        gathered = CollectorRegistry()
        MultiProcessCollector(gathered)  # type: ignore[no-untyped-call]
        return generate_latest(gathered)

"""Run alone by test_ray_workers.py: the same drafts ingested plainly and by a Ray cluster that loses a node.

    python -m tests.index.ingesting.ray_drill FOLDER

Prints a line of JSON. Everything listens on the loopback interface alone.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ |= {
    "OPENBLAS_NUM_THREADS": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_health_check_period_ms": "500",  # a dead node is noticed in seconds
    "RAY_health_check_failure_threshold": "5",
}

import ray
from ray.cluster_utils import Cluster

import index.ingesting.batches
from index.archive import Archive
from index.article import Draft, Rejection
from index.encoders.encoder import load_encoder
from index.ingesting.ingest import Summary, Workers, ingest
from index.ingesting.ray_workers import RayWorkers
from index.verify import verify
from tests.fakes import draft, story
from tests.seal import seal

STORE = 80_000_000  # bytes of each node's object store; fewer are refused
ARTICLES = 60


def items() -> Iterator[Draft | Rejection]:
    """Articles, and what is odd: repeats, near-duplicates, a broken file, an id given twice, a date ignored."""
    for number in range(ARTICLES):
        yield replace(story(number, "wind"), id=f"story-{number}")
        if number == 9:
            yield Rejection("broken.txt", 3, "not text", "leave it out")
            yield draft("empty", " ")
            yield replace(story(8, "wind"), id="story-8")
            yield replace(story(9, "wind"), id="story-9", text=story(9, "wind").text + "\n", record=2)
            yield replace(story(9, "storm"), id="story-9", record=3)
            yield replace(story(77), published_at="someday")
            yield draft("copy", story(3, "wind").text)


def told(folder: Path, workers: Workers | None, stop: Any = lambda summary: None) -> dict[str, Any]:
    """Ingest, and say what came of it."""
    encoder = load_encoder(threads=1)
    if not (folder / "manifest.json").exists():
        Archive.create(folder, encoder, chunk_tokens=60).close()
    said: list[str] = []
    with Archive(folder) as archive, archive.writing():
        summary = ingest(archive, encoder, items(), stop, report=lambda one: said.append(str(one)), workers=workers)
        faults = [str(fault) for fault in verify(archive)]
        clusters = {stored.article.id: stored.cluster for stored in archive.store.each_article()}
        sealed = seal(archive.store)
    counts = [summary.added, summary.changed, summary.unchanged, summary.chunks]
    return {"counts": counts, "said": said, "seal": sealed, "faults": faults, "clusters": sorted(clusters.items())}


class Killing:
    """Kills a node with SIGKILL while a block is being prepared on it, once something has been stored."""

    def __init__(self, cluster: Cluster, node: Any) -> None:
        self.cluster, self.node = cluster, node
        self.was_at_work = False
        self.thread = threading.Thread(target=self._kill)

    def __call__(self, summary: Summary) -> None:
        """Called after each stored batch."""
        if not self.thread.is_alive() and not self.was_at_work:
            self.thread.start()

    def _kill(self) -> None:
        from ray._private.state import available_resources_per_node

        until = time.monotonic() + 60
        while not self.was_at_work and time.monotonic() < until:
            self.was_at_work = available_resources_per_node().get(self.node.node_id, {}).get("CPU", 0.0) < 1
        self.cluster.remove_node(self.node, allow_graceful=False)


def main() -> None:
    """Plainly, on the cluster with a loss, and on what is left of it once more."""
    folder = Path(sys.argv[1])
    index.ingesting.batches.BATCH_TOKENS = 600  # many small blocks
    plain = told(folder / "plain", None)
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": STORE})
    node, _ = (cluster.add_node(num_cpus=1, object_store_memory=STORE) for _ in range(2))
    try:
        with RayWorkers(cluster.address, "bundled") as workers:
            killing = Killing(cluster, node)
            spread = told(folder / "spread", workers, killing)
            killing.thread.join()
            alive = sum(one["Alive"] for one in ray.nodes())
            again = told(folder / "spread", workers)
    finally:
        cluster.shutdown()
    said = {"plain": plain, "spread": spread, "again": again, "at_work": killing.was_at_work, "alive": alive}
    print(json.dumps(said))


if __name__ == "__main__":
    main()

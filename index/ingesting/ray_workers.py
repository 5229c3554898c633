"""A Ray cluster as the workers of an ingest: blocks of drafts out, encoded articles back. The only file that knows ray.

Other processes clean, cut and encode; this one reads, decides in the order of the drafts, and writes. A block that is
lost with its node is prepared again by Ray, and nothing of it was stored: so the archive is the one that a plain
ingest would have made.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from index.article import Article, Draft, Rejection
from index.encoders.encoder import Codes, EncodedPassage, Encoder, load_encoder
from index.errors import ClusterFailed, EncoderError, EncoderMismatch
from index.ingesting.batches import batches
from index.ingesting.enrich import Enriched, article_from
from index.ingesting.entries import Cut, cut, encoded
from index.ingesting.ingest import Batch
from index.ingesting.intake import Intake, Pending, Step, Waiting, safely, tokens_of
from index.ingesting.prefetch import prefetch
from index.truth.schema import Entry

TRIES = 4  # of a block whose worker dies
REACHED_IN = 10.0  # seconds
AHEAD = 2  # blocks under way or waiting for each worker


@dataclass(frozen=True)
class Order:
    """What a worker must know to do as this process would: the model, where it runs, and the size of chunks."""

    model: str
    device: str | None
    fingerprint: dict[str, str | int]
    chunk_tokens: int


class Prepared(NamedTuple):
    """An article ready to be decided on; `entry` is None where the archive holds it as it is."""

    enriched: Enriched
    entry: Entry | None


class Block(NamedTuple):
    """What a worker sends back: entries without encodings, and these apart, in four arrays for the whole block."""

    prepared: Sequence[Prepared | Rejection]
    vectors: NDArray[np.float16]
    codes: Codes
    lengths: NDArray[np.int64]


class RayWorkers:
    """The workers of the cluster at `address`, which is "auto" for the one that this machine is a node of."""

    def __init__(self, address: str, model: str, device: str | None = None) -> None:
        self._ray = _ray()
        self._model = model
        self._connect(address)
        gpus = device != "cpu" and device is not None and self._count("GPU") > 0
        self._device: str | None = "cuda" if gpus else None
        if device == "cuda" and not gpus:
            raise EncoderError(f"the cluster at {address!r} has no GPU: leave --device out to encode on its CPUs")
        need = {"num_gpus": 1} if gpus else {"num_cpus": 1}
        self._prepare = self._ray.remote(prepared).options(
            **need, max_retries=TRIES - 1, scheduling_strategy="SPREAD", runtime_env={"env_vars": _environment()}
        )

    def _connect(self, address: str) -> None:
        host, _, port = address.removeprefix("ray://").rpartition(":")
        try:
            if port.isdigit():  # asked first, as Ray tries for minutes, and then ends the process
                socket.create_connection((host.strip("[]"), int(port)), REACHED_IN).close()
            self._ray.init(address=address, log_to_driver=False, logging_level="ERROR")
        except (OSError, RuntimeError, ValueError) as error:
            cure = "start one with `ray start --head`, join it from other machines, and give its address, or auto"
            raise ClusterFailed(f"there is no Ray cluster at {address!r} ({error}): {cure}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ray.shutdown()

    def made(self, intake: Intake, items: Iterable[Draft | Rejection]) -> Generator[Batch, None, None]:
        """Batches in the order of the items; ingest stores them."""
        manifest = intake.archive.manifest
        order = self._ray.put(Order(self._model, self._device, manifest.encoder, manifest.chunk_tokens))
        away: deque[tuple[list[Waiting], Any]] = deque()
        with closing(prefetch(batches(intake.waiting(items), tokens_of))) as blocks:
            try:
                for block in blocks:
                    drafts = [one for one in block if isinstance(one, Pending) and not one.repeats]
                    away.append((block, self._prepare.remote(drafts, order) if drafts else None))
                    while away and (len(away) >= self._most() or self._is_back(away[0][1])):
                        yield self._settled(intake, *away.popleft())
                while away:
                    yield self._settled(intake, *away.popleft())
            finally:
                for _, promised in away:
                    if promised is not None:
                        self._ray.cancel(promised, force=True)

    def _most(self) -> int:
        """Blocks that may be away: as the cluster grows or shrinks."""
        return max(self._count("GPU" if self._device else "CPU"), 1) * AHEAD

    def _count(self, what: str) -> int:
        return int(self._ray.cluster_resources().get(what, 0))

    def _is_back(self, promised: Any) -> bool:
        return promised is None or bool(self._ray.wait([promised], timeout=0)[0])

    def _settled(self, intake: Intake, block: Sequence[Waiting], promised: Any) -> Batch:
        results = _unpacked(self._fetched(promised)) if promised is not None else iter(())
        steps: list[Step] = []
        entries: list[Entry] = []
        for waiting in block:
            step, entry = _decided(intake, waiting, results)
            steps.append(intake.reported(step))
            entries += [entry] if entry else []
        return Batch(steps, entries)

    def _fetched(self, promised: Any) -> Block:
        errors = self._ray.exceptions
        try:
            block: Block = self._ray.get(promised)
        except errors.RayTaskError as error:
            raise error.cause from error
        except errors.RayError as error:
            cure = "look into the logs of its nodes, then run the same command again: it goes on where it stopped"
            raise ClusterFailed(f"the cluster lost a block {TRIES} times ({error}): {cure}") from error
        return block


def prepared(drafts: Sequence[Pending], order: Order) -> Block:
    """Clean, cut and encode drafts, in a worker's process."""
    encoder = _encoder(order)
    results = [safely(one.draft, lambda one=one: _read(one, encoder, order.chunk_tokens)) for one in drafts]  # type: ignore[misc]
    cuts = [one for _, one in (result for result in results if isinstance(result, tuple)) if one]
    entries = encoded(encoder, cuts)
    encodings = [encoding for entry in entries for encoding in entry.encodings]
    made = iter([replace(entry, encodings=()) for entry in entries])
    return Block(
        [one if isinstance(one, Rejection) else Prepared(one[0], next(made) if one[1] else None) for one in results],
        np.array([one.vector for one in encodings], np.float16).reshape(len(encodings), encoder.dimension),
        np.concatenate([np.zeros((0, encoder.dimension // 8), np.uint8), *(one.codes for one in encodings)]),
        np.array([len(one.codes) for one in encodings], np.int64),
    )


def _read(pending: Pending, encoder: Encoder, size: int) -> tuple[Enriched, Cut | None]:
    enriched = article_from(pending.draft)
    if pending.held == enriched.article.content_hash:
        return enriched, None
    return enriched, cut(enriched.article, encoder, size, pending.hashed, pending.origin)


def _unpacked(block: Block) -> Iterator[Prepared | Rejection]:
    """The articles of a block in order, each with its encodings."""
    codes = np.split(block.codes, np.cumsum(block.lengths)[:-1]) if len(block.lengths) else []
    encodings = (EncodedPassage(*one) for one in zip(block.vectors.astype(np.float32), codes, strict=True))
    for one in block.prepared:
        if isinstance(one, Prepared) and one.entry:
            entry = replace(one.entry, encodings=[next(encodings) for _ in one.entry.chunks])
            yield Prepared(one.enriched, entry)
        else:
            yield one


def _decided(intake: Intake, waiting: Waiting, results: Iterator[Prepared | Rejection]) -> tuple[Step, Entry | None]:
    """What is to be done about one item, and its entry where it is to be stored."""
    if not isinstance(waiting, Pending):
        return waiting, None
    result = None if waiting.repeats else next(results)
    if isinstance(result, Rejection):
        return result, None
    entry = result.entry if result else None

    def make(article: Article) -> Cut:
        if entry is None:
            return intake.cut(waiting, article)
        return Cut(article, entry.chunks, waiting.hashed, waiting.origin)

    def decide() -> Step:
        return intake.decided(waiting, result.enriched, make) if result else intake.step(waiting.draft)

    step = safely(waiting.draft, decide)
    if not isinstance(step, Cut):
        return step, None
    return step, replace(entry, article=step.article) if entry else encoded(intake.encoder, [step])[0]


@cache
def _loaded(model: str, device: str | None) -> Encoder:
    return load_encoder(model, device, threads=1)


def _encoder(order: Order) -> Encoder:
    """The encoder of this worker's process, loaded once; refused where it is not the archive's."""
    encoder = _loaded(order.model, order.device)
    if encoder.fingerprint != order.fingerprint:
        raise EncoderMismatch(
            f"node {os.uname().nodename} encodes with {encoder.fingerprint}, the archive was made with "
            f"{order.fingerprint}: install the same versions of Zitat and its packages on every node"
        )
    return encoder


def _environment() -> dict[str, str]:
    """Of the workers: each has one core, and no library is to start more threads than that."""
    return {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def _ray() -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is told to anyone
    try:
        import ray
    except ImportError as error:
        raise EncoderError("Ray is not installed: `pip install zitat[ray]`, here and on every node") from error
    return ray

"""What a GPU encodes a second, how near its vectors are to the processor's, and what the processor does beside it.

    python -m benchmarks.gpu ARTICLES.jsonl.gz [--articles 2000] [--device cuda] [--precision float16]
    python -m benchmarks.gpu ARTICLES.jsonl.gz --processor

The first form needs a GPU. The second takes the encoder out and tells, stage by stage, what processor time one passage
takes to be read, cut, tokenised, stored and indexed, and how many a second one core does: with a GPU, that is the limit
of a whole ingest.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from benchmarks.ingest import passages_of, sampled
from index.archive import Archive
from index.encoders.bundled import BundledEncoder
from index.encoders.encoder import EncodedPassage, Passage
from index.encoders.gpu import GpuEncoder
from index.ingesting.entries import Cut
from index.ingesting.ingest import ingest
from index.ingesting.intake import Intake
from index.reading import ReadOptions, read
from index.text.duplicates import signature
from index.truth.schema import Entry

COMPARED = 200
BATCH = 2_048  # passages given to the encoder at once
TOGETHER = 40  # articles stored in one transaction

Made = TypeVar("Made")


def main() -> None:
    """Measure one or the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--articles", dest="count", type=int, default=2_000)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--precision", default="float16")
    parser.add_argument("--processor", action="store_true", help="without the encoder, stage by stage")
    args = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as name:
        source = sampled(args.articles, args.count, Path(name))
        if args.processor:
            processor(source, Path(name))
        else:
            device(source, Path(name), GpuEncoder(args.device, args.precision))


def device(source: Path, folder: Path, encoder: GpuEncoder) -> None:
    """The encoder alone, a whole ingest, and the vectors beside those of the processor."""
    with Archive.create(folder / "archive", encoder) as archive:
        started = time.perf_counter()
        with archive.writing():
            summary = ingest(archive, encoder, read([str(source)], ReadOptions()))
        seconds = time.perf_counter() - started
        passages = passages_of(archive)
    print(f"whole ingest: {summary.chunks} passages, {summary.chunks / seconds:,.0f} a second", flush=True)
    started = time.perf_counter()
    for at in range(0, len(passages), BATCH):
        encoder.encode_passages(passages[at : at + BATCH])
    print(f"encoder alone: {len(passages) / (time.perf_counter() - started):,.0f} passages a second", flush=True)
    print(compared(encoder, passages[:: max(len(passages) // COMPARED, 1)][:COMPARED]))


def compared(encoder: GpuEncoder, passages: Sequence[Passage]) -> str:
    """Cosines and code bits, against the processor's int8."""
    mine, other = encoder.encode_passages(passages), BundledEncoder().encode_passages(passages)
    cosines = [float(a.vector @ b.vector) for a, b in zip(mine, other, strict=True)]
    differing = sum(int(np.unpackbits(a.codes ^ b.codes).sum()) for a, b in zip(mine, other, strict=True))
    bits = 1 - differing / sum(8 * one.codes.size for one in mine)
    return f"against int8: cosine {np.mean(cosines):.4f} (least {min(cosines):.4f}), {bits:.1%} of code bits agree"


class Stages:
    """Seconds of processor time by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, stage: str, work: Callable[[], Made]) -> Made:
        """Run it, and add what it took."""
        started = time.process_time()
        made = work()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.process_time() - started
        return made

    def told(self, chunks: int) -> str:
        """A line for each stage, and one for all."""
        total = sum(self.seconds.values())
        rows = [*self.seconds.items(), ("all", total)]
        return "\n".join(
            f"{stage:24} {1000 * seconds / chunks:7.3f} ms a passage, {chunks / seconds:9,.0f} a second and core, "
            f"{seconds / total:4.0%}"
            for stage, seconds in rows
        )


def processor(source: Path, folder: Path) -> None:
    """Each stage by itself on one core, with vectors and codes drawn by chance."""
    encoder, stages = BundledEncoder(threads=1), Stages()
    chance = np.random.default_rng(0)
    encoder.rows([Passage("", "", "und")])  # loads the whole vocabulary, once a run
    with Archive.create(folder / "archive", encoder) as archive, archive.writing():
        drafts = stages.timed("read", lambda: list(read([str(source)], ReadOptions())))
        intake = Intake(archive, encoder, lambda said: None, lambda said: None)
        steps = stages.timed("clean, recognise, cut", lambda: list(intake.steps(drafts)))
        cuts = [step for step in steps if isinstance(step, Cut)]
        rows = stages.timed("tokenise", lambda: encoder.rows([passage for cut in cuts for passage in cut.passages]))
        signatures = stages.timed("sign", lambda: [signature(cut.article.text) for cut in cuts])
        drawn = iter(
            [
                EncodedPassage(
                    chance.standard_normal(384, np.float32) / np.float32(384**0.5),
                    chance.integers(0, 256, (row.text_tokens, 48), np.uint8),
                )
                for row in rows
            ]
        )
        entries = [
            Entry(cut.article, cut.chunks, [next(drawn) for _ in cut.chunks], signed, cut.draft_hash, cut.origin)
            for cut, signed in zip(cuts, signatures, strict=True)
        ]
        for at in range(0, len(entries), TOGETHER):
            part = entries[at : at + TOGETHER]
            stages.timed("store", lambda part=part: archive.store.put(part))  # type: ignore[misc]
            stages.timed("index", lambda: archive.derived.catch_up(finished=False))
        stages.timed("index", archive.derived.catch_up)
    print(f"{len(cuts)} articles, {len(rows)} passages\n{stages.told(len(rows))}")


if __name__ == "__main__":
    main()

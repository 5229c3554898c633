"""What the drills run in processes of their own: an ingest that says, in a file, what has been stored."""

from __future__ import annotations

import multiprocessing
import os
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

import index.embedded.derived
import index.ingesting.batches
import index.ingesting.ingest
import index.reembed
from index.archive import Archive
from index.article import Draft
from index.encoders.encoder import Encoder
from index.errors import ArchiveMissing
from tests.fakes import WordEncoder, draft, story

SEEDS = Path(__file__).parents[2] / "seeds" / "articles"

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload([__name__, "index.encoders.bundled", "onnxruntime", "sentencepiece"])


@dataclass(frozen=True)
class Job:
    """An ingest into the archive at `folder`; `edition` changes what every second article says."""

    folder: Path
    articles: int = 16
    edition: int = 1
    bundled: bool = False
    batch_tokens: int = 200

    @property
    def said(self) -> Path:
        """The file that the process appends to: how many articles are stored, after each batch."""
        return self.folder.with_name(f"{self.folder.name}.said")

    def encoder(self) -> Encoder:
        if not self.bundled:
            return WordEncoder()
        from index.encoders.bundled import BundledEncoder

        return BundledEncoder(threads=1)

    def drafts(self) -> list[Draft]:
        if self.bundled:
            texts = [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
            return [draft(f"seed-{n}", text, published_at=f"202{self.edition}-01-01") for n, text in enumerate(texts)]
        return [story(n, *["again"] * (self.edition - 1) * (n % 2)) for n in range(self.articles)]

    def warm_up(self) -> None:
        """Have the server that processes are forked from import everything, so that lives are measured without it."""
        process = _processes.Process(target=os.getpid, daemon=True)
        process.start()
        process.join()

    def start(self) -> BaseProcess:
        process = _processes.Process(target=run, args=(self,), daemon=True)
        process.start()
        return process


def run(job: Job) -> None:
    """Ingest, and say so."""
    index.ingesting.batches.BATCH_TOKENS = job.batch_tokens
    index.embedded.derived.EXACT_UP_TO, index.embedded.derived.TAIL = 100, 20
    encoder = job.encoder()
    said = os.open(job.said, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with _opened(job, encoder) as archive, archive.writing():
        index.ingesting.ingest.ingest(
            archive, encoder, job.drafts(), lambda summary: os.write(said, f"{summary.seen}\n".encode()) and None
        )
    os.write(said, b"done\n")


def _opened(job: Job, encoder: Encoder) -> Archive:
    try:
        return Archive(job.folder)
    except ArchiveMissing:
        return Archive.create(job.folder, encoder, model="words", chunk_tokens=30 if not job.bundled else 120)


def change_over(folder: Path) -> None:
    """Re-embed with another encoder, one article a batch."""
    index.ingesting.batches.BATCH_TOKENS = 1
    with Archive(folder) as archive, archive.writing():
        index.reembed.reembed(archive, WordEncoder(32, name="other words"), "other words")


def start_change_over(folder: Path) -> BaseProcess:
    process = _processes.Process(target=change_over, args=(folder,), daemon=True)
    process.start()
    return process


@dataclass(frozen=True)
class Batches:
    """Batches of articles that all carry one word of their own, each stored at once."""

    folder: Path
    batches: int
    articles: int

    def word(self, batch: int) -> str:
        return f"marker{batch}"

    def encoder(self) -> WordEncoder:
        return WordEncoder(dimension=1024)  # so large that the markers meet no other word

    def start(self) -> BaseProcess:
        process = _processes.Process(target=add, args=(self,), daemon=True)
        process.start()
        return process


def add(job: Batches) -> None:
    """Store the batches, one transaction each, in an archive that is there."""
    encoder = job.encoder()
    with Archive(job.folder) as archive, archive.writing():
        for batch in range(job.batches):
            word = job.word(batch)
            drafts = [draft(f"{word}-{n}", f"{word} text {word} {n}.") for n in range(job.articles)]
            index.ingesting.ingest.ingest(archive, encoder, drafts)

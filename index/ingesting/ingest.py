"""The document path: drafts in, articles chunked, encoded and stored, each batch whole or not at all.

    read -> enrich -> cut -> encode -> store -> derive

Reading and cutting run in one thread, two batches are encoded at a time, storing is in a thread of its own: so the
encoder never waits for the next batch to be tokenised or the last one to be stored.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from index.archive import Archive
from index.article import Draft, Rejection
from index.encoders.encoder import Encoder
from index.ingesting.batches import batches
from index.ingesting.entries import Cut, encoded
from index.ingesting.intake import Intake, Step, Unchanged, tokens_of
from index.ingesting.prefetch import in_order, prefetch
from index.truth.schema import Entry

__all__ = ["Batch", "Summary", "Workers", "ingest"]

AT_A_TIME = 2  # batches being encoded: while the last rows of one are computed, the next is tokenised


@dataclass
class Summary:
    """What became of the drafts.

    `rejected` and `notes` (records that were kept with something about them ignored) grow by one for each such record:
    a caller that shows them at once gives `ingest` a `report`, and reads here only how many there were.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    chunks: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    notes: list[Rejection] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """All records so far."""
        return self.added + self.changed + self.unchanged + len(self.rejected)


class Batch(NamedTuple):
    """What is stored together: the steps in order, and an entry for each that is a `Cut`."""

    steps: Sequence[Step]
    entries: Sequence[Entry]


class Workers(Protocol):
    """Those who prepare and encode: the threads of this process, or a cluster (index/ingesting/ray_workers.py)."""

    def made(self, intake: Intake, items: Iterable[Draft | Rejection]) -> Generator[Batch, None, None]:
        """Batches in the order of the items, a bounded number of them in advance."""


class _Threads:
    """Prepared in one thread, encoded by as many as the encoder has."""

    def made(self, intake: Intake, items: Iterable[Draft | Rejection]) -> Generator[Batch, None, None]:
        def made(steps: Sequence[Step]) -> Batch:
            return Batch(steps, encoded(intake.encoder, [step for step in steps if isinstance(step, Cut)]))

        return in_order(made, prefetch(batches(intake.steps(items), tokens_of)), AT_A_TIME)


def ingest(
    archive: Archive,
    encoder: Encoder,
    items: Iterable[Draft | Rejection],
    progress: Callable[[Summary], None] = lambda summary: None,
    summary: Summary | None = None,
    report: Callable[[Rejection], None] = lambda rejection: None,
    workers: Workers | None = None,
) -> Summary:
    """Store every draft that is new or changed; call inside `archive.writing()`.

    `progress` is called after each batch is safely stored, with `summary`, which a caller may pass to keep it. `report`
    is called with each rejection and each note (it has no cure) as soon as it is known, from the thread that reads. An
    interruption leaves the archive with whole batches; the same call again goes on where it stopped, as what is stored
    already is recognised before it is encoded.

    An id, an address or, without them, a file's path identifies an article: other content replaces it, but within one
    run the same id with other content is rejected, as nobody could say which is meant. A file keeps the id it came with
    when it is given again through another of its folders. Who does the work changes nothing about the result.
    """
    archive.manifest.check_encoder(encoder, archive.location.name)
    kept = summary if summary is not None else Summary()

    def note(said: Rejection) -> None:
        kept.notes.append(said)
        report(said)

    intake = Intake(archive, encoder, report, note)
    with ThreadPoolExecutor(1, "store") as storing, closing((workers or _Threads()).made(intake, items)) as made:
        stored: Future[None] | None = None
        for batch in made:
            if stored:
                stored.result()
            stored = storing.submit(_store, archive, batch, kept, progress)
        if stored:
            stored.result()
    archive.derived.catch_up()
    return kept


def _store(archive: Archive, batch: Batch, summary: Summary, progress: Callable[[Summary], None]) -> None:
    if batch.entries:
        archive.store.put(batch.entries)
        archive.derived.catch_up(finished=False)
    renamed = [(s.draft_hash, s.article_id) for s in batch.steps if isinstance(s, Unchanged) and s.draft_hash]
    if renamed:
        archive.store.touch(renamed)
    summary.chunks += sum(len(entry.chunks) for entry in batch.entries)
    for step in batch.steps:
        if isinstance(step, Rejection):
            summary.rejected.append(step)
        elif isinstance(step, Unchanged):
            summary.unchanged += 1
        elif step.is_new:
            summary.added += 1
        else:
            summary.changed += 1
    progress(summary)

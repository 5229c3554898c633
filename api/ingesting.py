"""`zitat ingest` and `zitat reembed`: the work goes on elsewhere, this tells about it."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

from api.terminal import shown_on

if TYPE_CHECKING:
    from index.archive import Archive
    from index.article import Rejection
    from index.encoders.encoder import Encoder
    from index.ingesting.ingest import Summary, Workers
    from index.reading import Progress

ALL_WELL, SOME_REJECTED, NOTHING_DONE = 0, 1, 2
MOST_REASONS = 10
REPORT_EVERY = 10.0  # seconds between lines where there is no terminal


def run_ingest(args: argparse.Namespace) -> int:
    """Read the paths into the archive, made if there is none."""
    from index.ingesting.ingest import Summary, ingest
    from index.reading import Progress, ReadOptions, read

    options = ReadOptions(
        fields=dict(args.map),
        id_prefix=args.id_prefix,
        allow_private=args.allow_private,
        delimiter=args.delimiter,
        encoding=args.encoding,
    )
    archive, encoder, is_new = _archive_for(args)
    progress, summary = Progress(), Summary()
    started = time.monotonic()
    try:
        with archive, archive.writing(), _telling(progress) as (tell, say), _workers(args, archive) as workers:
            items, report = read(args.paths, options, progress), lambda one: say(_line(one))
            ingest(archive, encoder, items, tell, summary, report, workers)
    finally:
        _print_summary(summary, time.monotonic() - started)
        if is_new and not summary.added:
            _unmake(archive)
    return _status(summary)


def run_reembed(args: argparse.Namespace) -> int:
    """Build the archive anew with another model, and change over."""
    from tqdm import tqdm

    from index.archive import Archive
    from index.encoders.encoder import load_encoder
    from index.reembed import reembed

    encoder = load_encoder(args.model)
    with Archive(args.archive) as archive, archive.writing():
        if archive.manifest.encoder == encoder.fingerprint:
            print(f"{archive.location.name} is already made with {args.model}")
            return ALL_WELL
        with tqdm(total=archive.store.counts()["articles"], unit=" articles", file=sys.stderr, mininterval=1) as bar:
            reembed(archive, encoder, args.model, bar.update)
    print(f"{archive.location.name} is now made with {args.model}")
    return ALL_WELL


def _archive_for(args: argparse.Namespace) -> tuple[Archive, Encoder, bool]:
    """The archive, its encoder, and whether it was made just now."""
    from index.archive import Archive
    from index.encoders.encoder import BUNDLED, load_encoder
    from index.errors import ArchiveMissing, BadInput

    device = None if args.ray else args.device  # on a cluster, the nodes have it
    try:
        archive = Archive(args.archive)
    except ArchiveMissing:
        model = args.model or BUNDLED
        encoder = load_encoder(model, device)
        made = Archive.create(
            args.archive, encoder, model=model, chunk_tokens=args.chunk_tokens, index=args.index or ""
        )
        return made, encoder, True
    if args.index not in (None, archive.manifest.index):
        raise BadInput(
            f"the indexes of this archive are in {archive.manifest.index or 'files'}, not in {args.index}",
            "leave --index out, or move the archive with `zitat migrate --index`",
        )
    if args.chunk_tokens not in (None, archive.manifest.chunk_tokens):
        raise BadInput(
            f"this archive has passages of {archive.manifest.chunk_tokens} tokens, not {args.chunk_tokens}",
            "leave --chunk-tokens out, or ingest into a new archive",
        )
    model = args.model or archive.manifest.model
    encoder = load_encoder(model, device)
    archive.manifest.check_encoder(encoder, archive.location.name, named=model)
    return archive, encoder, False


def _workers(args: argparse.Namespace, archive: Archive) -> AbstractContextManager[Workers | None]:
    """A cluster's, where one is named; else those of this process."""
    if args.ray is None:
        return nullcontext()
    from index.ingesting.ray_workers import RayWorkers

    return RayWorkers(args.ray, archive.manifest.model, args.device)


def _unmake(archive: Archive) -> None:
    """Take away an archive that was made for nothing, so that a mistyped place or address leaves no empty one behind.

    What went wrong before matters more than that it stays, where it cannot be taken away.
    """
    from index.errors import ArchiveError
    from index.places.generations import remove

    with closing(archive.location) as location, suppress(ArchiveError), location.lock(wait=0):
        if _is_empty(archive):
            remove(location, archive.manifest)


def _is_empty(archive: Archive) -> bool:
    """Looked up: what a batch stored before it failed was not counted, and another process may have come in between."""
    from index.truth.store import Store

    with closing(Store(archive.location.truth(archive.manifest))) as store:
        return store.counts()["articles"] == 0


@contextmanager
def _telling(progress: Progress) -> Iterator[tuple[Callable[[Summary], None], Callable[[str], None]]]:
    """What is called after each stored batch, and with each line to print: on a terminal with a bar."""
    if not sys.stderr.isatty():
        yield _Lines(progress), lambda line: print(line, file=sys.stderr, flush=True)
        return
    from tqdm import tqdm

    with tqdm(total=progress.bytes_total, unit="B", unit_scale=True, file=sys.stderr) as bar:
        started = time.monotonic()

        def tell(summary: Summary) -> None:
            bar.total = progress.bytes_total
            rate = summary.seen / max(time.monotonic() - started, 1e-3)
            bar.set_postfix_str(f"{summary.seen:,} articles, {rate:.1f} articles/s")
            bar.update(progress.bytes_done - bar.n)

        yield tell, lambda line: bar.write(line, file=sys.stderr)


class _Lines:
    """A line now and then: articles so far, articles a second, time left where it can be told."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.started, self.last = progress, time.monotonic(), 0.0

    def __call__(self, summary: Summary) -> None:
        """Print a line if the last one is a while ago."""
        now = time.monotonic()
        if now - self.last < REPORT_EVERY:
            return
        self.last = now
        elapsed = max(now - self.started, 1e-3)
        done, total = self.progress.bytes_done, self.progress.bytes_total
        # A small file is read whole before the first of it is stored, and says nothing of what is left.
        left = f", {(total - done) * elapsed / done:,.0f} s left" if total and 0 < done < total else ""
        print(f"{summary.seen:,} articles, {summary.seen / elapsed:.1f} articles/s{left}", file=sys.stderr, flush=True)


def _line(said: Rejection) -> str:
    where = f"{said.origin}, record {said.record}: {said.reason}"
    return shown_on(f"rejected {where}: {said.cure}" if said.cure else where, sys.stderr)


def _print_summary(summary: Summary, seconds: float) -> None:
    counts = f"{summary.added:,} added, {summary.changed:,} changed, {summary.unchanged:,} unchanged"
    print(f"{counts}, {len(summary.rejected):,} rejected; {summary.chunks:,} passages in {seconds:.1f} s")
    reasons = Counter(rejected.reason.split(":")[0] for rejected in summary.rejected)
    for reason, count in reasons.most_common(MOST_REASONS):
        print(f"  {count:,} rejected: {reason}")


def _status(summary: Summary) -> int:
    if not summary.rejected and summary.seen:
        return ALL_WELL
    return SOME_REJECTED if summary.seen > len(summary.rejected) else NOTHING_DONE

"""Looking after an archive: show, list, delete, stats, export, verify."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from api.named_articles import named_article
from api.terminal import shown_on

if TYPE_CHECKING:
    from index.truth.schema import StoredArticle
    from index.verify import Problem

FOUND, NOT_FOUND = 0, 2


def run_show(args: argparse.Namespace) -> int:
    """Print one article as it is kept."""
    from index.archive import Archive

    with Archive(args.archive) as archive:
        stored = named_article(archive, args.id)
        chunks = archive.store.chunks_between(stored.first_chunk, stored.last_chunk)
        mates = archive.store.cluster_mates([stored.cluster])[stored.cluster]
        versions = archive.store.versions(args.id)
    if args.json:
        more = {
            "language_confidence": stored.article.language_confidence,
            "chunks": [
                {"start": c.start, "end": c.end, "tokens": c.tokens, "llm_tokens": c.llm_tokens} for c in chunks
            ],
            "also_in": [other for other in mates if other != args.id],
            "earlier_versions": [{"content_hash": h, "until": ended} for _, h, ended in versions],
        }
        print(json.dumps(_record(stored) | more, ensure_ascii=False))
        return FOUND
    for name, value in _record(stored).items():
        if name != "text" and value is not None:
            print(shown_on(f"{name}: {value}", sys.stdout))
    for _, content_hash, ended in versions:
        print(f"earlier version until {ended} UTC: {content_hash}")
    print(shown_on(f"\n{stored.article.text}", sys.stdout))
    return FOUND


def run_list(args: argparse.Namespace) -> int:
    """One line an article: id, date, language, source, title."""
    from index.archive import Archive
    from index.scope import Scope
    from index.text.language import normalise_code

    languages = tuple(normalise_code(language) or language for language in args.language)
    with Archive(args.archive) as archive:
        for told in archive.store.listing(Scope(languages, tuple(args.source))):
            print("\t".join(shown_on(value or "", sys.stdout) for value in told))
    return FOUND


def run_delete(args: argparse.Namespace) -> int:
    """Delete articles from the truth and every index."""
    from index.archive import Archive

    with Archive(args.archive) as archive, archive.writing():
        missing = [one for one in args.ids if archive.store.article(one) is None]
        deleted = archive.store.delete(args.ids)
        archive.derived.catch_up()
    for one in missing:
        print(f"there is no article {one!r}: see `zitat list` for the ids", file=sys.stderr)
    print(f"{deleted} deleted")
    return FOUND if not missing else (1 if deleted else NOT_FOUND)


def run_stats(args: argparse.Namespace) -> int:
    """Counts, languages, sources, dates, size and model."""
    from index.archive import Archive
    from index.encoders.encoder import BUNDLED

    with Archive(args.archive) as archive:
        counts: dict[str, Any] = dict(archive.store.counts())
        counts["bytes"] = archive.location.size(archive.manifest)
        bundled = archive.manifest.model == BUNDLED
        counts["model"] = archive.manifest.encoder["model"] if bundled else archive.manifest.model
        counts["chunk_tokens"] = archive.manifest.chunk_tokens
    if args.json:
        print(json.dumps(counts, ensure_ascii=False))
        return FOUND
    for name, value in counts.items():
        told = ", ".join(f"{k} {v:,}" for k, v in value.items()) if isinstance(value, dict) else value
        told = f"{told:,}" if isinstance(told, int) else told
        print(shown_on(f"{name.replace('_', ' ')}: {told}", sys.stdout))
    return FOUND


def run_export(args: argparse.Namespace) -> int:
    """JSON Lines that ingest back to the same archive."""
    from index.archive import Archive

    with Archive(args.archive) as archive, _output(args.output) as out:  # no file is emptied without an archive
        for stored in archive.store.each_article():
            print(json.dumps(_record(stored), ensure_ascii=False), file=out)
    return FOUND


@contextmanager
def _output(path: str | None) -> Iterator[TextIO]:
    """Standard output, or a file that takes the place of an earlier one only when it is whole."""
    if not path:
        yield sys.stdout
        return
    made = Path(f"{path}.new")
    try:
        with open(made, "w", encoding="utf-8") as out:
            yield out
        os.replace(made, path)
    finally:
        made.unlink(missing_ok=True)


def run_migrate(args: argparse.Namespace) -> int:
    """Move an archive elsewhere, row by row, and compare both; with what a service keeps beside it."""
    from tqdm import tqdm

    from api.service.moving import belongings
    from index.archive import Archive
    from index.places.location import located
    from index.places.migrating import migrate

    with Archive(args.archive) as source, belongings(args.archive, args.to) as beside:
        with tqdm(unit=" rows", unit_scale=True, file=sys.stderr, mininterval=1) as bar:
            moved = migrate(source, args.to, args.index, bar.update, beside.move)
        print(
            f"{moved.articles:,} articles in {moved.chunks:,} passages are now in {located(args.to).name}: all "
            f"{moved.rows:,} rows are the same, and every index matches; {source.location.name} is as it was"
        )
        if beside.moved:
            print(f"moved with it: {beside.moved}")
    return FOUND


def run_verify(args: argparse.Namespace) -> int:
    """Say what is wrong; with --repair, mend what can be mended."""
    from index.archive import Archive
    from index.verify import repair, verify

    with Archive(args.archive) as archive:
        problems = verify(archive)
        if args.repair and any(problem.mendable for problem in problems):
            print(*problems, sep="\n", file=sys.stderr)
            with archive.writing():
                repair(archive, archive.own_encoder())
            problems = verify(archive)
    print(*problems, _verdict(problems), sep="\n")
    return FOUND if not problems else 1


def _verdict(problems: Sequence[Problem]) -> str:
    mendable = sum(problem.mendable for problem in problems)
    lasting = len(problems) - mendable
    said = []
    if mendable:
        said.append(f"{mendable} problems that can be mended: run `zitat verify --repair`")
    if lasting:
        cure = "restore the archive from a backup, or delete the articles named and ingest them again"
        said.append(f"{lasting} problems that cannot be mended: {cure}")
    return "\n".join(said) or "everything matches"


def _record(stored: StoredArticle) -> dict[str, Any]:
    a = stored.article
    return {
        "id": a.id,
        "title": a.title,
        "text": a.text,
        "language": a.language,
        "published_at": a.published_at,
        "source": a.source,
        "author": a.author,
        "url": a.url,
        "content_hash": stored.content_hash,
    }

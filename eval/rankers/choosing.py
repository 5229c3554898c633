"""Which rankers a command line asks for, made one after another, so that only one archive is open at a time."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from eval.rankers.archive import ArchiveRanker, variants_named
from eval.rankers.building import archive_for
from eval.rankers.endpoint import Endpoint, EndpointRanker
from eval.rankers.function import load_function
from eval.rankers.records import Ranker
from eval.rankers.service import ServiceRanker
from eval.sets import TestSet
from index.archive import Archive
from index.encoders.encoder import BUNDLED, Encoder, load_encoder
from index.errors import BadInput
from index.places.manifest import NAME as MANIFEST


def rankers_for(test_set: TestSet, args: argparse.Namespace) -> Iterator[Ranker]:
    """The services and functions that were named, and Zitat here where it was, or where nothing else is measured."""
    if args.url:
        yield ServiceRanker(args.url, os.environ.get("ZITAT_API_KEY"))
    if args.endpoint:
        yield EndpointRanker(Endpoint(args.endpoint, args.hits, args.body, args.method, tuple(args.header)))
    for given in args.rankers:
        yield load_function(given)
    if searches_here(args):
        yield from _local(test_set, args)


def searches_here(args: argparse.Namespace) -> bool:
    """Whether an archive on this machine is measured, too."""
    elsewhere = args.url or args.endpoint or args.rankers or args.runs
    return bool(not elsewhere or args.variant or args.models or args.ablate or args.archive)


def _local(test_set: TestSet, args: argparse.Namespace) -> Iterator[Ranker]:
    variants = variants_named(args.variant, ablate=args.ablate)
    for model in args.models or [None]:
        for variant in variants:
            if model and not variant.corrected:
                print(f"{variant.title}: only the bundled encoder has one; left out for {model}", file=sys.stderr)
                continue
            archive, encoder = _archive(test_set, args.archive, model, variant.corrected)
            ranker = ArchiveRanker(archive, variant, encoder, Path(model).name if model else "")
            check_articles(ranker.searcher.archive, test_set)
            yield ranker


def _archive(test_set: TestSet, given: Path | None, model: str | None, corrected: bool) -> tuple[Path, Encoder | None]:
    """The archive to be searched, and its encoder: None where it is the one that the archive itself names."""
    if given and corrected and model is None and (given / MANIFEST).exists():
        return archive_for(test_set, None, given=given), None
    encoder = _encoder(model or BUNDLED, corrected)
    return archive_for(test_set, encoder, model or BUNDLED, given if corrected else None), encoder


@lru_cache(maxsize=2)
def _encoder(model: str, corrected: bool) -> Encoder:
    if corrected:
        return load_encoder(model)
    from index.encoders.bundled import BundledEncoder

    return BundledEncoder(strength=0.0)


def check_articles(archive: Archive, test_set: TestSet) -> None:
    """Say how many of the relevant articles an archive lacks; refuse one that lacks them all."""
    wanted = {article for grades in test_set.qrels.values() for article, grade in grades.items() if grade > 0}
    missing = wanted - archive.store.languages_by_id().keys()
    if wanted and missing == wanted:
        raise BadInput(
            f"{archive.path} has none of the {len(wanted):,} relevant articles, such as {min(wanted)!r}",
            f"give --archive one that holds the articles of {test_set.name} under their ids, or leave it out",
        )
    if missing:
        print(f"{archive.path} lacks {len(missing):,} of {len(wanted):,} relevant articles", file=sys.stderr)

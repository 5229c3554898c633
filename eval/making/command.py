"""`zitat eval make-set`: proposes a test set from an archive, and takes over what a person made of the proposals."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from eval.making.folder import PROPOSALS, curate, write_set
from eval.making.parallels import translations
from eval.making.pool import sampled
from eval.making.proposals import Proposal, Proposer
from index.archive import Archive
from index.errors import BadInput


def make_set(args: argparse.Namespace) -> int:
    """Write or mend the set in the folder `--output`."""
    if args.output is None:
        raise BadInput("a test set needs a folder", "give --output FOLDER")
    if args.curated:
        print(_told(curate(args.output)))
        return 0
    if args.archive is None:
        raise BadInput("there is no archive to make a test set from", "give --archive DIR")
    proposals = _proposed(args.archive, args.output, args)
    print(_told(proposals))
    print(f"Look through {args.output / PROPOSALS}: delete or mend lines, set keep to true or false, add articles.")
    print(f"Then: zitat eval make-set --output {args.output} --curated, and zitat eval {args.output}")
    return 0


def _proposed(archive: Path, output: Path, args: argparse.Namespace) -> list[Proposal]:
    with Archive(archive) as opened, opened.reading() as (view, _):
        pool = sampled(view.store, args.articles, args.seed)
        proposer = Proposer(pool, view, Counter(view.store.languages_by_id().values()), args.seed)
        proposals = [
            *proposer.headlines(args.queries),
            *proposer.sentences(args.queries),
            *translations(view.store, pool, args.queries, proposer.has_headline),
        ]
        write_set(output, pool, proposals)
    return proposals


def _told(proposals: Iterable[Proposal]) -> str:
    """How many queries there are of each kind, and how many wait for a person."""
    listed = list(proposals)
    kept, open_ones = (Counter(one.kind for one in listed if one.keep is state) for state in (True, None))
    languages = len({one.language for one in listed if one.keep})
    parts = [f"{sum(kept.values())} queries in {languages} languages"]
    parts += [f"{count} by {kind}" for kind, count in sorted(kept.items())]
    parts += [f"{count} {kind}s to be checked first (keep is null)" for kind, count in sorted(open_ones.items())]
    return ", ".join(parts)

"""What `zitat eval` does, in its order: open the test set, choose what is measured, ask, measure, print, write."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.arguments import MEASURES
from eval.asking import ask_all, ask_by_pool
from eval.measuring import Evaluation, evaluate, evaluate_pools
from eval.rankers import Ranker
from eval.rankers.archive import ArchiveRanker, variant_named
from eval.rankers.building import cached_archive
from eval.reports.as_json import write_json
from eval.reports.as_markdown import as_markdown
from eval.runs import read_trec_run, write_trec_run
from eval.sets import TestSet
from eval.sets.opening import open_test_set


def run(args: argparse.Namespace) -> int:
    """Measure everything that was asked for, print it, write it."""
    evaluations = [one for given in args.datasets for one in _evaluated(_test_set(given, args), args)]
    print(as_markdown(evaluations), end="")
    if args.json:
        write_json(evaluations, args.json)
    return 0


def _test_set(given: str, args: argparse.Namespace) -> TestSet:
    test_set = open_test_set(given, args.qrels)
    if args.fold:
        test_set = test_set.fold(*args.fold)
    return test_set.sample(args.sample)


def _evaluated(test_set: TestSet, args: argparse.Namespace) -> Iterator[Evaluation]:
    names = args.measure or MEASURES
    for file in args.runs:
        yield evaluate(test_set, read_trec_run(file), names)
    for ranker in _rankers(test_set, args):
        try:
            measured = _measured(test_set, ranker, names, args)
            yield replace(measured, answers=_answers(test_set, args)) if args.answers else measured
        finally:
            ranker.close()


def _measured(test_set: TestSet, ranker: Ranker, names: Sequence[str], args: argparse.Namespace) -> Evaluation:
    how = {"depth": args.depth, "threads": args.threads}
    if args.pairs:
        return evaluate_pools(test_set, ask_by_pool(ranker, test_set, test_set.pools, **how), names)
    run = ask_all(ranker, test_set, **how)
    if args.write_run:
        write_trec_run(run, test_set.queries, args.write_run)
    return evaluate(test_set, run, names)


def _answers(test_set: TestSet, args: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Every question asked, of all articles or (with --pairs) of those in each language."""
    from eval.answering.askers import ArchiveAsker, Asker, ServiceAsker
    from eval.answering.measuring import ask_cases, cases, figures
    from index.bundled import BundledEncoder

    asker: Asker
    if args.url:
        asker = ServiceAsker(args.url, os.environ.get("ZITAT_API_KEY"))
    else:
        archive = args.archive or cached_archive(test_set, BundledEncoder())
        asker = ArchiveAsker(archive, never_refuse=args.never_refuse)
    try:
        pools = test_set.pools if args.pairs else [None]
        return figures(ask_cases(asker, cases(test_set, pools), threads=args.threads))
    finally:
        asker.close()


def _rankers(test_set: TestSet, args: argparse.Namespace) -> Iterator[Ranker]:
    from index.bundled import BundledEncoder

    if args.runs and not args.variant:
        return
    for name in args.variant or ["zitat"]:
        variant = variant_named(name)
        encoder = BundledEncoder() if variant.corrected else BundledEncoder(strength=0.0)
        archive = args.archive if args.archive and variant.corrected else cached_archive(test_set, encoder)
        yield ArchiveRanker(archive, variant, encoder)

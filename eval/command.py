"""What `zitat eval` does, in its order: open the test set, choose what is measured, ask, measure, print, write."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence

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
            yield _measured(test_set, ranker, names, args)
        finally:
            ranker.close()


def _measured(test_set: TestSet, ranker: Ranker, names: Sequence[str], args: argparse.Namespace) -> Evaluation:
    how = {"depth": args.depth, "threads": args.threads}
    if args.pairs:
        pools = sorted(set(test_set.article_languages.values()) & set(test_set.languages))
        return evaluate_pools(test_set, ask_by_pool(ranker, test_set, pools, **how), names)
    run = ask_all(ranker, test_set, **how)
    if args.write_run:
        write_trec_run(run, test_set.queries, args.write_run)
    return evaluate(test_set, run, names)


def _rankers(test_set: TestSet, args: argparse.Namespace) -> Iterator[Ranker]:
    from index.bundled import BundledEncoder

    if args.runs and not args.variant:
        return
    for name in args.variant or ["zitat"]:
        variant = variant_named(name)
        encoder = BundledEncoder() if variant.corrected else BundledEncoder(strength=0.0)
        archive = args.archive if args.archive and variant.corrected else cached_archive(test_set, encoder)
        yield ArchiveRanker(archive, variant, encoder)

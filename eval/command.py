"""What `zitat eval` does, in its order: check, open the test set, choose what is measured, ask, measure, tell."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from eval.ablating import ablation_table
from eval.arguments import MEASURES
from eval.asking import ask_all, ask_by_pool
from eval.checking import check
from eval.comparing import baselines_of, compare_all, paired
from eval.gate import broken
from eval.measuring import Evaluation, evaluate, evaluate_pools
from eval.rankers import Ranker
from eval.rankers.archive import PRODUCT
from eval.rankers.building import archive_for
from eval.rankers.choosing import rankers_for
from eval.rankers.service import service_name
from eval.reports.as_html import write_html
from eval.reports.as_json import read_json, write_json
from eval.reports.as_markdown import as_markdown
from eval.reports.records import Report, Section, how_measured
from eval.runs import read_trec_run, write_trec_runs
from eval.sets import TestSet
from eval.sets.leaving_out import without_sources
from eval.sets.opening import open_test_set
from index.errors import BadInput

WORSE = 1  # the exit status where a measure fell by more than is allowed


def run(args: argparse.Namespace) -> int:
    """Measure everything that was asked for, print it, write it."""
    check(args)
    earlier = read_json(args.baseline).runs if args.baseline else None
    report = Report(
        how_measured(args), tuple(_section(_test_set(given, args), earlier, args) for given in args.datasets)
    )
    told = _told(report, args)
    print(told, end="")
    if args.markdown:
        args.markdown.write_text(told, encoding="utf-8")
    for file, write in ((args.json, write_json), (args.html, write_html)):
        if file:
            write(report, file)
    fell = list(broken(report.comparisons, args.bounds))
    for one in fell:
        print(f"zitat: {one}", file=sys.stderr)
    return WORSE if fell else 0


def _told(report: Report, args: argparse.Namespace) -> str:
    """All that is printed, as Markdown."""
    parts = [ablation_table(section, args.seed) for section in report.sections] if args.ablate else []
    return "\n".join([as_markdown(report), *filter(None, parts)])


def _section(test_set: TestSet, earlier: list[Evaluation] | None, args: argparse.Namespace) -> Section:
    """One test set measured; a baseline that is of another set is noticed before anything is asked."""
    baselines = None if earlier is None else baselines_of(test_set, earlier)
    runs = tuple(_evaluated(test_set, args))
    pairs = paired(runs, baselines, args.baseline.name if args.baseline else "")
    return Section(test_set, runs, pairs, tuple(compare_all(test_set, pairs, args.seed)))


def _test_set(given: str, args: argparse.Namespace) -> TestSet:
    test_set = open_test_set(given, args.qrels, args.corpus, args.topic_field)
    if args.fold:
        test_set = test_set.fold(*args.fold)
    if args.language:
        test_set = test_set.in_languages(args.language)
    test_set = test_set.sample(args.sample)
    return without_sources(test_set) if args.leave_out_source else test_set


def _evaluated(test_set: TestSet, args: argparse.Namespace) -> Iterator[Evaluation]:
    names = args.measure or MEASURES
    for file in args.runs:
        yield evaluate(test_set, read_trec_run(file), names, args.seed)
    for ranker in rankers_for(test_set, args):
        try:
            measured = _measured(test_set, ranker, names, args)
            asked = args.answers and ranker.name == (service_name(args.url) if args.url else PRODUCT)
            yield replace(measured, answers=_answers(test_set, args)) if asked else measured
        finally:
            ranker.close()


def _measured(test_set: TestSet, ranker: Ranker, names: Sequence[str], args: argparse.Namespace) -> Evaluation:
    how = {"depth": args.depth, "threads": args.threads, "timed": args.timed}
    pools = test_set.pools if args.pairs else []
    if args.pairs and not pools:
        raise BadInput(f"--pairs: in which languages {test_set.name} has articles is not known", "give it a corpus")
    runs = ask_by_pool(ranker, test_set, pools, **how) if pools else [ask_all(ranker, test_set, **how)]
    if args.write_runs:
        write_trec_runs(runs, test_set, args.write_runs)
    if pools:
        return evaluate_pools(test_set, runs, names, args.seed)
    return evaluate(test_set, runs[0], names, args.seed)


def _answers(test_set: TestSet, args: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Every question asked, of all articles or (with --pairs) of those in each language."""
    from eval.answering.askers import ArchiveAsker, Asker, ServiceAsker
    from eval.answering.measuring import ask_cases, cases, figures
    from index.encoders.bundled import BundledEncoder

    asker: Asker
    if args.url:
        asker = ServiceAsker(args.url, os.environ.get("ZITAT_API_KEY"))
    else:
        archive = archive_for(test_set, BundledEncoder(), given=args.archive)
        asker = ArchiveAsker(archive, never_refuse=args.never_refuse)
    try:
        pools = test_set.pools if args.pairs else [None]
        return figures(ask_cases(asker, cases(test_set, pools), threads=args.threads))
    finally:
        asker.close()

"""What can be typed after `zitat eval`. Nothing heavy is imported here: every other command would wait for it."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import NamedTuple

MEASURES = ("nDCG@10", "R@100", "AP", "RR", "P@10")
MAKE_SET = "make-set"
DEPTH = 100  # articles ranked for each query: AP and R@100 look at all of them
TIMED = 100  # searches whose time is taken


class Bound(NamedTuple):
    """The most that the mean of a measure may fall."""

    measure: str
    most: float

    def __str__(self) -> str:
        return f"{self.measure}:{self.most:g}"


class Fold(NamedTuple):
    """Part `number`, from 0, of `of` parts of a test set."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


class Codes(tuple[str, ...]):
    """Languages as they are typed: de,tr."""

    def __str__(self) -> str:
        return ",".join(self)


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What `zitat eval` takes."""
    command.add_argument(
        "datasets", nargs="+", metavar="DATASET", help="a BEIR folder, a file of TREC topics, or an id of ir_datasets"
    )
    command.add_argument(
        "--run", dest="runs", action="append", default=[], type=Path, metavar="FILE", help="a TREC run to be scored"
    )
    command.add_argument("--pairs", action="store_true", help="search the articles of each language by themselves")
    command.add_argument(
        "--language",
        type=_codes,
        metavar="CODES",
        help="only questions in these: de,tr; with --pairs only articles, too",
    )
    command.add_argument("--sample", type=_positive, metavar="N", help="queries of each language, spread evenly")
    command.add_argument(
        "--fold", type=_fold, metavar="K/N", help="one part of N; parts share no neighbouring articles"
    )
    command.add_argument(
        "--measure", action="append", metavar="NAME", help=f"repeatable (default {' '.join(MEASURES)})"
    )
    command.add_argument(
        "--depth", type=_positive, default=DEPTH, metavar="N", help=f"articles ranked (default {DEPTH})"
    )
    command.add_argument(
        "--threads", type=_positive, default=1, metavar="N", help="queries at the same time (default 1)"
    )
    command.add_argument(
        "--timed", type=_whole, default=TIMED, metavar="N", help=f"searches whose time is taken (default {TIMED})"
    )
    command.add_argument("--write-runs", type=Path, metavar="DIR", help="write each ranking there as a TREC run")
    command.add_argument("--answers", action="store_true", help="ask the questions too: measure answers and refusals")
    command.add_argument("--never-refuse", action="store_true", help="with --answers: judge what is chosen alone")
    command.add_argument("--seed", type=int, default=0, metavar="N", help="of whatever chance decides (default 0)")
    _add_sets(command)
    _add_rankers(command)
    _add_reporting(command)
    _add_making(command)


def _add_sets(command: argparse.ArgumentParser) -> None:
    sets = command.add_argument_group("test sets")
    sets.add_argument(
        "--qrels", metavar="NAME", help="which judgements, where a set has several; of TREC topics their file"
    )
    sets.add_argument(
        "--corpus", action="append", default=[], type=Path, metavar="PATH", help="documents of TREC topics; repeatable"
    )
    sets.add_argument("--topic-field", metavar="NAME", help="the field of TREC topics that is asked (default title)")
    sets.add_argument(
        "--leave-out-source",
        action="store_true",
        help="leave unjudged articles out of a ranking that hold the query word for word",
    )


def _add_rankers(command: argparse.ArgumentParser) -> None:
    rankers = command.add_argument_group("what is measured", "several may be given; without any, Zitat is")
    rankers.add_argument(
        "--archive", type=Path, metavar="DIR", help="holds the articles; made there, or in the cache, where none is"
    )
    rankers.add_argument(
        "--variant",
        action="append",
        default=[],
        metavar="NAME",
        help="one of the simpler ways to rank, or all; repeatable",
    )
    rankers.add_argument("--ablate", action="store_true", help="Zitat without each of its parts: what each one adds")
    rankers.add_argument(
        "--model",
        dest="models",
        action="append",
        default=[],
        metavar="NAME",
        help="encode with a sentence-transformers model, by name or path; repeatable",
    )
    rankers.add_argument("--url", metavar="URL", help="a running Zitat service; its key is in $ZITAT_API_KEY")
    rankers.add_argument(
        "--ranker",
        dest="rankers",
        action="append",
        default=[],
        metavar="MODULE:FUNCTION",
        help="a Python function (question, count[, languages]) -> [(article id, score)]; repeatable",
    )
    rankers.add_argument("--endpoint", metavar="URL", help="any search service, {question} and {count} in its address")
    rankers.add_argument("--hits", metavar="JMESPATH", help="ids and scores in its answer: 'results[].[id, score]'")
    rankers.add_argument("--body", metavar="JSON", help="what is sent to it, with {question} and {count} in it")
    rankers.add_argument("--method", metavar="VERB", help="GET, or POST with a body, where not said")
    rankers.add_argument(
        "--header", action="append", default=[], metavar="'NAME: VALUE'", help="$NAMEs are put in; repeatable"
    )


def _add_reporting(command: argparse.ArgumentParser) -> None:
    reporting = command.add_argument_group("reports", "what is printed is Markdown; runs are compared with the first")
    reporting.add_argument("--json", type=Path, metavar="FILE", help="write every figure, those of single queries too")
    reporting.add_argument("--markdown", type=Path, metavar="FILE", help="write what is printed")
    reporting.add_argument(
        "--html", type=Path, metavar="FILE", help="write a page with plots and texts, to be read offline"
    )
    reporting.add_argument(
        "--baseline", type=Path, metavar="FILE", help="compare with the runs that --json wrote there earlier"
    )
    reporting.add_argument(
        "--fail-if-worse",
        dest="bounds",
        action="append",
        default=[],
        type=_bound,
        metavar="MEASURE:MOST",
        help="exit 1 where the mean fell by more, for instance nDCG@10:0.01; repeatable",
    )


def _add_making(command: argparse.ArgumentParser) -> None:
    making = command.add_argument_group(
        MAKE_SET, "zitat eval make-set --archive DIR --output FOLDER proposes a test set to be curated by hand"
    )
    making.add_argument("--output", type=Path, metavar="FOLDER", help="where the set is written")
    making.add_argument("--queries", type=int, default=25, metavar="N", help="of each kind and language (default 25)")
    making.add_argument("--articles", type=int, default=2_000, metavar="N", help="the set is about (default 2000)")
    making.add_argument("--curated", action="store_true", help="take over the proposals in --output as you mended them")


def run_eval(args: argparse.Namespace) -> int:
    """Do what was typed; returns the exit status."""
    if args.datasets == [MAKE_SET]:
        from eval.making.command import make_set

        return make_set(args)
    from eval.command import run

    return run(args)


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number, 0 or more")
    return int(text)


def _positive(text: str) -> int:
    if (number := _whole(text)) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not 1 or more")
    return number


def _codes(text: str) -> Codes:
    codes = Codes(code.strip() for code in text.split(",") if code.strip())
    if not codes:
        raise argparse.ArgumentTypeError(f"{text!r} names no language, as de,tr does")
    return codes


def _fold(text: str) -> Fold:
    if not re.fullmatch(r"\d+/\d+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not K/N, for instance 0/2")
    number, of = text.split("/")
    return Fold(int(number), int(of))


def _bound(text: str) -> Bound:
    measure, _, most = text.rpartition(":")
    if not measure or not re.fullmatch(r"\d*\.?\d+", most):
        raise argparse.ArgumentTypeError(f"{text!r} is not MEASURE:MOST, for instance nDCG@10:0.01")
    return Bound(measure, float(most))

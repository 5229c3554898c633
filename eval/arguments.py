"""What can be typed after `zitat eval`. Nothing heavy is imported here: every other command would wait for it."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

MEASURES = ("nDCG@10", "R@100", "AP", "RR", "P@10")
DEPTH = 100  # articles ranked for each query: AP and R@100 look at all of them


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What `zitat eval` takes."""
    command.add_argument("datasets", nargs="+", metavar="DATASET", help="a BEIR folder")
    command.add_argument("--qrels", metavar="NAME", help="which judgements, where a set has several")
    command.add_argument(
        "--archive", type=Path, metavar="DIR", help="that holds the articles; made where none is given"
    )
    command.add_argument(
        "--run", dest="runs", action="append", default=[], type=Path, metavar="FILE", help="a TREC run to be scored"
    )
    command.add_argument(
        "--variant",
        action="append",
        default=[],
        metavar="NAME",
        help="one of the simpler ways to rank, or all; repeatable",
    )
    command.add_argument("--pairs", action="store_true", help="search the articles of each language by themselves")
    command.add_argument("--sample", type=int, metavar="N", help="queries of each language, spread evenly")
    command.add_argument(
        "--fold", type=_fold, metavar="K/N", help="one part of N; parts share no neighbouring articles"
    )
    command.add_argument(
        "--measure", action="append", metavar="NAME", help=f"repeatable (default {' '.join(MEASURES)})"
    )
    command.add_argument("--depth", type=int, default=DEPTH, metavar="N", help=f"articles ranked (default {DEPTH})")
    command.add_argument("--threads", type=int, default=1, metavar="N", help="queries at the same time (default 1)")
    command.add_argument("--json", type=Path, metavar="FILE", help="write every figure, those of single queries too")
    command.add_argument("--write-run", type=Path, metavar="FILE", help="write the ranking as a TREC run")
    command.add_argument("--answers", action="store_true", help="ask the questions too: measure answers and refusals")
    command.add_argument("--never-refuse", action="store_true", help="with --answers: judge what is chosen alone")
    command.add_argument("--url", metavar="URL", help="a running service, instead of an archive")


def run_eval(args: argparse.Namespace) -> int:
    """Do what was typed; returns the exit status."""
    from eval.command import run

    return run(args)


def _fold(text: str) -> tuple[int, int]:
    if not re.fullmatch(r"\d+/\d+", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not K/N, for instance 0/2")
    number, of = text.split("/")
    return int(number), int(of)

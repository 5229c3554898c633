"""What cannot come to anything is refused before a question is asked: a long measurement is not lost at its end."""

from __future__ import annotations

import argparse

from eval.measuring import parse_measures
from eval.rankers.archive import PRODUCT, variants_named
from eval.rankers.choosing import searches_here
from index.errors import BadInput

DEMANDS = (  # what says nothing without another option
    ("--fail-if-worse", "bounds", "--baseline", "baseline"),
    ("--never-refuse", "never_refuse", "--answers", "answers"),
    ("--endpoint", "endpoint", "--hits", "hits"),
    ("--hits", "hits", "--endpoint", "endpoint"),
    ("--body", "body", "--endpoint", "endpoint"),
    ("--method", "method", "--endpoint", "endpoint"),
    ("--header", "header", "--endpoint", "endpoint"),
)


def check(args: argparse.Namespace) -> None:
    """Raise BadInput for options that do not go together, unknown measures, and files that could not be written."""
    for option, name, other, wanted in DEMANDS:
        if getattr(args, name) and not getattr(args, wanted):
            raise BadInput(f"{option} is given without {other}", f"give {other}, or leave {option} out")
    if args.pairs and args.runs:
        raise BadInput("--pairs asks anew, and what --run gives was asked already", "measure one without the other")
    if args.never_refuse and args.url:
        raise BadInput("a service cannot be told to --never-refuse", "give its archive with --archive, not --url")
    if args.answers and not _somebody_answers(args):
        raise BadInput("--answers: nothing that is measured answers", "measure --variant zitat, or a Zitat at --url")
    if args.measure:
        parse_measures(args.measure)
    for file in (args.json, args.markdown, args.html):
        if file and not file.absolute().parent.is_dir():
            raise BadInput(f"there is no folder {file.parent} for {file.name}", "make it, or name another")


def _somebody_answers(args: argparse.Namespace) -> bool:
    """A service, or Zitat here; with another model its answers are another matter."""
    if args.url:
        return True
    titles = {one.title for one in variants_named(args.variant, ablate=args.ablate)}
    return searches_here(args) and not args.models and PRODUCT in titles

"""`zitat calibrate`: fits the decision to answer or to refuse to one archive, and says what that changes."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval.answering.rescaling import Judged

FEWEST = 20  # questions of which some are answerable and some are not
MOST_MADE = 200  # articles of which questions are made
MADE = (
    "nothing was kept: made questions are easier than real ones, and fitting on them was measured to refuse too much; "
    "judge 20 or more of your own and give them with --questions FILE"
)


def run_calibrate(args: argparse.Namespace) -> int:
    """Fit and print before and after; what was fitted on judged questions is kept in the archive's folder."""
    from retrieval import open_archive
    from retrieval.answering import rescaling
    from retrieval.answering.confidence import Fitted, keep

    given = read_judged(Path(args.questions)) if args.questions else None
    with open_archive(args.archive) as searcher:
        asked = given or rescaling.made_questions(searcher, MOST_MADE)
        _check(asked, args.questions or "the archive")
        told = list(rescaling.log_odds(searcher, asked))
        answerable = [one.answerable for one in asked]
        fitted = rescaling.rescaled(told, answerable)
        before, after = rescaling.before_and_after(told, answerable)
        source = f"{len(asked)} judged questions" if given else f"{len(asked)} questions made from the archive"
        mine = Fitted(searcher.archive.manifest.encoder, fitted.scale, fitted.offset, source)
        path = keep(searcher.archive, mine) if given else None
    for name, one in (("before", before), ("after", after)):
        print(f"{name}: refusing has precision {one.precision:.2f} and recall {one.recall:.2f}")
    print(f"fitted on {source}, judged on the part that each fit left out")
    print(f"kept in {path}" if path else MADE, file=sys.stdout if path else sys.stderr)
    return 0


def _check(asked: list[Judged], source: str) -> None:
    """Refuse what is too little to fit on, or all of one kind."""
    from index.errors import BadInput

    right = sum(one.answerable for one in asked)
    if len(asked) < FEWEST or not right or right == len(asked):
        raise BadInput(
            f"{source} gives {right} answerable and {len(asked) - right} unanswerable questions",
            f"give at least {FEWEST} questions of both kinds with --questions FILE",
        )


def read_judged(path: Path) -> list[Judged]:
    """The questions of a file of JSON Lines: {"question": "…", "answerable": true}; raises BadInput for any other."""
    from index.errors import BadInput
    from retrieval.answering.rescaling import Judged
    from retrieval.options import checked_question

    out: list[Judged] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            one = json.loads(line)
            if not isinstance(one["question"], str) or not isinstance(one["answerable"], bool):
                raise TypeError("question must be text, answerable true or false")
        except (ValueError, KeyError, TypeError) as error:
            cure = 'write each line as {"question": "Who met whom?", "answerable": true}'
            raise BadInput(f"line {number} of {path} is no judged question ({error})", cure) from error
        out.append(Judged(checked_question(one["question"]), one["answerable"]))
    return out

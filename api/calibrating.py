"""`zitat calibrate`: fits the decision to answer or to refuse to one archive, and says what that changes."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from retrieval import Searcher
    from retrieval.answering.confidence import Calibration
    from retrieval.answering.rescaling import Judged

FEWEST = 20  # questions: of both kinds where they were judged
MOST_MADE = 200  # articles of which questions are made
ROUGH = (
    "questions made from the archive tell how sure it is of what it does not hold, and no more: judge 20 or more of "
    "your own and give them with --questions FILE to fit it closer, and to see how well it refuses"
)


def run_calibrate(args: argparse.Namespace) -> int:
    """Fit, print before and after, and keep what was fitted where the archive is."""
    from retrieval import open_archive

    with open_archive(args.archive) as searcher:
        if args.questions:
            _fit_judged(searcher, Path(args.questions))
        else:
            _fit_made(searcher)
    return 0


def _fit_judged(searcher: Searcher, questions: Path) -> None:
    """Scale and offset, from questions of which a person has said whether the archive answers them."""
    from retrieval.answering import rescaling

    asked = read_judged(questions)
    answerable = [one.answerable for one in asked]
    if len(asked) < FEWEST or len(set(answerable)) < 2:
        given = f"{sum(answerable)} answerable and {len(asked) - sum(answerable)} unanswerable questions"
        _too_few(f"{questions} gives {given}", f"give at least {FEWEST} questions of both kinds")
    told = list(rescaling.log_odds(searcher, asked))
    for name, one in zip(("before", "after"), rescaling.before_and_after(told, answerable), strict=True):
        print(f"{name}: refusing has precision {one.precision:.2f} and recall {one.recall:.2f}")
    source = f"{len(asked)} judged questions"
    print(f"fitted on {source}, judged on the part that each fit left out")
    _keep(searcher, rescaling.rescaled(told, answerable), source)


def _fit_made(searcher: Searcher) -> None:
    """The offset alone, from questions made of articles that are then taken as not there."""
    from retrieval.answering import rescaling
    from retrieval.answering.confidence import Calibration

    asked = rescaling.made_questions(searcher, MOST_MADE)
    if len(asked) < FEWEST:
        cure = f"ingest more articles, or give at least {FEWEST} judged questions with --questions FILE"
        _too_few(f"the archive gives {len(asked)} questions, and {FEWEST} are needed", cure)
    told = list(rescaling.log_odds(searcher, asked))
    fitted = rescaling.shifted(told)
    for name, judge in (("before", Calibration()), ("after", fitted)):
        refused = sum(judge.probability(one) < judge.threshold for one in told)
        print(f"{name}: of {len(told)} questions that the archive does not answer, {refused} are refused")
    _keep(searcher, fitted, f"{len(asked)} questions made from the archive")
    print(ROUGH, file=sys.stderr)


def _keep(searcher: Searcher, fitted: Calibration, source: str) -> None:
    """Keep it where the archive is, and say where."""
    from retrieval.answering.confidence import Fitted, keep, place_of

    mine = Fitted(searcher.archive.manifest.encoder, fitted.scale, fitted.offset, source)
    keep(searcher.archive, mine)
    print(f"kept in {place_of(searcher.archive)}: scale {fitted.scale:.2f}, offset {fitted.offset:+.2f}")


def _too_few(seen: str, cure: str) -> NoReturn:
    """There is not enough to fit on."""
    from index.errors import BadInput

    raise BadInput(seen, cure)


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

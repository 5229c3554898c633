"""`zitat ask`: an answer for a person, each sentence with its proof, or one JSON object for a program."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from api.named_articles import named_article
from api.searching import search_options
from api.status import LOADING, SEARCHING, Status, opening

if TYPE_CHECKING:
    from retrieval import Turn
    from retrieval.answering import Event

LONGEST_HISTORY = 4 << 20  # bytes


def run_ask(args: argparse.Namespace) -> int:
    """Answer and print; that the archive does not hold the answer is an answer too."""
    from api.answerers import answerer_over, llm_of
    from retrieval import AnswerOptions, open_archive

    llm = llm_of(args)
    options = AnswerOptions(
        search=search_options(args),
        sentences=args.sentences,
        chronological=args.chronological,
        mode=args.mode,
        conversation=history(args.history) if args.history else (),
    )
    with Status(LOADING) as status:
        status.now(opening())
        with open_archive(args.archive) as archive:
            for one in args.article:
                named_article(archive.archive, one)
            status.now(SEARCHING)
            answerer = answerer_over(archive, llm)
            if args.json:
                answer = answerer.ask(args.question, options)
                status.end()
                print(json.dumps(answer.as_json(), ensure_ascii=False))
            else:
                _show(args.question, answerer.stream(args.question, options), sys.stdout, status)
    return 0


def _show(question: str, events: Iterator[Event], out: TextIO, status: Status) -> None:
    """Write for a person: at a terminal sentence by sentence, elsewhere the whole, with nothing that was taken back."""
    from api.answer_page import AnswerPage
    from retrieval.answering import Done

    live = out.isatty()
    page = AnswerPage(question, colour=live)
    for event in events:
        if live or isinstance(event, Done):
            status.end()
            for block in page.write(event):
                print(block, file=out, flush=live)


def history(path: str) -> tuple[Turn, ...]:
    """The earlier turns in a file: a JSON list of {"question", "answer"}, or of what `zitat ask --json` printed."""
    from index.errors import BadInput

    cure = 'write a JSON list such as [{"question": "Who met in Baku?", "answer": "The ministers did."}]'
    file = Path(path)
    if file.stat().st_size > LONGEST_HISTORY:
        raise BadInput(f"{path} has {file.stat().st_size:,} bytes", f"keep the last turns, at most {LONGEST_HISTORY:,}")
    try:
        turns = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{path} is not JSON in UTF-8: {error}", cure) from None
    listed = turns if isinstance(turns, list) else [turns]
    if not all(isinstance(turn, dict) and isinstance(turn.get("question"), str) for turn in listed):
        raise BadInput(f"{path} is not a list of turns that each have a question", cure)
    return tuple(_turn(turn) for turn in listed)


def _turn(turn: dict[str, Any]) -> Turn:
    from retrieval import Turn

    answer = turn.get("answer")
    if answer is None:  # an object as `zitat ask --json` prints it
        answer = " ".join(str(one["text"]) for one in turn.get("sentences") or [] if "text" in one)
    return Turn(turn["question"], str(answer))

"""`zitat search`: passages for a person, or one JSON object for a program."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval import Passage, SearchResult, Span

MARK, BOLD, DIM, PLAIN = "\x1b[1;33m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
WIDTH = 100


def run_search(args: argparse.Namespace) -> int:
    """Search and print."""
    from retrieval import SearchOptions, open_archive

    options = SearchOptions(
        count=args.k,
        languages=args.language,
        sources=tuple(args.source),
        article_ids=tuple(args.article),
        after=args.after,
        before=args.before,
        preference="mine-first" if args.mine_first else "balanced",
        per_article=args.per_article or None,
        question_language=args.question_language,
        dates_filter=args.dates_filter,
    )
    with open_archive(args.archive) as archive:
        result = archive.search(args.question, options)
    if args.json:
        print(json.dumps(result.as_json(), ensure_ascii=False))
    else:
        print(_for_a_person(result, colour=sys.stdout.isatty()))
    return 0


def _for_a_person(result: SearchResult, *, colour: bool) -> str:
    dates = "".join(f", {d.text}: {d.earliest} to {d.latest}" for d in result.understood.dates)
    head = f"understood as {result.understood.language}{dates}; {result.took_ms['total']:.0f} ms"
    if not result.passages:
        return f"{head}\n\nNothing was found: take filters away, or see `zitat stats` for what the archive holds."
    blocks = [_passage(passage, colour) for passage in result.passages]
    return "\n\n".join([_styled(head, DIM, colour), *blocks])


def _passage(passage: Passage, colour: bool) -> str:
    article = passage.article
    facts = [article.source, article.author, article.published_at, article.language, f"score {passage.score:.3f}"]
    about = " · ".join(fact for fact in facts if fact)
    lines = [f"{passage.rank}. {_styled(article.title, BOLD, colour)}", _styled(f"   {about}", DIM, colour)]
    lines += textwrap.wrap(_marked(passage, colour), WIDTH, initial_indent="   ", subsequent_indent="   ")
    citation = f"   [{article.id} {passage.start}:{passage.end} sha256 {article.content_hash[:12]}]"
    lines.append(_styled(f"{citation} {article.url or ''}".rstrip(), DIM, colour))
    if passage.also_in:
        lines.append(f"   also in {', '.join(passage.also_in)}")
    return "\n".join(lines)


def _marked(passage: Passage, colour: bool) -> str:
    """The text with its highlights in colour, or between » and « where there is none."""
    before, after = (MARK, PLAIN) if colour else ("»", "«")
    out, at = [], 0
    for span in _words(passage):
        start, end = span.start - passage.start, span.end - passage.start
        out += [passage.text[at:start], before, passage.text[start:end], after]
        at = end
    return "".join([*out, passage.text[at:]])


def _words(passage: Passage) -> list[Span]:
    return sorted(passage.highlights, key=lambda span: span.start)


def _styled(text: str, style: str, colour: bool) -> str:
    return f"{style}{text}{PLAIN}" if colour else text

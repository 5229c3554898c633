"""`zitat search`: passages for a person, or one JSON object for a program."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval import Passage, SearchResult

MARK, BOLD, DIM, PLAIN = "\x1b[1;33m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
WIDTH = 100
INDENT = "   "


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
    facts = [article.source, article.author, _shown_date(article.published_at), article.language]
    about = " · ".join(fact for fact in facts if fact)
    title = textwrap.shorten(article.title, WIDTH, placeholder="…")
    lines = [f"{passage.rank}. {_styled(title, BOLD, colour)}", _styled(f"   {about}", DIM, colour)]
    lines += [line for paragraph in _marked(passage, colour).split("\n") for line in _wrapped(paragraph)]
    citation = f"   [{article.id} {passage.start}:{passage.end} sha256 {article.content_hash[:12]}]"
    lines.append(_styled(f"{citation} {article.url or ''}".rstrip(), DIM, colour))
    if passage.also_in:
        lines.append(f"   also in {', '.join(passage.also_in)}")
    return "\n".join(lines)


def _shown_date(published_at: str | None) -> str | None:
    """A date as it is known; EDTF's marks put into words."""
    if published_at and published_at.startswith("XXXX-"):
        return f"{published_at[5:]}, year not given"
    if published_at and "?" in published_at:
        return f"{published_at.replace('?', '')}, year inferred"
    return published_at


def _marked(passage: Passage, colour: bool) -> str:
    """The text with its highlights in colour, or between double stars where there is none."""
    before, after = (MARK, PLAIN) if colour else ("**", "**")
    out, at = [], 0
    for span in passage.highlights:
        start, end = span.start - passage.start, span.end - passage.start
        out += [_printable(passage.text[at:start]), before, _printable(passage.text[start:end]), after]
        at = end
    return "".join([*out, _printable(passage.text[at:])])


def _wrapped(paragraph: str) -> list[str]:
    """Lines of equal width in every script; colours go on over the ends of lines."""
    from wcwidth import wrap

    return list(wrap(paragraph, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT, break_on_hyphens=False))


def _printable(text: str) -> str:
    """Text without control characters, which a terminal would obey."""
    return "".join(c for c in text if c == "\n" or c.isprintable() or c.isspace())


def _styled(text: str, style: str, colour: bool) -> str:
    return f"{style}{text}{PLAIN}" if colour else text

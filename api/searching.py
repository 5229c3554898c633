"""`zitat search`: passages for a person, or one JSON object for a program."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from api.terminal import BOLD, DIM, INDENT, marked, one_line, shortened, styled, wrapped
from index.published import shown

if TYPE_CHECKING:
    from retrieval import Passage, SearchOptions, SearchResult


def run_search(args: argparse.Namespace) -> int:
    """Search and print."""
    from retrieval import open_archive

    options = search_options(args)
    with open_archive(args.archive) as archive:
        result = archive.search(args.question, options)
    if args.json:
        print(json.dumps(result.as_json(), ensure_ascii=False))
    else:
        print(_for_a_person(result, colour=sys.stdout.isatty()))
    return 0


def search_options(args: argparse.Namespace) -> SearchOptions:
    """What the command line says about where to look."""
    from retrieval import SearchOptions

    return SearchOptions(
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


def passage_lines(passage: Passage, colour: bool) -> list[str]:
    """A passage for a person: rank, title, facts, text with its highlights, citation."""
    article = passage.article
    facts = [article.source, article.author, shown(article.published_at), article.language]
    about = one_line(" · ".join(fact for fact in facts if fact))
    lines = [f"{passage.rank}. {styled(shortened(article.title), BOLD, colour)}"]
    lines.append(styled(f"{INDENT}{about}", DIM, colour))
    lines += wrapped(marked(passage.text, passage.start, passage.highlights, colour))
    place = citation(article.id, passage.start, passage.end, article.content_hash, article.url)
    lines.append(styled(f"{INDENT}{place}", DIM, colour))
    if passage.also_in:
        lines.append(INDENT + one_line(f"also in {', '.join(passage.also_in)}"))
    return lines


def citation(article_id: str, start: int, end: int, content_hash: str, url: str | None) -> str:
    """Where a quotation stands, so that it can be found again."""
    return one_line(f"[{article_id} {start}:{end} sha256 {content_hash[:12]}] {url or ''}")


def _for_a_person(result: SearchResult, *, colour: bool) -> str:
    dates = "".join(f", {d.text}: {d.earliest} to {d.latest}" for d in result.understood.dates)
    head = one_line(f"understood as {result.understood.language}{dates}; {result.took_ms['total']:.0f} ms")
    if not result.passages:
        return f"{head}\n\nNothing was found: take filters away, or see `zitat stats` for what the archive holds."
    blocks = ["\n".join(passage_lines(passage, colour)) for passage in result.passages]
    return "\n\n".join([styled(head, DIM, colour), *blocks])

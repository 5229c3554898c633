"""`zitat search`: passages for a person, or one JSON object for a program."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from api.named_articles import named_article
from api.status import LOADING, SEARCHING, Status, opening
from api.terminal import BOLD, DIM, INDENT, marked, one_line, shortened, styled, wrapped

if TYPE_CHECKING:
    from retrieval import Passage, SearchOptions, SearchResult

EMPTY_CURE = "zitat stats; --language, --source, --after, --before"  # what to look at, in words that are typed


def run_search(args: argparse.Namespace) -> int:
    """Search and print."""
    from retrieval import open_archive

    options = search_options(args)
    with Status(LOADING) as status:
        status.now(opening())
        with open_archive(args.archive) as archive:
            for one in args.article:
                named_article(archive.archive, one)
            status.now(SEARCHING)
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


def passage_lines(passage: Passage, reader: str, colour: bool) -> list[str]:
    """A passage for a person: rank, title, facts in the reader's language, text with its highlights, citation."""
    from api.wording import facts_of
    from retrieval.answering.phrases import say

    article = passage.article
    about = one_line(facts_of(article, article.language, reader, author=article.author))
    lines = [f"{passage.rank}. {styled(shortened(article.title), BOLD, colour)}"]
    lines.append(styled(f"{INDENT}{about}", DIM, colour))
    lines += wrapped(marked(passage.text, passage.start, passage.highlights, colour))
    place = citation(article.id, passage.start, passage.end, article.content_hash, article.url)
    lines.append(styled(f"{INDENT}{place}", DIM, colour))
    if passage.also_in:
        lines.append(INDENT + one_line(say(reader, "also in {articles}", articles=" · ".join(passage.also_in))))
    return lines


def citation(article_id: str, start: int, end: int, content_hash: str, url: str | None) -> str:
    """Where a quotation stands, so that it can be found again."""
    return one_line(f"[{article_id} {start}:{end} sha256 {content_hash[:12]}] {url or ''}")


def _for_a_person(result: SearchResult, *, colour: bool) -> str:
    from api.wording import understood_as
    from retrieval.answering.phrases import say

    reader = result.understood.language
    head = one_line(f"{understood_as(reader, result.understood.dates)} · {result.took_ms['total']:.0f} ms")
    if not result.passages:
        return f"{head}\n\n{say(reader, 'Nothing was found.')}\n({EMPTY_CURE})"
    blocks = ["\n".join(passage_lines(passage, reader, colour)) for passage in result.passages]
    return "\n\n".join([styled(head, DIM, colour), *blocks])

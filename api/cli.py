"""The command `zitat`: what can be typed, and which function answers it.

Heavy modules are imported inside the commands, so that `zitat search` starts without what `zitat ingest` needs.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from datetime import date

from index.errors import ZitatError

ARCHIVE = "news.zitat"
NOTHING_DONE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    # Rows are encoded side by side, so matrices are small: threads of the matrix library would only get in the way.
    # Read when numpy is first imported, which the commands do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    args = _parser().parse_args(arguments)
    try:
        status = int(args.run(args))
        sys.stdout.flush()  # so that a reader who has gone is noticed here, not as the program ends
        return status
    except ZitatError as error:
        print(f"zitat: {error}", file=sys.stderr)
        return NOTHING_DONE
    except UnicodeEncodeError as error:
        cure = "give arguments in UTF-8, and set PYTHONUTF8=1 where the terminal has another encoding"
        print(f"zitat: {error.encoding} cannot hold {error.object[error.start : error.end]!a}: {cure}", file=sys.stderr)
        return NOTHING_DONE
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"zitat: {error.filename or args.archive}: {error.strerror or error}", file=sys.stderr)
        return NOTHING_DONE
    except KeyboardInterrupt:
        print("\nzitat: interrupted; what was stored stays stored", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zitat", description="Search and cite an archive of news in many languages.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    default = os.environ.get("ZITAT_ARCHIVE", ARCHIVE)
    common.add_argument("--archive", metavar="DIR", default=default, help=f"the archive's folder (default {default})")
    _add_ingest(commands, common)
    _add_search(commands, common)
    _add_keeping(commands, common)
    return parser


def _add_ingest(commands: argparse._SubParsersAction, common: argparse.ArgumentParser) -> None:  # type: ignore[type-arg]
    from api.ingesting import run_ingest, run_reembed

    ingest = commands.add_parser("ingest", parents=[common], help="add articles, or replace those that changed")
    ingest.add_argument("paths", nargs="+", metavar="PATH", help="file, folder, pattern, - or http(s) address")
    ingest.add_argument(
        "--map", action="append", default=[], metavar="FIELD=NAME", type=_mapping, help="text=body_html"
    )
    ingest.add_argument("--id-prefix", default="", metavar="TEXT", help="put in front of every id")
    ingest.add_argument("--delimiter", metavar="CHAR", help="of CSV files, where it is guessed wrongly")
    ingest.add_argument("--encoding", metavar="NAME", help="of text files, where it is guessed wrongly")
    ingest.add_argument("--allow-private", action="store_true", help="fetch from private and loopback addresses too")
    ingest.add_argument(
        "--model", default=None, metavar="NAME", help="a sentence-transformers model (new archives only)"
    )
    ingest.add_argument(
        "--chunk-tokens", type=int, default=None, metavar="N", help="size of passages (new archives only)"
    )
    ingest.set_defaults(run=run_ingest)
    reembed = commands.add_parser("reembed", parents=[common], help="change to another model")
    reembed.add_argument("--model", required=True, metavar="NAME", help='a sentence-transformers model, or "bundled"')
    reembed.set_defaults(run=run_reembed)


def _add_search(commands: argparse._SubParsersAction, common: argparse.ArgumentParser) -> None:  # type: ignore[type-arg]
    from api.searching import run_search

    search = commands.add_parser("search", parents=[common], help="find passages for a question in any language")
    search.add_argument("question")
    search.add_argument("-k", type=int, default=10, metavar="N", help="how many passages (default 10)")
    search.add_argument("--language", type=_names, default=(), metavar="CODES", help="only articles in these: de,en")
    search.add_argument(
        "--source", action="append", default=[], metavar="NAME", help="only from this source; repeatable"
    )
    search.add_argument("--article", action="append", default=[], metavar="ID", help="only in this article; repeatable")
    search.add_argument("--after", type=_day, metavar="DATE", help="only articles of this day or later: 2022-10-01")
    search.add_argument("--before", type=_day, metavar="DATE", help="only articles of this day or earlier")
    search.add_argument("--dates-filter", action="store_true", help="dates in the question limit instead of prefer")
    search.add_argument("--mine-first", action="store_true", help="prefer passages in the question's language")
    search.add_argument("--per-article", type=int, default=3, metavar="N", help="most passages of one article; 0: all")
    search.add_argument("--question-language", metavar="CODE", help="where it is recognised wrongly")
    search.add_argument("--json", action="store_true", help="print one JSON object")
    search.set_defaults(run=run_search)


def _add_keeping(commands: argparse._SubParsersAction, common: argparse.ArgumentParser) -> None:  # type: ignore[type-arg]
    from api import keeping

    show = commands.add_parser("show", parents=[common], help="print one article")
    show.add_argument("id")
    show.add_argument("--json", action="store_true", help="print one JSON object, with the passages' offsets")
    show.set_defaults(run=keeping.run_show)
    listing = commands.add_parser("list", parents=[common], help="list the articles")
    listing.add_argument("--language", type=_names, default=(), metavar="CODES")
    listing.add_argument("--source", action="append", default=[], metavar="NAME")
    listing.set_defaults(run=keeping.run_list)
    delete = commands.add_parser("delete", parents=[common], help="delete articles")
    delete.add_argument("ids", nargs="+", metavar="ID")
    delete.set_defaults(run=keeping.run_delete)
    stats = commands.add_parser("stats", parents=[common], help="what the archive holds")
    stats.add_argument("--json", action="store_true", help="print one JSON object")
    stats.set_defaults(run=keeping.run_stats)
    export = commands.add_parser("export", parents=[common], help="write all articles as JSON Lines")
    export.add_argument("--output", metavar="FILE", help="instead of standard output")
    export.set_defaults(run=keeping.run_export)
    verify = commands.add_parser("verify", parents=[common], help="check every index against the articles")
    verify.add_argument("--repair", action="store_true", help="make again what is damaged and can be made again")
    verify.set_defaults(run=keeping.run_verify)


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day: write it as 2022-10-31") from None


def _mapping(text: str) -> tuple[str, str]:
    field, equals, name = text.partition("=")
    if not equals or not field or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not FIELD=NAME, for instance text=body_html")
    return field, name


if __name__ == "__main__":
    sys.exit(main())

"""The command `zitat`: what can be typed, and which function answers it.

Heavy modules are imported inside the commands, so that `zitat search` starts without what `zitat ingest` needs.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from index.errors import ZitatError

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]

ARCHIVE = "news.zitat"
ARCHIVE_HELP = "its folder, or postgresql://user@host/database (default: ZITAT_ARCHIVE, else news.zitat)"
NOTHING_DONE = 2
OBJECTS = 50_000  # made between two looks for garbage: imports make many and leave none
LLM_SECONDS = 90.0  # what the endpoint may take for an answer; a test holds that it is what its own record says


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    # Rows are encoded side by side, so matrices are small: threads of the matrix library would only get in the way.
    # Read when numpy is first imported, which the commands do.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    gc.set_threshold(OBJECTS)
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
        print(f"zitat: {error.filename or _named(args)}: {error.strerror or error}", file=sys.stderr)
        return NOTHING_DONE
    except KeyboardInterrupt:
        print("\nzitat: interrupted; what was stored stays stored", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zitat", description="Search and cite an archive of news in many languages.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    default = os.environ.get("ZITAT_ARCHIVE", ARCHIVE)
    common.add_argument("--archive", metavar="PLACE", default=default, help=ARCHIVE_HELP)
    _add_ingest(commands, common)
    _add_search(commands, common)
    _add_ask(commands, common)
    _add_mcp(commands, common)
    _add_keeping(commands, common)
    _add_calibrate(commands, common)
    _add_serve(commands, common)
    _add_keys(commands, common)
    _add_eval(commands)
    return parser


def _add_ingest(commands: Commands, common: argparse.ArgumentParser) -> None:
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
    ingest.add_argument(
        "--index",
        default=None,
        metavar="URI",
        help="keep the indexes on Milvus: milvus://host:19530 (new archives only)",
    )
    ingest.add_argument(
        "--compact",
        dest="index",
        action="store_const",
        const="compact",
        help="search by one bit a dimension, and by the vectors kept with the articles alone (new archives only)",
    )
    ingest.add_argument(
        "--device", choices=("cpu", "cuda", "auto"), default=None, help="where passages are encoded (default: cpu)"
    )
    ingest.add_argument("--ray", metavar="ADDRESS", help='spread the work over a Ray cluster: HOST:6379, or "auto"')
    ingest.set_defaults(run=run_ingest)
    reembed = commands.add_parser("reembed", parents=[common], help="change to another model")
    reembed.add_argument("--model", required=True, metavar="NAME", help='a sentence-transformers model, or "bundled"')
    reembed.set_defaults(run=run_reembed)


def _add_search(commands: Commands, common: argparse.ArgumentParser) -> None:
    from api.searching import run_search

    search = commands.add_parser("search", parents=[common], help="find passages for a question in any language")
    _search_arguments(search)
    search.set_defaults(run=run_search)


def _search_arguments(command: argparse.ArgumentParser) -> None:
    """A question, and where to look for it."""
    command.add_argument("question")
    command.add_argument("-k", type=int, default=10, metavar="N", help="how many passages (default 10)")
    command.add_argument("--language", type=_names, default=(), metavar="CODES", help="only articles in these: de,en")
    command.add_argument(
        "--source", action="append", default=[], metavar="NAME", help="only from this source; repeatable"
    )
    command.add_argument(
        "--article", action="append", default=[], metavar="ID", help="only in this article; repeatable"
    )
    command.add_argument("--after", type=_day, metavar="DATE", help="only articles of this day or later: 2022-10-01")
    command.add_argument("--before", type=_day, metavar="DATE", help="only articles of this day or earlier")
    command.add_argument("--dates-filter", action="store_true", help="dates in the question limit instead of prefer")
    command.add_argument("--mine-first", action="store_true", help="prefer passages in the question's language")
    command.add_argument("--per-article", type=int, default=3, metavar="N", help="most passages of one article; 0: all")
    command.add_argument("--question-language", metavar="CODE", help="where it is recognised wrongly")
    command.add_argument("--json", action="store_true", help="print one JSON object")


def _add_ask(commands: Commands, common: argparse.ArgumentParser) -> None:
    from api.asking import run_ask

    ask = commands.add_parser(
        "ask",
        parents=[common],
        help="answer a question, each sentence with its citation",
        epilog="Exit status: 0 when the question was answered, and when the archive does not hold the answer (--json "
        'says "answered": false); 2 when nothing could be asked.',
    )
    _search_arguments(ask)
    ask.add_argument("--sentences", type=int, default=4, metavar="N", help="most sentences of the answer (default 4)")
    ask.add_argument("--chronological", action="store_true", help="sentences in the order of their articles' dates")
    ask.add_argument("--mode", choices=["auto", "extractive", "generative"], default="auto", help="how it is written")
    _llm_arguments(ask)
    ask.add_argument("--history", metavar="FILE", help="earlier turns, for a follow-up: JSON, or what --json printed")
    ask.set_defaults(run=run_ask)


def _llm_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--llm-base-url", metavar="URL", help="an OpenAI-compatible endpoint that writes answers")
    command.add_argument("--llm-model", metavar="NAME", help="its model; its key is in ZITAT_LLM_KEY")
    command.add_argument(
        "--llm-timeout",
        type=float,
        default=LLM_SECONDS,
        metavar="SECONDS",
        help=f"after which the articles are quoted instead (default {LLM_SECONDS:g}; less where it falls silent)",
    )


def _add_mcp(commands: Commands, common: argparse.ArgumentParser) -> None:
    from api.connecting import DEFAULT_PORT, run_mcp

    mcp = commands.add_parser("mcp", parents=[common], help="offer search, ask and get_article to assistants, over MCP")
    mcp.add_argument("--http", action="store_true", help="over HTTP, at /mcp, instead of standard input and output")
    mcp.add_argument("--host", default="127.0.0.1", metavar="NAME", help="with --http: this machine's own only")
    mcp.add_argument(
        "--port", type=int, default=DEFAULT_PORT, metavar="N", help=f"with --http (default {DEFAULT_PORT})"
    )
    mcp.set_defaults(run=run_mcp)


def _add_keeping(commands: Commands, common: argparse.ArgumentParser) -> None:
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
    migrate = commands.add_parser("migrate", help="move an archive between folders and databases")
    migrate.add_argument("archive", metavar="FROM", help="a folder, or postgresql://user@host/database; it stays")
    migrate.add_argument("to", metavar="TO", help="likewise; no archive may be there")
    migrate.add_argument("--index", default="", metavar="URI", help="keep the new one's indexes on Milvus")
    migrate.set_defaults(run=keeping.run_migrate)
    verify = commands.add_parser("verify", parents=[common], help="check every index against the articles")
    verify.add_argument("--repair", action="store_true", help="make again what is damaged and can be made again")
    verify.set_defaults(run=keeping.run_verify)


def _add_serve(commands: Commands, common: argparse.ArgumentParser) -> None:
    from api.serving import run_serve

    serve = commands.add_parser("serve", parents=[common], help="answer over HTTP, until stopped")
    serve.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="elsewhere than here only with keys")
    serve.add_argument("--port", type=int, default=8000, metavar="N", help="default 8000; 0 takes a free one")
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="processes; the dead are replaced")
    serve.add_argument("--cors", action="append", default=[], metavar="ORIGIN", help="pages that may ask; repeatable")
    serve.add_argument("--keys", metavar="FILE", help="a file, instead of the keys kept with the archive")
    serve.add_argument("--public-url", metavar="URL", help="where others reach it, for the links in answers")
    serve.add_argument("--requests-per-minute", type=int, default=1_200, metavar="N", help="of a caller; 0: no limit")
    serve.add_argument("--log-questions", action="store_true", help="write the questions' text to the log, too")
    _llm_arguments(serve)
    serve.set_defaults(run=run_serve)


def _add_keys(commands: Commands, common: argparse.ArgumentParser) -> None:
    from api import keys_command

    actions = commands.add_parser("keys", help="API keys of the service").add_subparsers(
        dest="action", required=True, metavar="ACTION"
    )
    file = argparse.ArgumentParser(add_help=False, parents=[common])
    file.add_argument("--keys", metavar="FILE", help="a file, instead of the keys kept with the archive")
    add = actions.add_parser("add", parents=[file], help="make a key; it is shown this once")
    add.add_argument("--role", choices=("read", "admin"), default="read", help="admin may add and delete, too")
    add.add_argument("--name", default="", metavar="TEXT", help="what it is for")
    add.set_defaults(run=keys_command.run_add)
    actions.add_parser("list", parents=[file], help="list the keys").set_defaults(run=keys_command.run_list)
    revoke = actions.add_parser("revoke", parents=[file], help="take keys away, at once")
    revoke.add_argument("keys_named", nargs="+", metavar="KEY", help="its id, or its name where no other has it")
    revoke.set_defaults(run=keys_command.run_revoke)


def _add_calibrate(commands: Commands, common: argparse.ArgumentParser) -> None:
    from api.calibrating import run_calibrate

    calibrate = commands.add_parser("calibrate", parents=[common], help="fit to this archive when answers are refused")
    calibrate.add_argument(
        "--questions", metavar="FILE", help='your own, as JSON Lines: {"question": "…", "answerable": true}'
    )
    calibrate.set_defaults(run=run_calibrate)


def _add_eval(commands: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    from eval.arguments import add_arguments, run_eval

    command = commands.add_parser("eval", help="measure what is found and answered on a test set")
    add_arguments(command)
    command.set_defaults(run=run_eval)


def _named(args: argparse.Namespace) -> str:
    """The archive, without a password."""
    from index.places.location import located

    return located(args.archive).name


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

"""Text for a person at a terminal: without control characters, wrapped by width, coloured where there are colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from retrieval import Span

MARK, BOLD, DIM, PLAIN = "\x1b[1;33m", "\x1b[1m", "\x1b[2m", "\x1b[0m"
WIDTH = 100
INDENT = "   "
_ISOLATE, _POP = "\u2068", "\u2069"
_KEPT = frozenset("\n\u200c\u200d" + _ISOLATE + _POP)  # joiners, which spelling needs, and isolates, which turn nothing


def printable(text: str) -> str:
    """Text without what a terminal would obey: control characters and marks that turn the direction of writing."""
    text = "".join(c if c.isprintable() or c in _KEPT else " " if c.isspace() else "" for c in text)
    return "\n".join(map(_paired, text.split("\n"))) if _ISOLATE in text or _POP in text else text


def _paired(line: str) -> str:
    """Without isolates that are not ended, or end none here: what stands around the line would be turned by them."""
    begun: list[int] = []
    kept: set[int] = set()
    for at, char in enumerate(line):
        if char == _ISOLATE:
            begun.append(at)
        elif char == _POP and begun:
            kept |= {begun.pop(), at}
    return "".join(char for at, char in enumerate(line) if char not in (_ISOLATE, _POP) or at in kept)


def shown_on(text: str, out: TextIO) -> str:
    """What is written there: printable where a person reads it, as it is where a program does."""
    return printable(text) if out.isatty() else text


def one_line(text: str) -> str:
    """Printable text with every run of white space made one space."""
    return " ".join(printable(text).split())


def shortened(text: str, width: int = WIDTH) -> str:
    """The text on one line, cut to so many columns."""
    from wcwidth import clip
    from wcwidth import width as columns

    line = one_line(text)
    return line if columns(line) <= width else f"{clip(line, 0, width - 1).rstrip()}…"


def wrapped(text: str, indent: str = INDENT) -> list[str]:
    """Lines of equal width in every script; colours go on over the ends of lines."""
    from wcwidth import wrap

    paragraphs = (
        wrap(one, WIDTH, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False)
        for one in text.split("\n")
    )
    return [line for lines in paragraphs for line in lines]


def styled(text: str, style: str, colour: bool) -> str:
    """Text in a style, where there are colours."""
    return f"{style}{text}{PLAIN}" if colour else text


def marked(text: str, start: int, spans: Sequence[Span], colour: bool) -> str:
    """Printable text with spans in colour, or between double stars; `start` is where it begins in its article."""
    before, after = (MARK, PLAIN) if colour else ("**", "**")
    out, at = [], 0
    for span in spans:
        out += [printable(text[at : span.start - start]), before]
        at = span.end - start
        out += [printable(text[span.start - start : at]), after]
    return "".join([*out, printable(text[at:])])

"""What a question counts: the words that ask for it, and which figures can be meant.

The figure is read from the question itself with a number in place of the words that ask: "how many kilometres" counts
as "7 kilometres" does. So every unit and currency that is known in a sentence is known in a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import regex

from retrieval.answering.figures import Figure, find_figures
from retrieval.answering.marking.kinds import asking_words
from retrieval.answering.word_lists import word_list

_WORDS = "counted.toml"
_NUMBER = "7 "  # any that is neither a year nor one
_UNSPACED_NUMBER = "7"
_HANGING = regex.compile(r"-\s")


@dataclass(frozen=True)
class Counted:
    """From `start` to `end` the question's words that ask.

    `unit` is that of the figures that can be meant: "money", "percent", the beginning of a unit of CLDR up to its dash,
    "count" for things counted one by one; "" where any may be.
    """

    start: int
    end: int
    unit: str = ""


@lru_cache(maxsize=256)
def counted_in(question: str, language: str) -> Counted | None:
    """What a question counts; None where no words ask for a quantity."""
    asking = asking_words(question, language, "quantity")
    if asking is None:
        return None
    start, end = asking
    rest = question[end:].lstrip()
    figures = find_figures((_UNSPACED_NUMBER if question[end : end + 1] == rest[:1] else _NUMBER) + rest, language)
    unit = _unit(figures[0]) if figures and figures[0].start == 0 else ""
    if unit in ("", "count"):
        many = regex.compile(words_in("many", language), regex.I).match(question, start)
        unit = "count" if many else ""
    return Counted(start, end, unit)


def words_in(table: str, language: str) -> str:
    """The pattern of a language in a table of counted.toml; one that matches nothing where it is not listed."""
    found: str = word_list(__package__, _WORDS)[table].get(language, "(?!)")
    return found


def is_counted(unit: str, figure: Figure) -> bool:
    """Whether a figure has the unit that a question asks for."""
    return not unit or _unit(figure) == unit


def _unit(figure: Figure) -> str:
    return figure.kind if figure.kind != "measure" else figure.unit.partition("-")[0]


def is_numbered(scanned: str, start: int, end: int) -> bool:
    """Whether a number in a text in lower case is that of a file or a rule, or begins "27- to 30-year-old"."""
    words = word_list(__package__, _WORDS)["numbered"]
    before = regex.search(words["before"], scanned[max(0, start - 20) : start])
    return bool(before or regex.match(words["after"], scanned[end:]) or _HANGING.match(scanned, end))

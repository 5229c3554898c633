"""Times of the day in a text in lower case and ASCII digits: "08:12", "9.30 uhr", "8 h 40", "下午3点20分"."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import regex

from retrieval.answering.word_lists import word_list

_HOUR, _MINUTE = r"(?:[01]?\d|2[0-4])", r"[0-5]\d"


def clock_times(scanned: str) -> Iterator[tuple[int, int]]:
    """Where times of the day stand: digits with a colon, or those that a word beside them makes one."""
    yield from (found.span() for found in _pattern().finditer(scanned))


@cache
def _pattern() -> regex.Pattern[str]:
    words = word_list(__package__, "counted.toml")["clock"]
    before, after = words["before"].removesuffix("$"), words["after"]
    free = r"(?<![\d.,:/-])"
    return regex.compile(
        rf"{free}{_HOUR}(?::{_MINUTE}){{1,2}}(?![\d:])(?:{after})?"
        rf"|{free}{_HOUR}\s?(?:h|heures?|時|时|点|點|시)\s?{_MINUTE}(?!\d)(?:\s?[分분])?"
        rf"|(?<={before}){_HOUR}(?:\.{_MINUTE})?(?:{after}|(?![\d.,]|\s?[\p{{L}}%]))"
        rf"|{free}{_HOUR}\.{_MINUTE}{after}"
        rf"|{free}{_HOUR}\s?(?:uhr\b|o.clock\b|[ap]\.?\s?m\b\.?|点|點|時(?!間)|시(?!간)|बजे)"
    )

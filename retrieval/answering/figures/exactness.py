"""How exact a figure means to be, and whether two figures can both hold."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cache
from typing import Literal, Protocol, get_args

import regex

from retrieval.answering.word_lists import word_list

Bound = Literal["exact", "at least", "at most", "about"]
ABOUT = Decimal("0.1")  # "about" may be off by a tenth
_ARTICLE = r"(?:(?:the|a|an|de|von|eine[rnms]?) )?"


def _in_front(words: Iterable[str]) -> regex.Pattern[str]:
    """Any of the words at the end of a text; in scripts without spaces also behind a letter."""
    forms = sorted(map(regex.escape, words), key=len, reverse=True)
    return regex.compile(rf"(?:(?<!\p{{L}})|(?<=[\p{{Han}}\p{{Hangul}}ぁ-ん]))(?:{'|'.join(forms)})[\s(]*{_ARTICLE}$")


@cache
def _before() -> dict[Bound, regex.Pattern[str]]:
    words, bounds = word_list(__package__, "exactness.toml"), get_args(Bound)
    return {bound: _in_front(words[bound]) for bound in bounds if bound in words}


class Quantity(Protocol):
    """What two figures are compared by."""

    @property
    def low(self) -> Decimal:
        """The least that is meant."""

    @property
    def high(self) -> Decimal:
        """The most that is meant."""

    @property
    def step(self) -> Decimal:
        """What the last digit given stands for."""

    @property
    def bound(self) -> Bound:
        """Whether more or less may be meant."""


def bound_before(text: str) -> Bound:
    """What the words in front of a figure, in lower case and in any language, say of how exact it is."""
    return next((bound for bound, pattern in _before().items() if pattern.search(text)), "exact")


def can_agree(a: Quantity, b: Quantity) -> bool:
    """Whether both may be true of one thing: equal, one rounded or cut to the other, or within its bounds."""
    return _allows(a, b) or _allows(b, a)


def _allows(loose: Quantity, firm: Quantity) -> bool:
    if loose.low <= firm.high and firm.low <= loose.high:
        return True
    if loose.bound == "at least" and firm.high >= loose.low:
        return True
    if loose.bound == "at most" and firm.low <= loose.high and firm.high > 0:
        return True
    near = ABOUT * max(abs(loose.low), abs(loose.high)) if loose.bound != "exact" else Decimal(0)
    if loose.low - near <= firm.high and firm.low <= loose.high + near:
        return True
    if loose.bound not in ("exact", "about"):
        return False
    rounded = {(firm.low / loose.step).quantize(Decimal(1), how) for how in (ROUND_HALF_UP, ROUND_DOWN)}
    return any(loose.low <= whole * loose.step <= loose.high for whole in rounded)

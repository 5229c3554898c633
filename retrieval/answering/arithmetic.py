"""Figures of one article that cannot all hold: a part that is greater than its total, exports and imports that miss it.

Nothing is corrected: which of the figures is the slip, the article does not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import regex

from retrieval.answering.evidence import Sentence
from retrieval.answering.figures import Figure, find_figures, plain

_OF_THAT = """of which, of whom, of the total, of this sum, of that sum, of that amount, of this amount,
out of total, out of the total, out of this, out of that, davon, hiervon, wovon, dont,
de los cuales, de las cuales, del total, dos quais, das quais, do total, di cui, dei quali,
del totale, из них, из которых, из этой суммы, из общего, в том числе, з них, з яких, у тому числі,
в тому числі, z tego, z których, w tym, waarvan, varav, heraf, hvorav, herav, z toho, dintre care,
din care, ebből, joista, josta, bunun, bunlardan, onlardan, bundan, onun, trong đó, منها, من بينها,
इनमें से, इसमें से, जिनमें से, از این, מתוכם, εκ των οποίων"""
_OF_THAT_UNSPACED = "其中|うち|이 ?중|그 ?중|ในจำนวนนี้|ในจำนวนนั้น"
_SHARE = r"(?<![%\p{L}]|[%٪] |\b(?:some|most|much|many|all|half|none) )"  # "some of which" is no part with a figure
_PART_OF = regex.compile(  # what says "of that", in front of the parts of a total
    rf"{_SHARE}(?:{'|'.join(' '.join(one.split()) for one in _OF_THAT.split(','))})(?![\p{{L}}\p{{M}}])"
    rf"|{_OF_THAT_UNSPACED}"
)
_TRADE = regex.compile(
    r"(?P<out>export|ausfuhr|экспорт|експорт|ixrac|ihracat|eksport|esporta|出口|輸出|수출|صادرات|الصادرات|निर्यात)"
    r"|(?P<into>import|einfuhr|импорт|імпорт|idxal|ithalat|进口|進口|輸入|수입|واردات|الواردات|आयात)"
)
_SUMMED = (
    "area-",
    "mass-",
    "volume-",
    "energy-",
)  # a part of these is smaller than the whole; of a rate it need not be
_CLAUSE = 48  # code points from "of which" to the part
_ROUNDING = Decimal("0.01")


@dataclass(frozen=True)
class Placed:
    """A figure in a sentence."""

    sentence: Sentence
    figure: Figure

    @property
    def text(self) -> str:
        """As the sentence words it."""
        return self.sentence.text[self.figure.start : self.figure.end]


@dataclass(frozen=True)
class Contradiction:
    """A total and the parts that it cannot have."""

    total: Placed
    parts: tuple[Placed, ...]


def contradictions(sentences: Sequence[Sentence]) -> Iterator[Contradiction]:
    """Those in sentences of one article, given in the order of the text."""
    for number, sentence in enumerate(sentences):
        cue = _PART_OF.search(plain(sentence.text))
        figures = find_figures(sentence.text, sentence.language) if cue else ()
        if not cue or not figures:
            continue
        before = [Placed(sentence, one) for one in figures if one.end <= cue.start()]
        parts = [Placed(sentence, one) for one in figures if one.start >= cue.end()]
        if not parts or parts[0].figure.start - cue.end() > _CLAUSE:
            continue
        if number and not _comparable(before, parts) and _adjoin(sentences[number - 1], sentence):
            previous = sentences[number - 1]
            before = [Placed(previous, one) for one in find_figures(previous.text, previous.language)]
        yield from _too_great(before, parts)


def _adjoin(first: Sentence, second: Sentence) -> bool:
    return 0 <= second.start - first.end <= 4


def _comparable(totals: Sequence[Placed], parts: Sequence[Placed]) -> bool:
    return any(_may_be_part(one.figure, other.figure) for one in parts for other in totals)


def _may_be_part(part: Figure, total: Figure) -> bool:
    """Whether one can be a part of the other at all: shares and rates are not, nor what is counted."""
    if part.kind != total.kind or part.unit != total.unit:
        return False
    return part.kind == "money" or part.unit.startswith(_SUMMED)


def _too_great(totals: Sequence[Placed], parts: Sequence[Placed]) -> Iterator[Contradiction]:
    """A first part that exceeds every total it may be of; otherwise exports and imports that make another sum."""
    possible = [total for total in totals if parts and _may_be_part(parts[0].figure, total.figure)]
    if possible and all(_exceeds(parts[0].figure, total.figure) for total in possible):
        yield Contradiction(possible[-1], (parts[0],))
        return
    money = [total for total in totals if total.figure.kind == "money"]
    trade = [part for part in parts if part.figure.kind == "money"]
    if len(money) == 1 and len(trade) == 2 and _are_trade(trade) and _miss(trade, money[0]):
        yield Contradiction(money[0], tuple(trade))


def _exceeds(part: Figure, total: Figure) -> bool:
    return total.bound != "at least" and part.bound != "at most" and part.low > total.high + total.step


def _are_trade(parts: Sequence[Placed]) -> bool:
    words = [found.lastgroup for found in _TRADE.finditer(plain(parts[0].sentence.text))]
    return sorted(filter(None, words)) == ["into", "out"]


def _miss(parts: Sequence[Placed], total: Placed) -> bool:
    if any(one.figure.bound != "exact" for one in (*parts, total)) or len({p.figure.unit for p in (*parts, total)}) > 1:
        return False
    together = sum((part.figure.high for part in parts), Decimal(0))
    steps = sum((one.figure.step for one in (*parts, total)), Decimal(0))
    return abs(together - total.figure.high) > steps + _ROUNDING * total.figure.high

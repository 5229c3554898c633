"""How exact a figure means to be, and whether two figures can both hold."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Literal, Protocol

import regex

Bound = Literal["exact", "about", "at least", "at most"]
ABOUT = Decimal("0.1")  # "about" may be off by a tenth
_WORDS: dict[Bound, str] = {
    "at least": """more than, over, at least, above, exceeds, exceeded, exceeding, upwards of, mehr als, über,
        mindestens,
        plus de, au moins, más de, al menos, mais de, pelo menos, più di, oltre, almeno, более, больше, не менее, свыше,
        понад, більше, meer dan, minstens, ponad, więcej niż, co najmniej, üzerinde, fazla, en az, dən çox, ən azı,
        أكثر من, ما لا يقل عن, على الأقل, يزيد عن, 超过, 超過, 逾, 至少, 多于, 以上, 少なくとも, 最少, 이상, से अधिक,
        कम से कम, से ज्यादा, بیش از, zaidi ya, hơn, trên, peste, cel puțin, över, minst, yli, vähintään, lebih dari,
        více než, alespoň, több mint, legalább, πάνω από, περισσότεροι από, περισσότερα από""",
    "at most": """less than, fewer than, under, below, up to, at most, nearly, almost, close to, weniger als, unter,
        bis zu, fast, höchstens, moins de, jusqu'à, près de, presque, menos de, hasta, casi, até, quase, meno di,
        fino a, quasi, менее, меньше, до, почти, менше, майже, minder dan, bijna, prawie, mniej niż, neredeyse, kadar,
        az az, qədər, أقل من, ما يقارب, 不到, 近, 最多, 以下, 未満, 최대, 미만, से कम, کمتر از, karibu, gần, aproape,
        nästan, lähes, hampir, téměř, majdnem, σχεδόν""",
    "about": """about, around, some, approximately, roughly, estimated, circa, ca., c., ~, ≈, etwa, rund, ungefähr,
        gut, knapp, environ, quelque, autour de, unos, unas, alrededor de, cerca de, aproximadamente, cerca di, около,
        примерно, порядка, приблизительно, близько, ongeveer, około, yaklaşık, civarında, təxminən, حوالي, نحو, قرابة,
        约, 約, 大约, 大約, およそ, ほぼ, 약, करीब, लगभग, حدود, takriban, khoảng, aproximativ, cirka, noin, sekitar,
        asi, přibližně, körülbelül, περίπου""",
}
_ARTICLE = r"(?:(?:the|a|an|de|von|eine[rnms]?) )?"


def _in_front(words: str) -> regex.Pattern[str]:
    """Any of the words at the end of a text; in scripts without spaces also behind a letter."""
    forms = sorted((regex.escape(" ".join(word.split())) for word in words.split(",")), key=len, reverse=True)
    return regex.compile(rf"(?:(?<!\p{{L}})|(?<=[\p{{Han}}\p{{Hangul}}ぁ-ん]))(?:{'|'.join(forms)})[\s(]*{_ARTICLE}$")


_BEFORE = {bound: _in_front(words) for bound, words in _WORDS.items()}


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
    return next((bound for bound, pattern in _BEFORE.items() if pattern.search(text)), "exact")


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

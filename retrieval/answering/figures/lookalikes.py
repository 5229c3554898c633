"""Numbers that are no quantities: dates aside, names, times, scores, ordinals, years, telephone numbers."""

from __future__ import annotations

import regex

from index.text.scripts import UNSPACED_OR_KOREAN

LETTER_OF_UNSPACED = regex.compile(f"[{UNSPACED_OR_KOREAN}]")
NOUN = regex.compile(rf"[ ](?<noun>\p{{L}}[\p{{L}}\p{{M}}'-]*)|(?<noun>[{UNSPACED_OR_KOREAN}])")
AROUND = 40  # code points before a figure in which its currency, a label and "more than" stand

_TIME = regex.compile(r"[ ]?(?:a\.?m\b|p\.?m\b|uhr\b|o'clock|[hч]\.?\d{2}\b|時|时|点|點|분|시|分|h\b)")
_ORDINAL = regex.compile(
    r"-?(?:st|nd|rd|th|er|ère|ème|e|º|ª|й|го|му|я|е|х|ой|ый)\b"
    r"|[ ]?(?:位|番目|회|번째|号|號|番|届|次|回|月|日|年|世紀|世纪|세기|分の|분의)"
)
_ORDINAL_DOT = regex.compile(r"\.[ ]?\S")
_DOTTED = frozenset(
    ["de", "da", "no", "nb", "nn", "fi", "et", "lv", "cs", "sk", "sl", "hr", "sr", "bs", "hu", "pl", "is", "tr", "az"]
)
_PART_OF_NAME = regex.compile(r"\d|[/:]\d|[-–—]\d|'?-?\p{L}|°|[.,]\d|\.\p{L}|[ ]\d")
_CASE_ENDING = regex.compile(r"'\p{L}{1,5}\b")  # Turkish: 35'i
_LABEL = regex.compile(r"(?<=[\p{L}\p{N},;)’'-] )\p{Lu}[\p{L}'’-]*\.?[ ]$")  # Category 4, Boeing 787, Aug. 8
_LABELLED = 1000  # greater numbers are seldom part of a name
_COUNTERS = frozenset("人名个個位头頭台臺座家件辆輛歳岁架艘匹只隻條条枚票戸户棟所例명개대건마리곳社校か")


def is_year(digits: str) -> bool:
    """Whether digits alone may be a year."""
    return regex.fullmatch(r"1[5-9]\d\d|20\d\d|2100", digits) is not None


def counts_in_words(scanned: str, end: int) -> bool:
    """Whether a number in words or Chinese numerals, ending at `end`, counts something that follows."""
    if LETTER_OF_UNSPACED.match(scanned, end - 1):
        return scanned[end : end + 1] in _COUNTERS
    return NOUN.match(scanned, end) is not None


def is_lookalike(scanned: str, language: str, end: int) -> bool:
    """Whether what follows a bare number, ending at `end`, makes it a time, an ordinal or a part of a name."""
    if _TIME.match(scanned, end) or _ORDINAL.match(scanned, end):
        return True
    if language in _DOTTED and _ORDINAL_DOT.match(scanned, end):
        return True
    joined = LETTER_OF_UNSPACED.match(scanned, end) or _CASE_ENDING.match(scanned, end)
    return not joined and _PART_OF_NAME.match(scanned, end) is not None


def is_label(before: str, value: float, language: str) -> bool:
    """Whether a number names what stands before it, as in Category 4; German writes every noun like a name."""
    return value < _LABELLED and language != "de" and _LABEL.search(before[-AROUND:]) is not None

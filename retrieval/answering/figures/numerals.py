"""Numbers as written: digits with separators, Chinese numerals, and the small numbers that newspapers spell out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

import regex

from index.text.scripts import UNSPACED_OR_KOREAN
from retrieval.answering.word_lists import word_list

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_SMALL = "〇零一二三四五六七八九十百千两兩"
_NUMERAL = regex.compile(rf"(?<![第数數])[{_SMALL}](?:[{_SMALL}]|[万萬亿億](?=[{_SMALL}]))*+")
_GROUPED = regex.compile(r"\d{1,3}(?P<mark>[.,' ])\d{3}(?:(?P=mark)\d{3})*")
_INDIAN = regex.compile(r"\d{1,2}(?:,\d\d)+,\d{3}")
_DIGITS_PATTERN = r"(?<digits>\d+(?:[.,' ]\d+)*)"
_FREE = regex.compile(rf"(?<!\d[–—])(?<![\p{{L}}\p{{M}}\d_/:#@.,'+-])(?:(?<sign>-)(?=\d))?{_DIGITS_PATTERN}")
_ATTACHED = regex.compile(
    rf"(?<!第)(?<=[{UNSPACED_OR_KOREAN}\p{{Arabic}}]|\p{{Sc}}|\brs\.?|\p{{Hebrew}}-){_DIGITS_PATTERN}"
)
_AT = regex.compile(_DIGITS_PATTERN)
_TIMES_TWELVE = regex.compile(r" dozen\b")


@dataclass(frozen=True)
class Number:
    """A number without what stands around it; `step` is what its last digit stands for.

    `spelled` if in words or Chinese numerals, which count things only where a thing follows.
    """

    value: Decimal
    step: Decimal
    start: int
    end: int
    spelled: bool = False


def numbers_in(scanned: str, language: str, decimal: str, group: str) -> list[Number]:
    """The numbers of a text in lower case and ASCII digits, in order, whatever they mean."""
    found = [*_FREE.finditer(scanned), *_ATTACHED.finditer(scanned)]
    numbers = [_number(match, decimal, group) for match in {match.start("digits"): match for match in found}.values()]
    out = [number for number in numbers if number]
    native = ((numeral_value(match[0]), match) for match in _NUMERAL.finditer(scanned))
    out += [Number(value, Decimal(1), *match.span(), spelled=True) for value, match in native if value is not None]
    out += _spelled(scanned, language)
    return sorted(out, key=lambda number: number.start)


def number_at(scanned: str, start: int, decimal: str, group: str) -> Number | None:
    """The number in digits that begins at `start`."""
    match = _AT.match(scanned, start)
    return _number(match, decimal, group) if match else None


def _number(match: regex.Match[str], decimal: str, group: str) -> Number | None:
    digits, start = match["digits"], match.start("digits")
    if " " in digits and not (group == " " and regex.fullmatch(r"\d{1,3}(?: \d{3})+(?:[.,]\d+)?", digits)):
        digits = digits[: digits.index(" ")]
    value = plain_value(digits, decimal, group)
    if value is None:
        return None
    step = Decimal(1).scaleb(int(value.as_tuple().exponent))
    if "sign" in match.re.groupindex and match["sign"]:
        value, start, digits = -value, start - 1, "-" + digits
    return Number(value, step, start, start + len(digits))


def _spelled(scanned: str, language: str) -> Iterator[Number]:
    values, pattern = _spelled_words(language)
    for match in pattern.finditer(scanned) if values else ():
        value = sum(values[part] for part in regex.split(r"[ -]", match[0]))
        dozen = _TIMES_TWELVE.match(scanned, match.end())
        if language == "en" and dozen:
            yield Number(Decimal(12 * value), Decimal(12), match.start(), dozen.end(), spelled=True)
        else:
            yield Number(Decimal(value), Decimal(1), *match.span(), spelled=True)


@cache
def _spelled_words(language: str) -> tuple[dict[str, int], regex.Pattern[str]]:
    words = word_list(__package__, "numerals.toml")
    values = {form: at for at, forms in enumerate(words["units"].get(language, ()), 2) for form in forms.split("/")}
    tens = {word: 10 * value for value, word in enumerate(words["tens"].get(language, ()), 2)}
    units = "|".join(word for word, value in values.items() if value < 10)
    compound = rf"(?:{'|'.join(tens)})[ -](?:{units})|" if tens else ""
    plain = "|".join(sorted({**values, **tens}, key=len, reverse=True))
    return values | tens, regex.compile(rf"(?<![\p{{L}}\p{{M}}-])(?:{compound}{plain})(?![\p{{L}}\p{{M}}'])")


def numeral_value(text: str) -> Decimal | None:
    """The value of Chinese numerals such as 三百二十五; None where they make no number."""
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            if digit:
                return None  # digits one by one are a year or a name
            digit = _DIGITS[char]
        elif char in _PLACES:
            section += (digit or 1) * _PLACES[char]
            digit = 0
        else:
            total += (section + digit) * _MYRIADS[char]
            section = digit = 0
    return Decimal(total + section + digit) if total + section + digit > 1 else None


def plain_value(digits: str, decimal: str, group: str) -> Decimal | None:
    """The value of digits with separators, as the language writes them; None where they may mean two things, or none.

    A single mark before three digits separates thousands where the language's own mark for them is that one; where its
    decimal mark is that one, other countries of the same language may still mean thousands, so nothing is said.
    """
    if digits.isdigit():
        return Decimal(digits) if len(digits) < 16 and (digits[0] != "0" or digits == "0") else None
    head, mark, tail = _split(digits)
    if _GROUPED.fullmatch(head) or _INDIAN.fullmatch(head):
        whole = regex.sub(r"\D", "", head)
        return Decimal(f"{whole}.{tail}") if mark else Decimal(whole)
    if not head.isdigit():
        return None
    if len(tail) == 3 and head[0] != "0" and len(head) < 4:
        return Decimal(head + tail) if mark == group else None
    return Decimal(f"{head}.{tail}")


def _split(digits: str) -> tuple[str, str, str]:
    """What stands before the last mark, the mark and what follows, if that mark is decimal; all of it otherwise."""
    last = regex.findall(r"\D", digits)[-1]
    if last not in ".," or digits.count(last) > 1:
        return digits, "", ""
    head, _, tail = digits.rpartition(last)
    return head, last, tail

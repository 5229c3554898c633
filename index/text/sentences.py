"""Sentences as spans of code points; the boundaries inside a line come from sentencex.

What sentencex does not decide is decided here: whether a line break ends a sentence (one line a paragraph) or only a
row of text (hard-wrapped), phrases in scripts without sentence marks, and sentences of unreasonable length.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from itertools import pairwise

import regex

from index.text.scripts import UNSPACED

Span = tuple[int, int]

LONGEST = 1500  # code points; beyond it there is no punctuation, and callers need spans they can use
SPACED_PHRASE = 120  # code points of Thai or Lao from which a space may end the "sentence"

_LINE = regex.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_OTHER_SPACE = regex.compile(r"[^\S ]")
_CLOSERS = "\"'”’»›)]}」』】）》〉"
_ENDS = frozenset(".!?…:;。！？؟۔।॥։።៕។။｡")
_STARTS_ITEM = regex.compile(r"(?:[-–—•*·▪●■◦‣]|\(?\p{Nd}{1,3}[.)]|\(?\p{L}[)])\s")
_WITHOUT_SPACES = regex.compile(f"[{UNSPACED}]")
_HAS_MARK = regex.compile("[。！？｡។៕။؟۔।॥]")
_MARKED = regex.compile(
    rf"[。！？｡]++[{regex.escape(_CLOSERS)}]*+\s*+(?=.)|[។៕။؟۔।॥]++[{regex.escape(_CLOSERS)}]*+\s*+(?=[^.!?])"
)
_HAS_PHRASES = regex.compile(r"[\p{Thai}\p{Lao}]")
_PHRASE_BREAK = regex.compile(r"(?<=[\p{Thai}\p{Lao}\p{M}ๆฯ)”\"])\s+(?=[\p{Thai}\p{Lao}(“\"])")
_CONTINUES = regex.compile(r"[\p{Ll}\p{Pe}\p{Pf},;:…”’]|\.\.")
_NUMBERING = regex.compile(r"\W*(?:\p{Nd}{1,3}|\p{L})[.)]\s*")
_ORDINAL = regex.compile(r"(?<![\p{L}\p{Nd}.,])\p{Nd}{1,2}\.\s+$")
_ORDINAL_LANGUAGES = frozenset(
    ["de", "da", "no", "nb", "nn", "fi", "et", "lv", "cs", "sk", "sl", "hr", "sr", "bs", "hu", "pl", "is", "fo", "lb",
     "tr", "az", "eu"]
)  # fmt: skip
_CLAUSE_END = regex.compile(r"[,;:،؛、，；：—–](?=\s|[\p{Han}\p{Hiragana}\p{Katakana}])|\s(?=\S)")


def sentence_spans(text: str, language: str) -> list[Span]:
    """The sentences of `text`, in order, without surrounding whitespace; together they hold everything else.

    `language` is an ISO 639-1 code, or "und". Offsets count code points.
    """
    return [
        span
        for start, end in _blocks(text)
        for first, last in _block_sentences(text, start, end, language)
        for span in _usable(text, first, last)
    ]


def _blocks(text: str) -> Iterator[Span]:
    """Paragraphs, headings and list items: lines, or in hard-wrapped text runs of lines."""
    lines = [span for match in _LINE.finditer(text) if (span := _stripped(text, *match.span()))]
    width = _wrap_width(text, lines)
    if not width:
        yield from lines
        return
    start, previous = lines[0][0], lines[0]
    for line in lines[1:]:
        if not _continues_row(text, previous, line, width):
            yield start, previous[1]
            start = line[0]
        previous = line
    yield start, previous[1]


def _wrap_width(text: str, lines: list[Span]) -> int:
    """The column at which the text was wrapped by hand, or 0 where each line is a paragraph."""
    if len(lines) < 4:
        return 0
    width = sorted(end - start for start, end in lines)[(len(lines) - 1) * 9 // 10]
    if not 35 <= width <= 120:
        return 0
    pairs = [(a, b) for a, b in pairwise(lines) if _rows_apart(text, a, b) == 1]
    joined = sum(_continues_row(text, a, b, width) for a, b in pairs)
    unfinished = sum(not _is_finished(text, end) for (_, end), _ in pairs)
    return width if pairs and 2 * joined >= len(pairs) and 2 * unfinished >= len(pairs) else 0


def _continues_row(text: str, line: Span, following: Span, width: int) -> bool:
    """Whether `following` continues `line`: its first word had no room left, or it goes on in lower case."""
    if _rows_apart(text, line, following) > 1 or _STARTS_ITEM.match(text, *following):
        return False
    if text[following[0]].islower() and not _is_finished(text, line[1]):
        return True
    word = 1 if _WITHOUT_SPACES.match(text, following[0]) else len(text[slice(*following)].split(None, 1)[0])
    return line[1] - line[0] + 1 + word > width


def _rows_apart(text: str, line: Span, following: Span) -> int:
    gap = text[line[1] : following[0]]
    return 2 if "\u2029" in gap else max(gap.count("\n"), 1)


def _is_finished(text: str, end: int) -> bool:
    return text[max(end - 4, 0) : end].rstrip(_CLOSERS)[-1:] in _ENDS


def _block_sentences(text: str, start: int, end: int, language: str) -> Iterator[Span]:
    block = _OTHER_SPACE.sub(" ", text[start:end])
    kept = [0]
    for begin in sorted({*_sentence_begins(block, language)}):
        if _is_boundary(block, kept[-1], begin, language):
            kept.append(begin)
    for first, last in zip(kept, [*kept[1:], len(block)], strict=True):
        if span := _stripped(text, start + first, start + last):
            yield span


def _sentence_begins(block: str, language: str) -> Iterator[int]:
    import sentencex

    at = 0
    for sentence in map(str.strip, sentencex.segment(language, block)):
        found = block.find(sentence, at) if sentence else -1  # whitespace may have been dropped in between
        if found >= 0:
            yield found
            at = found + len(sentence)
    if _HAS_MARK.search(block):
        yield from (match.end() for match in _MARKED.finditer(block))
    if _HAS_PHRASES.search(block):
        yield from _phrase_begins(block)


def _phrase_begins(block: str) -> Iterator[int]:
    last = 0
    for match in _PHRASE_BREAK.finditer(block):
        if match.start() - last >= SPACED_PHRASE:
            last = match.end()
            yield last


def _is_boundary(block: str, start: int, begin: int, language: str) -> bool:
    """Whether a sentence may begin at `begin`, where the one before began at `start`."""
    if not start < begin < len(block) or _NUMBERING.fullmatch(block, start, begin):
        return False
    if language in _ORDINAL_LANGUAGES and _ORDINAL.search(block, max(begin - 8, start), begin):
        return False
    return not _CONTINUES.match(block, begin) or bool(_WITHOUT_SPACES.match(block, begin - 1))


def _usable(text: str, start: int, end: int) -> Iterator[Span]:
    """The span itself, or pieces of at most LONGEST code points, cut at a clause mark or whitespace where one is."""
    while end - start > LONGEST:
        cut = start + LONGEST
        for match in _CLAUSE_END.finditer(text, start + LONGEST // 2, cut):
            cut = match.end()
        cut = outside_cluster(text, start, cut)
        if span := _stripped(text, start, cut):
            yield span
        start = cut
    if span := _stripped(text, start, end):
        yield span


def outside_cluster(text: str, start: int, cut: int) -> int:
    """`cut`, or as much before it (but after `start`) as keeps a letter and its marks together."""
    for at in range(cut, max(start, cut - 16), -1):
        if at == len(text) or not (unicodedata.category(text[at])[0] == "M" or "\u200d" in text[at - 1 : at + 1]):
            return at
    return cut


def _stripped(text: str, start: int, end: int) -> Span | None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    return (start + left, start + len(piece.rstrip())) if left < len(piece) else None

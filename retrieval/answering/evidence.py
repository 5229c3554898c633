"""The sentences of the passages that were found, each with how well it answers the question.

Late interaction compares the question's tokens with each sentence's own tokens, so a sentence in any language is scored
by the same forward pass that ranked its passage; nothing is encoded anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import regex
from numpy.typing import NDArray

from index.encoders.codes import alignment
from index.encoders.encoder import Codes, Vectors
from index.text.sentences import sentence_spans
from retrieval.found import Found

TELLING = 0.7  # of a token's weight goes by how far it tells sentences apart; the rest is the same for each
OF_PASSAGE = 0.5  # what a passage's own score adds to that of its sentences
BEFORE = 0.35  # what a token of the topic weighs beside one of the follow-up that leans on it
FROM = 10  # passages from which answers are chosen, however many are to be shown
_BULLET = regex.compile(r"(?:[•·▪■●◦►‣]\s*|[*–—-]\s+)+(?=\S)")


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence of passage number `passage` (from 0), from `start` to `end` of its article's text.

    `pairs` are the estimated cosines of the question's tokens with the sentence's, shape (question tokens, tokens);
    `ends` the ends of those tokens in the article's text, and `codes` their codes. Without token codes all are empty.
    """

    passage: int
    start: int
    end: int
    text: str
    language: str
    score: float
    pairs: Vectors
    ends: NDArray[np.int64]
    codes: Codes


def sentences_of(found: Found) -> list[Sentence]:
    """Every sentence of the passages once, best first."""
    seen: set[tuple[str, int, int]] = set()
    out: list[Sentence] = []
    for number, passage in enumerate(found.result.passages):
        for sentence in _in_passage(found, number):
            place = (passage.article.id, sentence.start, sentence.end)
            if place not in seen:
                seen.add(place)
                out.append(sentence)
    return _best_first(found, out, 0)


def weighed_anew(found: Found, sentences: Sequence[Sentence], since: int) -> list[Sentence]:
    """The sentences, best first, for a question whose words from code point `since` on are what is asked now.

    What goes before them says what it is about, and finds the passages; within these the new words choose.
    """
    return _best_first(found, sentences, since) if since else list(sentences)


def _best_first(found: Found, sentences: Sequence[Sentence], since: int) -> list[Sentence]:
    scores = _scores(found, sentences, since)
    scored = [replace(s, score=float(score)) for s, score in zip(sentences, scores, strict=True)]
    return sorted(scored, key=lambda s: (-s.score, s.passage, s.start))


def _scores(found: Found, sentences: Sequence[Sentence], since: int) -> NDArray[np.float64]:
    """A weighted MaxSim, and a share of the passage's own score.

    A token of the question counts by how far the sentence that answers it best stands out from the others: what all
    of them are about tells none of them apart (docs/decisions/0008-answers.md). Passages beyond those that answers are
    chosen from have no say, so that the order is the same however many are asked for.
    """
    passages = np.array([found.result.passages[one.passage].score for one in sentences])
    tokens = 0 if found.query is None else len(found.query.tokens)
    best = np.array([one.pairs.max(1) if one.pairs.size else np.zeros(tokens) for one in sentences])
    if not best.size:
        return OF_PASSAGE * passages
    best_first = best[[one.passage < FROM for one in sentences]]
    telling = best_first.max(0) - best_first.mean(0)
    if since:
        telling = telling * np.where(found.encoder.token_ends(found.asked.text) > since, 1.0, BEFORE)
    weights = TELLING * telling / max(telling.sum(), 1e-6) + (1 - TELLING) / tokens
    return np.asarray(best @ weights + OF_PASSAGE * passages)


def _in_passage(found: Found, number: int) -> Iterator[Sentence]:
    passage, ranked = found.result.passages[number], found.ranked[number]
    ends = found.encoder.token_ends(passage.text)
    coded = found.query is not None and len(found.query.tokens) > 0 and len(ranked.codes) == len(ends)
    pairs = alignment(found.query.tokens, ranked.codes) if coded and found.query else np.zeros((0, len(ends)))
    for start, end in sentence_spans(passage.text, ranked.chunk.language):
        start = _after_bullet(passage.text, start, end)
        inside = (ends > start) & (ends <= end)
        yield Sentence(
            passage=number,
            start=passage.start + start,
            end=passage.start + end,
            text=passage.text[start:end],
            language=ranked.chunk.language,
            score=0.0,
            pairs=np.asarray(pairs[:, inside], np.float32),
            ends=ends[inside] + passage.start,
            codes=ranked.codes[inside] if coded else ranked.codes[:0],
        )


def _after_bullet(text: str, start: int, end: int) -> int:
    """Where a sentence of a list begins that has a bullet or a dash in front of it."""
    bullet = _BULLET.match(text, start, end)
    return bullet.end() if bullet else start

"""Which sentences make the answer, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.answering.evidence import Sentence
from retrieval.answering.options import AnswerOptions

NEAR = 0.12  # below the best score, a sentence no longer belongs to the answer


@dataclass(frozen=True)
class Statement:
    """A sentence of the answer, and sentences of other sources that say the same."""

    sentence: Sentence
    agreeing: tuple[Sentence, ...] = ()


def select(sentences: Sequence[Sentence], options: AnswerOptions) -> list[Statement]:
    """The statements of the answer in reading order; `sentences` come best first."""
    if not sentences:
        return []
    near = [s for s in sentences if s.score >= sentences[0].score - NEAR]
    return [Statement(s) for s in near[: options.sentences]]

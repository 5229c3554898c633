"""What an answer states: a sentence, and the other sources that say it too."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.answering.evidence import Sentence

SUPPORT = 0.02  # what each further source adds to a statement's score


@dataclass(frozen=True)
class Statement:
    """A sentence of the answer, and sentences of other articles that say the same.

    `antecedent` is the sentence together with the one before it, where it needs that to be understood.
    """

    sentence: Sentence
    agreeing: tuple[Sentence, ...] = ()
    antecedent: Sentence | None = None

    @property
    def quoted(self) -> Sentence:
        """What is shown of the article."""
        return self.antecedent or self.sentence

    @property
    def score(self) -> float:
        """Of the sentence, strengthened by each article that agrees."""
        return self.sentence.score + SUPPORT * len(self.agreeing)

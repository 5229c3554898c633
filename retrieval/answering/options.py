"""What a caller may ask of an answer besides the question."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from index.errors import BadInput
from retrieval.options import SearchOptions

MOST_SENTENCES = 20
MOST_TURNS = 50


@dataclass(frozen=True)
class Turn:
    """An earlier question of the conversation, and what was answered."""

    question: str
    answer: str = ""


@dataclass(frozen=True)
class AnswerOptions:
    """`search` limits and prefers as in a search. `sentences` is the most that an answer has.

    `chronological` orders the sentences by their articles' dates. `mode` "auto" writes with the language model where
    there is one. `conversation` holds earlier turns, oldest first: a follow-up takes from them what it leaves out.
    """

    search: SearchOptions = field(default_factory=SearchOptions)
    sentences: int = 4
    chronological: bool = False
    mode: Literal["auto", "extractive", "generative"] = "auto"
    conversation: tuple[Turn, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.sentences <= MOST_SENTENCES:
            raise BadInput(f"{self.sentences} sentences were asked for", f"ask for 1 to {MOST_SENTENCES}")
        if self.mode not in ("auto", "extractive", "generative"):
            raise BadInput(f"the mode is {self.mode!r}", 'give "auto", "extractive" or "generative"')
        if len(self.conversation) > MOST_TURNS:
            raise BadInput(
                f"the conversation has {len(self.conversation)} turns", f"send the last {MOST_TURNS} at most"
            )

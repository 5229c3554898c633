"""What a question asks for, and what its conversation has quoted before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.answering.following.conversation import Standalone
from retrieval.answering.marking.kinds import Kind, asked_for
from retrieval.answering.marking.measures import Measure, asked_measure
from retrieval.answering.options import Turn
from retrieval.found import Found


@dataclass(frozen=True)
class Asking:
    """`kind` is that of the thing asked for, None where the words do not tell; `quoted` what was answered before.

    `measure` is what a quantity is one of, where the words tell.
    """

    kind: Kind | None
    measure: Measure | None = None
    quoted: str = ""

    def has_quoted(self, text: str) -> bool:
        """Whether earlier answers of the conversation hold a sentence."""
        return bool(self.quoted) and _plain(text) in self.quoted


def asking_of(found: Found, alone: Standalone | None = None, turns: Sequence[Turn] = ()) -> Asking:
    """Of a follow-up its own words say what it asks for, not those of the question that it leans on."""
    question, language = found.asked.text, found.asked.understood.language
    if alone and alone.asks:
        question, language = alone.own, alone.language or language
    known = asked_measure(question)
    quoted = " ".join(_plain(turn.answer) for turn in turns)
    return Asking(asked_for(question, language), known.measure if known else None, quoted)


def _plain(text: str) -> str:
    return " ".join(text.split())

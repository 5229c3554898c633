"""Statements about the same thing that cannot all hold: shown side by side, never averaged."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.answering.citations import Citations
from retrieval.answering.evidence import Sentence
from retrieval.answering.records import Disagreement
from retrieval.answering.selection import Statement
from retrieval.found import Found


def disagreements(
    found: Found, statements: Sequence[Statement], sentences: Sequence[Sentence], citations: Citations
) -> tuple[Disagreement, ...]:
    """The disagreements that concern the answer; each statement in one gets a citation."""
    return ()

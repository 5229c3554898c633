"""How good one answer is: each figure from 0 to 1, higher is better, but for counts and times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import regex

from eval.answering.askers import Asked, Text
from eval.sets import Gold
from index.text.scripts import UNSPACED
from retrieval.answering import Citation
from retrieval.answering.marking import asked_for

_WORD = regex.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])[\p{{L}}\p{{M}}\p{{N}}])+")
_ARTICLES = frozenset({"a", "an", "the"})  # which SQuAD passes over

Score = dict[str, float]


def scored(asked: Asked, golds: Sequence[Gold], text_of: Callable[[str], Text | None]) -> Score:
    """What can be said of one answer; "span" figures only where the question asks for what is marked.

    "sentence hit": a cited sentence holds a marked answer; "first sentence hit": the first one does. "span F1" and
    "span exact" compare the words marked in the first citation with the marked answers, as SQuAD does
    (arXiv 1606.05250), a letter counting as a word in scripts without spaces; a missing mark counts 0.
    """
    answer = asked.answer
    out = {"answered": float(answer.answered), "sentences": float(len(answer.sentences)), "seconds": asked.seconds}
    if asked.first_sentence is not None:
        out["seconds to the first sentence"] = asked.first_sentence
    if answer.citations:
        out["valid citations"] = sum(valid(one, text_of(one.article_id)) for one in answer.citations) / len(
            answer.citations
        )
    if golds:
        holding = [holds(citation, golds) for citation in answer.citations]
        out["sentence hit"], out["first sentence hit"] = float(any(holding)), float(holding[:1] == [True])
        if asked_for(answer.understood.question, answer.understood.language) is not None:
            given = _marked(answer.citations[0]) if answer.citations else ""
            out["span F1"] = max(f1(given, gold.text) for gold in golds)
            out["span exact"] = float(any(words(given) == words(gold.text) for gold in golds))
    return out


def valid(citation: Citation, source: Text | None) -> bool:
    """Whether a citation is what it says: the text between its offsets, in the version that it names."""
    return (
        source is not None
        and source.content_hash == citation.content_hash
        and source.text[citation.start : citation.end] == citation.quote
    )


def holds(citation: Citation, golds: Sequence[Gold]) -> bool:
    """Whether a marked answer lies whole within a citation."""
    return any(
        citation.article_id == gold.article
        and citation.start <= gold.start <= gold.start + len(gold.text) <= citation.end
        for gold in golds
    )


def f1(given: str, wanted: str) -> float:
    """The harmonic mean of precision and recall over words, whatever their order."""
    mine, theirs = Counter(words(given)), Counter(words(wanted))
    common = sum((mine & theirs).values())
    return 2 * common / (sum(mine.values()) + sum(theirs.values())) if common else 0.0


def words(text: str) -> list[str]:
    """The words of an answer as SQuAD compares them: lower case, without punctuation and English articles."""
    found = [one[0].casefold() for one in _WORD.finditer(text)]
    return [word for word in found if word not in _ARTICLES] or found


def _marked(citation: Citation) -> str:
    span = citation.span
    return citation.quote[span.start - citation.start : span.end - citation.start] if span else ""

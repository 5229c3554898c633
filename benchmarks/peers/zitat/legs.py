"""Zitat's two legs alone, over what `zitat` ingested: what the others do, for a like comparison of time.

The words and the vectors each nominate, their scores are scaled from 0 to 1 and added half and half (the variant
`hybrid` of `zitat eval`, by passages), and the best passages are read. Nothing is compared token by token, marked, or
looked for in other languages.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from benchmarks.peers.zitat.adapter import Peer as Whole
from eval.rankers.legs import half_and_half
from index.scope import Scope
from index.view import View
from retrieval.question import encode, understand

if TYPE_CHECKING:
    from benchmarks.peers.worker import Hits, Question

DEPTH = 100  # passages from each leg, as of the other hybrid searches


class Peer(Whole):
    """An archive that `Whole` ingested."""

    def search(self, question: Question, count: int, language: str | None) -> Hits:
        """Both legs, added; the texts of the best."""
        scope = Scope(languages=(language,) if language else ())
        with self._searcher.archive.reading() as (view, _):
            asked = understand(question.text, None, date.today())
            vector = encode(asked, self._encoder).vector
            legs = [view.dense(vector, DEPTH, scope), view.lexical(asked.terms, DEPTH, scope)]
            runs = [dict(zip(keys.tolist(), scores.tolist(), strict=True)) for keys, scores in legs]
            best = half_and_half(runs, count)
            ids = _read(view, best)
        return [(ids[key], score) for key, score in best.items()]


def _read(view: View, keys: Iterable[int]) -> dict[int, str]:
    """The ids of passages, their texts read."""
    found = view.store.candidates(keys)
    articles = view.store.articles_by_key({one.article for one in found})
    assert all(articles[one.article].article.text[one.start : one.end] for one in found)
    return {one.key: f"{articles[one.article].article.id}#{one.ordinal}" for one in found}

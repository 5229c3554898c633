"""Articles that seem to tell the same in two languages: to be checked by a person, never taken for granted.

Two articles are proposed when each is the other's nearest in the other's language by the vectors of their beginnings,
nearer than usual by the ratio margin of Artetxe and Schwenk (arXiv 1811.01136), with a figure in common and, where both
are dated, of about the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import regex
from numpy.typing import NDArray

from eval.making.proposals import Proposal, excerpt
from index.truth.lookup import Lookup
from index.truth.schema import StoredArticle

NEIGHBOURS = 4  # of both, that say what is usual
MARGIN = 1.08
DAYS_APART = 3
_FIGURE = regex.compile(r"\p{Nd}{2,}")

Matrix = NDArray[np.float32]


def translations(
    store: Lookup, pool: Sequence[StoredArticle], count: int, has_headline: Callable[[StoredArticle], bool]
) -> list[Proposal]:
    """At most `count` queries of each language: the headline of one article for its twin in another language.

    The surest come first; all have `keep` None.
    """
    found = sorted(_pairs(store, pool), key=lambda pair: (-pair[0], pair[1].article.id, pair[2].article.id))
    had: dict[str, int] = {}
    out = []
    for margin, one, twin in found:
        language = one.article.language
        if had.get(language, 0) < count and has_headline(one):
            had[language] = had.get(language, 0) + 1
            out.append(_proposal(margin, one, twin))
    return out


def _proposal(margin: float, one: StoredArticle, twin: StoredArticle) -> Proposal:
    ids = (one.article.id, twin.article.id)
    about = f"{excerpt(twin)} [margin {margin:.2f}; the headline's own article: {excerpt(one)}]"
    name = f"translation-{ids[0]}-{twin.article.language}"
    return Proposal(name, "translation", one.article.language, one.article.title.strip(), ids, about, None)


def _pairs(store: Lookup, pool: Sequence[StoredArticle]) -> Iterator[tuple[float, StoredArticle, StoredArticle]]:
    """Both directions of every pair."""
    by_language: dict[str, list[StoredArticle]] = {}
    for one in pool:
        by_language.setdefault(one.article.language, []).append(one)
    vectors = {language: _beginnings(store, own) for language, own in by_language.items()}
    for a in sorted(by_language):
        for b in (other for other in sorted(by_language) if other > a):
            for margin, row, column in mutual(vectors[a], vectors[b]):
                one, twin = by_language[a][row], by_language[b][column]
                if _may_be_one_story(one, twin):
                    yield margin, one, twin
                    yield margin, twin, one


def mutual(left: Matrix, right: Matrix) -> list[tuple[float, int, int]]:
    """Rows of both, shape (n, d), that are each other's nearest with at least the margin."""
    cosine = left @ right.T
    near = min(NEIGHBOURS, *cosine.shape)
    usual_left = np.sort(cosine, 1)[:, -near:].mean(1)
    usual_right = np.sort(cosine, 0)[-near:].mean(0)
    margin = cosine / np.maximum((usual_left[:, None] + usual_right[None, :]) / 2, 1e-6)
    best, back = margin.argmax(1), margin.argmax(0)
    rows = [row for row in range(len(left)) if back[best[row]] == row and margin[row, best[row]] >= MARGIN]
    return [(float(margin[row, best[row]]), row, int(best[row])) for row in rows]


def _beginnings(store: Lookup, own: Sequence[StoredArticle]) -> Matrix:
    return store.vectors_of([one.first_chunk for one in own])


def _may_be_one_story(one: StoredArticle, twin: StoredArticle) -> bool:
    figures = [set(_FIGURE.findall(of.article.text)) for of in (one, twin)]
    days = one.days, twin.days
    if days[0][0] is not None and days[1][0] is not None and days[0][1] is not None and days[1][1] is not None:
        apart = max(days[0][0], days[1][0]) - min(days[0][1], days[1][1])
        if apart > DAYS_APART:
            return False
    return bool(figures[0] & figures[1])

"""What is measured: the product's own search, and the simpler rankings it is made of, over the same archive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np

from eval.dataset import Query
from index.scope import Scope
from retrieval import Searcher, SearchOptions
from retrieval.question import encode, understand

_NO_DATE = date(2000, 1, 1)  # the questions of these sets are not about "today"
Run = dict[str, float]  # article id -> score
Retriever = Callable[[Searcher, Query, tuple[str, ...], int], Run]  # languages of the pool, and how many articles


def product(searcher: Searcher, query: Query, languages: tuple[str, ...], depth: int) -> Run:
    """`zitat search`, with nothing told about the question's language."""
    options = SearchOptions(count=depth, languages=languages, per_article=1, fold_duplicates=False)
    passages = searcher.search(query.text, options).passages
    return {passage.article.id: 1.0 / passage.rank for passage in passages}


def dense(searcher: Searcher, query: Query, languages: tuple[str, ...], depth: int) -> Run:
    """The pooled vectors alone."""
    return _articles(searcher, *_legs(searcher, query, languages, depth)[0])


def lexical(searcher: Searcher, query: Query, languages: tuple[str, ...], depth: int) -> Run:
    """BM25 alone."""
    return _articles(searcher, *_legs(searcher, query, languages, depth)[1])


def plain_hybrid(searcher: Searcher, query: Query, languages: tuple[str, ...], depth: int) -> Run:
    """Both legs, each scaled from 0 to 1 over what it found, half and half."""
    runs = [_articles(searcher, *leg) for leg in _legs(searcher, query, languages, depth)]
    out: Run = {}
    for run in runs:
        low, high = min(run.values(), default=0.0), max(run.values(), default=1.0)
        for article, score in run.items():
            out[article] = out.get(article, 0.0) + 0.5 * (score - low) / max(high - low, 1e-9)
    return out


def _legs(
    searcher: Searcher, query: Query, languages: tuple[str, ...], depth: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    view = searcher.archive.view()
    asked = understand(query.text, query.language, _NO_DATE)
    scope = Scope(languages=languages)
    allowed = searcher.chunks_in(view.store, scope, view.state.sequence) if scope.limits else None
    vector = encode(asked, searcher.encoder).vector
    return [view.vectors.search(vector, 2 * depth, allowed), view.terms.search(asked.terms, 2 * depth, scope)]


def _articles(searcher: Searcher, keys: np.ndarray, scores: np.ndarray) -> Run:
    chunks = {c.key: c.article for c in searcher.archive.store.candidates(keys.tolist())}
    names = searcher.archive.store.article_ids(set(chunks.values()))
    out: Run = {}
    for key, score in zip(keys.tolist(), scores.tolist(), strict=True):
        out.setdefault(names[chunks[key]], score)
    return out

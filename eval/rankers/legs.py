"""The parts of the search by themselves, over the same archive: what the whole is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

import numpy as np

from eval.runs import Ranking
from eval.sets import Query
from index.scope import Scope
from retrieval import Searcher
from retrieval.question import encode, understand

Name = TypeVar("Name", str, int)
_NO_DATE = date(2000, 1, 1)  # the questions of test sets are not about "today"


def dense(searcher: Searcher, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
    """The pooled vectors alone."""
    return _articles(searcher, *_legs(searcher, query, languages, depth)[0], depth)


def lexical(searcher: Searcher, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
    """BM25 alone."""
    return _articles(searcher, *_legs(searcher, query, languages, depth)[1], depth)


def plain_hybrid(searcher: Searcher, query: Query, languages: tuple[str, ...], depth: int) -> Ranking:
    """Both legs, each scaled from 0 to 1 over what it found, half and half."""
    legs = _legs(searcher, query, languages, depth)
    return half_and_half([_articles(searcher, *leg, 2 * depth) for leg in legs], depth)


def half_and_half(runs: Iterable[Mapping[Name, float]], depth: int) -> dict[Name, float]:
    """The best `depth` by the sum of their scores in two runs, each scaled from 0 to 1 over what it found."""
    out: dict[Name, float] = {}
    for run in runs:
        low, high = min(run.values(), default=0.0), max(run.values(), default=1.0)
        for name, score in run.items():
            out[name] = out.get(name, 0.0) + 0.5 * (score - low) / max(high - low, 1e-9)
    return dict(sorted(out.items(), key=lambda item: (-item[1], item[0]))[:depth])


def _legs(
    searcher: Searcher, query: Query, languages: tuple[str, ...], depth: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Twice as many chunks as articles are wanted, as an article has several."""
    with searcher.archive.reading() as (view, _):
        asked = understand(query.text, None, _NO_DATE)
        scope = Scope(languages=languages)
        vector = encode(asked, searcher.encoder).vector
        return [view.dense(vector, 2 * depth, scope), view.lexical(asked.terms, 2 * depth, scope)]


def _articles(searcher: Searcher, keys: np.ndarray, scores: np.ndarray, depth: int) -> Ranking:
    """The best `depth`; an article is as good as its best chunk."""
    chunks = {c.key: c.article for c in searcher.archive.store.candidates(keys.tolist())}
    names = searcher.archive.store.article_ids(set(chunks.values()))
    out: Ranking = {}
    for key, score in zip(keys.tolist(), scores.tolist(), strict=True):
        if key in chunks:
            out.setdefault(names[chunks[key]], score)
    return dict(list(out.items())[:depth])

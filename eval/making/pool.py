"""The articles a made test set is about: a sample of the archive in which every language has its share."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from index.truth.lookup import Lookup
from index.truth.schema import StoredArticle


def sampled(store: Lookup, count: int, seed: int) -> list[StoredArticle]:
    """About `count` articles, as many of each language as there are of the others as far as it has them.

    The same archive and seed give the same articles, in whatever order they were added.
    """
    by_language: dict[str, list[str]] = defaultdict(list)
    for article, language in store.languages_by_id().items():
        by_language[language].append(article)
    chosen: set[str] = set()
    for language, share in shares({name: len(own) for name, own in by_language.items()}, count).items():
        chosen.update(shuffled(by_language[language], seed)[:share])
    return sorted((one for one in store.each_article() if one.article.id in chosen), key=lambda one: one.article.id)


def shares(sizes: dict[str, int], count: int) -> dict[str, int]:
    """How many of each: equal parts, what the small ones lack going to the larger ones."""
    out: dict[str, int] = {}
    left = count
    for place, (name, size) in enumerate(sorted(sizes.items(), key=lambda item: (item[1], item[0]))):
        out[name] = min(size, left // (len(sizes) - place))
        left -= out[name]
    return out


def shuffled(names: Iterable[str], seed: int) -> list[str]:
    """In an order that only the seed and the names decide."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed} {name}".encode()).digest())


def copies(pool: Sequence[StoredArticle]) -> dict[str, tuple[str, ...]]:
    """For each article those of the pool that carry nearly the same text, itself first."""
    clusters: dict[int, list[str]] = defaultdict(list)
    for one in pool:
        clusters[one.cluster].append(one.article.id)
    return {
        one.article.id: (one.article.id, *(other for other in clusters[one.cluster] if other != one.article.id))
        for one in pool
    }

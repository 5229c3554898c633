"""Queries that are sentences of the corpus: the article such a sentence comes from says nothing of a ranking's quality.

A query asks for other articles on the matter, and judgements leave its own one out. It would come first in every
ranking, unjudged, and push what is relevant one place down.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from eval.sets.records import TestSet
from index.errors import BadInput

SHINGLE = 16  # code points; that long a piece of text is in few articles


def without_sources(test_set: TestSet) -> TestSet:
    """The same set with, for each query, the unjudged articles left out that contain its text word for word.

    White space is all alike. Each article is read once; long queries cost no more than short ones.
    """
    if test_set.corpus is None:
        raise BadInput(f"{test_set.name} comes without articles to look for its queries in", "give it a corpus")
    asked = {query.id: _plain(query.text) for query in test_set.queries}
    starts: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for query, text in asked.items():
        starts[min(len(text), SHINGLE)][text[:SHINGLE]].append(query)
    sources: dict[str, set[str]] = {}
    for article in test_set.articles():
        text = _plain(f"{article.title or ''}\n{article.text}")
        for query in _beginning_in(text, starts):
            if asked[query] in text and article.id and article.id not in test_set.qrels[query]:
                sources.setdefault(query, set()).add(article.id)
    return replace(test_set, left_out={query: frozenset(articles) for query, articles in sources.items()})


def _beginning_in(text: str, starts: dict[int, dict[str, list[str]]]) -> set[str]:
    """The queries whose first code points occur in a text."""
    out: set[str] = set()
    for size, queries in starts.items():
        pieces = {text[at : at + size] for at in range(len(text) - size + 1)}
        out.update(query for piece in pieces & queries.keys() for query in queries[piece])
    return out


def _plain(text: str) -> str:
    return " ".join(text.split())

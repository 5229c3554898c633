"""A retriever of one's own, to be measured: it ranks by how many words an article shares with the question.

CORPUS=SET/corpus.jsonl.gz zitat eval SET --ranker docs/examples/shared_words.py:search
"""

from __future__ import annotations

import os
import re
from collections import Counter
from functools import lru_cache
from heapq import nlargest

from index.article import Draft
from index.reading import read

WORD = re.compile(r"\w+")


def search(question: str, count: int, languages: tuple[str, ...]) -> list[tuple[str, float]]:
    """The best `count` articles in these languages (in all, where there are none), with scores."""
    asked = Counter(WORD.findall(question.casefold()))
    scores = (
        (name, sum((asked & words).values()) / (1 + sum(words.values())) ** 0.5)
        for name, language, words in _articles(os.environ["CORPUS"])
        if not languages or language in languages
    )
    return nlargest(count, scores, key=lambda one: one[1])


@lru_cache(maxsize=1)
def _articles(corpus: str) -> list[tuple[str, str, Counter[str]]]:
    drafts = (one for one in read([corpus]) if isinstance(one, Draft))
    return [(one.id or "", one.language or "", Counter(WORD.findall(one.text.casefold()))) for one in drafts]

"""Questions in, ranked and cited passages out.

from retrieval import open_archive

with open_archive("news.zitat") as archive:
    for passage in archive.search("Who met whom in Baku?").passages:
        print(passage.article.title, passage.text)
"""

from __future__ import annotations

from pathlib import Path

from retrieval.answering import Answer, Answerer, AnswerOptions, Turn
from retrieval.options import SearchOptions
from retrieval.results import ArticleCard, DateRange, Passage, SearchResult, Span, Understood
from retrieval.searcher import Searcher

__all__ = [
    "Answer",
    "AnswerOptions",
    "Answerer",
    "ArticleCard",
    "DateRange",
    "Passage",
    "SearchOptions",
    "SearchResult",
    "Searcher",
    "Span",
    "Turn",
    "Understood",
    "open_archive",
]


def open_archive(path: Path | str) -> Searcher:
    """Open an archive for searching, with the encoder it was made with."""
    return Searcher(path)

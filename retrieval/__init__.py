"""Questions in, ranked and cited passages out.

from retrieval import open_archive

with open_archive("news.zitat") as archive:
    for passage in archive.search("Who congratulated Azerbaijan on the COP29 presidency?").passages:
        print(passage.article.title, passage.text)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.answering import Answer, AnswerOptions, Turn
from retrieval.options import SearchOptions
from retrieval.results import ArticleCard, DateRange, Passage, SearchResult, Span, Understood

if TYPE_CHECKING:
    from retrieval.answering import Answerer
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
    from retrieval.searcher import Searcher

    return Searcher(path)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """What needs the indexes is imported when it is first used: whoever only reads records must not load them."""
        if name == "Searcher":
            from retrieval.searcher import Searcher

            return Searcher
        if name == "Answerer":
            from retrieval.answering import Answerer

            return Answerer
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

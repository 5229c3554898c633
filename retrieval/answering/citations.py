"""Numbered citations, each proved against its article's text before it is shown."""

from __future__ import annotations

from retrieval.answering.evidence import Sentence
from retrieval.answering.records import Citation
from retrieval.found import Found
from retrieval.results import Span


class Citations:
    """The citations of one answer, numbered from 1 in the order in which they are first used."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._numbers: dict[tuple[str, int, int], int] = {}
        self._all: list[Citation] = []

    @property
    def all(self) -> tuple[Citation, ...]:
        """In the order of their numbers."""
        return tuple(self._all)

    def number(self, sentence: Sentence, span: Span | None = None) -> int:
        """The number of the citation of a sentence; the same place is cited under one number."""
        return self.number_of(sentence.passage, sentence.start, sentence.end, span)

    def number_of(self, passage: int, start: int, end: int, span: Span | None = None) -> int:
        """The number of the citation of a part of a passage, given by where it lies in the article's text."""
        article = self._found.result.passages[passage].article
        place = (article.id, start, end)
        if place not in self._numbers:
            self._numbers[place] = len(self._all) + 1
            self._all.append(self._citation(passage, start, end, span))
        return self._numbers[place]

    def _citation(self, passage: int, start: int, end: int, span: Span | None) -> Citation:
        cited = self._found.result.passages[passage]
        text = self._found.texts[cited.article.id]
        quote = text[start:end]
        if not quote or cited.text[start - cited.start : end - cited.start] != quote:
            raise AssertionError(f"{cited.article.id} {start}:{end} is not what passage {cited.chunk_id} says there")
        return Citation(
            n=len(self._all) + 1,
            article_id=cited.article.id,
            content_hash=cited.article.content_hash,
            start=start,
            end=end,
            quote=quote,
            span=span,
            title=cited.article.title,
            source=cited.article.source,
            published_at=cited.article.published_at,
            language=self._found.ranked[passage].chunk.language,
            url=cited.article.url,
        )

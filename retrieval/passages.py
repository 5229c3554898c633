"""Ranked chunks as passages to read: text, highlights, the article's card, and who else carries it."""

from __future__ import annotations

from collections.abc import Sequence

from index.encoders.encoder import EncodedQuery, Encoder
from index.scope import Scope
from index.truth.schema import StoredArticle
from index.view import View
from retrieval.highlights import highlights
from retrieval.question import Question
from retrieval.results import ArticleCard, Passage, Span
from retrieval.shortlist import Ranked

COMMON = 0.2  # the share of all chunks from which a word of the question tells nothing
MOST_COPIES = 50  # ids named beside a passage
COMMON_IN_SMALL = 2  # chunks; the same in an archive of a few articles


class Presenter:
    """Makes passages for one question out of one state of the archive."""

    def __init__(self, view: View, encoder: Encoder, asked: Question, query: EncodedQuery) -> None:
        self.store, self.encoder, self.query = view.store, encoder, query
        limit = max(COMMON * view.state.documents, COMMON_IN_SMALL)
        found = view.document_frequency(set(asked.terms.terms))
        self.terms = {term for term, chunks in found.items() if chunks <= limit}

    def present(self, chosen: Sequence[Ranked], scope: Scope) -> tuple[tuple[Passage, ...], dict[str, str]]:
        """The passages in the order given, and the texts of their articles by id.

        `scope` limits which other articles are named beside them.
        """
        articles = self.store.articles_by_key({one.chunk.article for one in chosen})
        mates = self.store.cluster_mates({one.chunk.cluster for one in chosen}, scope)
        passages = tuple(
            self._passage(rank, one, articles[one.chunk.article], mates[one.chunk.cluster])
            for rank, one in enumerate(chosen, start=1)
        )
        return passages, {stored.article.id: stored.article.text for stored in articles.values()}

    def _passage(self, rank: int, one: Ranked, stored: StoredArticle, mates: list[str]) -> Passage:
        chunk, article = one.chunk, stored.article
        text = article.text[chunk.start : chunk.end]
        ends = self.encoder.token_ends(text)
        marked = highlights(text, chunk.language, self.query, one.codes, ends, self.terms)
        return Passage(
            rank=rank,
            score=round(one.score, 4),
            chunk_id=f"{article.id}#{chunk.ordinal}",
            text=text,
            start=chunk.start,
            end=chunk.end,
            highlights=tuple(Span(chunk.start + span.start, chunk.start + span.end) for span in marked),
            article=_card(stored),
            also_in=tuple(other for other in mates if other != article.id)[:MOST_COPIES],
        )


def _card(stored: StoredArticle) -> ArticleCard:
    a = stored.article
    return ArticleCard(a.id, a.title, a.source, a.author, a.language, a.published_at, a.url, stored.content_hash)

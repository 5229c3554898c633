"""What the lexical leg indexes of a chunk, and what it is asked: terms of our own analyser, whoever holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.text.analyser import analyse, transliterated
from index.truth.schema import StoredArticle
from index.truth.store import Store

CONTEXT_BOOST, NAME_BOOST = 0.4, 0.3


@dataclass(frozen=True)
class TermDocument:
    """What is indexed of a chunk: `terms` of its text, `context` of its title and source, `names` transliterated.

    The other fields are what filters look at; `earliest` and `latest` are proleptic ordinals of days.
    """

    key: int
    terms: Sequence[str]
    context: Sequence[str]
    names: Sequence[str]
    article: int
    language: str
    source: str | None
    earliest: int | None
    latest: int | None


@dataclass(frozen=True)
class TermQuery:
    """The same of a question."""

    terms: Sequence[str]
    names: Sequence[str]

    @property
    def blind(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.terms and not self.names

    def weighted(self) -> Iterator[tuple[str, str, float]]:
        """Field, term and boost of all that is looked for, each term once a field."""
        fields = (("terms", self.terms, 1.0), ("context", self.terms, CONTEXT_BOOST), ("names", self.names, NAME_BOOST))
        for field, words, boost in fields:
            for word in dict.fromkeys(words):
                yield field, word, boost


def documents_after(store: Store, chunk: int) -> Iterator[TermDocument]:
    """The documents of all current chunks that come after a chunk key, in that order."""
    for stored in store.articles_after_chunk(chunk):
        yield from documents_of(store, stored)


def plain_documents(store: Store, after: int, last: int) -> Iterator[TermDocument]:
    """The documents of the chunks after one and up to another, without their terms."""
    for stored in store.articles_after_chunk(after):
        if stored.first_chunk > last:
            return
        yield from plain_documents_of(stored)


def plain_documents_of(stored: StoredArticle) -> Iterator[TermDocument]:
    """Those of one article."""
    for key in range(stored.first_chunk, stored.last_chunk + 1):
        yield TermDocument(key, (), (), (), *_facts(stored))


def documents_of(store: Store, stored: StoredArticle) -> Iterator[TermDocument]:
    """The documents of an article's chunks."""
    article = stored.article
    about = f"{article.title} {article.source or ''} {article.day} {article.day[:4]}"  # a year is asked for alone
    context = analyse(about, article.language)
    for chunk in store.chunks_between(stored.first_chunk, stored.last_chunk):
        text = article.text[chunk.start : chunk.end]
        names = transliterated(f"{article.title} {text}")
        yield TermDocument(chunk.key, analyse(text, chunk.language), context, names, *_facts(stored))


def _facts(stored: StoredArticle) -> tuple[int, str, str | None, int | None, int | None]:
    return stored.key, stored.article.language, stored.article.source, *stored.days

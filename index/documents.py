"""What the lexical leg indexes of a chunk, and what it is asked: terms of our own analyser, whoever holds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

from index.text.analyser import analyse, in_order, names_by_word, terms_by_word, transliterated, words_of
from index.truth.schema import StoredArticle, StoredChunk
from index.truth.store import Store

Facts = tuple[int, str, str | None, int | None, int | None]

CONTEXT_BOOST, NAME_BOOST = 0.4, 0.3
TOGETHER = 50  # articles whose chunks are read together
ANALYSED = 200  # chunks whose words are looked up together


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
    return _documents(_with_chunks(store, store.articles_after_chunk(chunk)))


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
    return _documents(_with_chunks(store, iter([stored])))


def _with_chunks(store: Store, articles: Iterator[StoredArticle]) -> Iterator[tuple[StoredArticle, StoredChunk]]:
    """Each chunk behind its article, in order, read for some articles together."""
    while together := list(islice(articles, TOGETHER)):
        of_key = {stored.key: stored for stored in together}
        for chunk in store.chunks_between(together[0].first_chunk, together[-1].last_chunk):
            if chunk.article in of_key:
                yield of_key[chunk.article], chunk


def _documents(pairs: Iterator[tuple[StoredArticle, StoredChunk]]) -> Iterator[TermDocument]:
    """Of some chunks together, as words come again in their neighbours."""
    while together := list(islice(pairs, ANALYSED)):
        read = [words_of(stored.article.text[chunk.start : chunk.end]) for stored, chunk in together]
        languages = [chunk.language for _, chunk in together]
        terms = {one: terms_by_word(_words_in(one, languages, read), one) for one in set(languages)}
        names = names_by_word(chain.from_iterable(read))
        about = {key: _about(stored) for key, stored in {stored.key: stored for stored, _ in together}.items()}
        for (stored, chunk), words in zip(together, read, strict=True):
            context, title, facts = about[stored.key]
            found = in_order(words, terms[chunk.language])
            yield TermDocument(chunk.key, found, context, title + in_order(words, names), *facts)


def _words_in(language: str, languages: Sequence[str], read: Sequence[list[str]]) -> Iterator[str]:
    return chain.from_iterable(words for own, words in zip(languages, read, strict=True) if own == language)


def _about(stored: StoredArticle) -> tuple[list[str], list[str], Facts]:
    """What an article's chunks have in common: terms of its context, names of its title, and what filters look at."""
    article = stored.article
    said = f"{article.title} {article.source or ''} {article.day} {article.day[:4]}"  # a year is asked for alone
    return analyse(said, article.language), transliterated(article.title), _facts(stored)


def _facts(stored: StoredArticle) -> Facts:
    return stored.key, stored.article.language, stored.article.source, *stored.days

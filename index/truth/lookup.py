"""What is read of the truth. "Current" articles are those that were neither replaced nor deleted.

A replaced article is retired: it stays readable by its keys until the indexes that know its successor are published, so
that a search with older indexes still finds it. A deleted one is gone at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray
from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, literal_column, select

from index.article import Article
from index.scope import EVERYTHING, Scope
from index.truth.history import History
from index.truth.keysets import among
from index.truth.schema import ArticleOrigin, Candidate, StoredArticle, StoredChunk
from index.truth.tables import articles, chunks, encodings, versions

PAGE = 500  # articles read together
KEYS = 50_000  # chunk keys read together
ENCODINGS = 64  # vectors and codes read together
MOST_NAMED = 50  # languages and sources in the counts
_a, _c, _e = articles.c, chunks.c, encodings.c
_CURRENT = _a.retired == 0
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_FIRST: BindParameter[int] = bindparam("first")
_LAST: BindParameter[int] = bindparam("last")
_AFTER: BindParameter[int] = bindparam("after")


def _oldest() -> ColumnElement[int]:
    """A cluster goes by its oldest current article; the column keeps one number for it, whoever leaves."""
    other = articles.alias("o")
    first = select(func.min(other.c.key)).where(other.c.cluster == _a.cluster, other.c.retired == 0)
    return func.coalesce(first.correlate(articles).scalar_subquery(), _a.key)


_OLDEST = _oldest()
_ARTICLE = (
    _a.id,
    _a.title,
    _a.text,
    _a.language,
    _a.language_confidence,
    _a.published_at,
    _a.source,
    _a.author,
    _a.url,
)
_ARTICLES = select(_a.key, *_ARTICLE, _a.content_hash, _a.first_chunk, _a.last_chunk, _OLDEST)
_WITH_ARTICLE = chunks.join(articles, _a.key == _c.article)

# Put together once: what a search asks is then only filled in.
_CANDIDATES = (
    select(_c.key, _c.ordinal, _c.start, _c.end, _a.key, _c.language, _a.earliest, _a.latest, _OLDEST)
    .select_from(_WITH_ARTICLE)
    .where(among(_c.key, "keys"))
    .order_by(_c.key)
)
_VECTORS_OF = select(_e.vector).where(among(_e.chunk, "keys")).order_by(_e.chunk)
_ENCODINGS_OF = select(_e.vector, _e.codes, _e.checksum).where(among(_e.chunk, "keys")).order_by(_e.chunk)
_VECTORS = select(_e.chunk, _e.vector).where(_e.chunk.between(_FIRST, _LAST)).order_by(_e.chunk)
_CHUNKS = select(*chunks.c).where(_c.key.between(_FIRST, _LAST)).order_by(_c.key)
_BY_KEY = _ARTICLES.where(among(_a.key, "keys"))
_BY_ID = _ARTICLES.where(_a.id == bindparam("id"), _CURRENT)
_AFTER_CHUNK = _ARTICLES.where(_a.first_chunk > _AFTER, _CURRENT).order_by(_a.first_chunk).limit(PAGE)
_AFTER_KEY = _ARTICLES.where(_a.key > _AFTER, _CURRENT).order_by(_a.key).limit(PAGE)
_MATES = select(_OLDEST, _a.id).where(
    _a.cluster.in_(select((_o := articles.alias("n")).c.cluster).where(among(_o.c.key, "keys"))), _CURRENT
)
_MATES = _MATES.order_by(_a.key)
_HOLDS_DRAFT = select(_a.key).where(_a.draft_hash == bindparam("hash"), _CURRENT).limit(1)
_ORIGIN = select(_a.content_hash, _a.origin, _a.draft_hash).where(_a.id == bindparam("id"), _CURRENT)


class Lookup(History):
    """The truth, for reading: in any number of processes, while one writes."""

    def last_chunk(self) -> int:
        """The highest chunk key in use."""
        return int(self.rows(select(func.coalesce(func.max(_c.key), 0)))[0][0])

    def chunk_keys(self) -> NDArray[np.int64]:
        """The keys of all chunks of current articles, ascending; read in pages, as there may be many millions."""
        query = select(_c.key).select_from(_WITH_ARTICLE).where(_CURRENT, _c.key > _AFTER).order_by(_c.key)
        pages, last = [np.zeros(0, np.int64)], 0
        while page := self.rows(query.limit(KEYS), {"after": last}):
            pages.append(np.array([key for (key,) in page], np.int64))
            last = page[-1][0]
        return np.concatenate(pages)

    def holds_draft(self, draft_hash: str) -> bool:
        """Whether an article was made from exactly this draft, so that nothing needs to be done about it."""
        return bool(self.rows(_HOLDS_DRAFT, {"hash": draft_hash}))

    def article(self, article_id: str) -> StoredArticle | None:
        """One article by its id."""
        found = self._articles(_BY_ID, {"id": article_id})
        return found[0] if found else None

    def articles_by_key(self, keys: Iterable[int]) -> dict[int, StoredArticle]:
        """Articles by the archive's own keys, retired ones too; one that was swept away is left out.

        Raises ArchiveDamaged for a content that has changed since it was stored, so that nobody is shown it.
        """
        found = self._articles(_BY_KEY, {"keys": list(keys)})
        for stored in found:
            if stored.article.content_hash != stored.content_hash:
                raise self.damaged(f"article {stored.article.id}: the text does not match its hash")
        return {stored.key: stored for stored in found}

    def _articles(self, query: Select[Any], parameters: dict[str, Any]) -> list[StoredArticle]:
        return [StoredArticle(row[0], Article(*row[1:10]), *row[10:]) for row in self.rows(query, parameters)]

    def article_origin(self, article_id: str) -> ArticleOrigin | None:
        """What an article with this id was made from, if there is one."""
        found = self.rows(_ORIGIN, {"id": article_id})
        return ArticleOrigin(*found[0]) if found else None

    def known_as(self, ids: Sequence[str], origin: str) -> str | None:
        """Which of some ids the article from a file or URL has; the oldest, where there are several."""
        query = select(_a.id).where(_a.id.in_(ids), _a.origin == origin, _CURRENT).order_by(_a.key).limit(1)
        found = self.rows(query)
        return str(found[0][0]) if found else None

    def made_from(self, key: int) -> tuple[str, str]:
        """The draft hash and the origin of an article, by the archive's own key."""
        ((draft_hash, origin),) = self.rows(select(_a.draft_hash, _a.origin).where(_a.key == key))
        return draft_hash, origin

    def versions(self, article_id: str | None = None) -> list[tuple[str, str, str]]:
        """Contents that were replaced or deleted: (article id, content hash, when it ended, UTC), oldest first."""
        of = versions.c
        query = select(of.article_id, of.content_hash, of.ended_at).order_by(of.rowid)
        if article_id is not None:
            query = query.where(of.article_id == article_id)
        return [(name, content, ended) for name, content, ended in self.rows(query)]

    def article_keys(self, article_ids: Sequence[str]) -> list[int]:
        """The archive's own keys of the articles among the ids that are there, those of retired ones too."""
        return [key for (key,) in self.rows(select(_a.key).where(_a.id.in_(_IDS)), {"ids": article_ids})]

    def article_ids(self, keys: Iterable[int]) -> dict[int, str]:
        """The ids of articles by the archive's own keys."""
        return dict(self.rows(select(_a.key, _a.id).where(among(_a.key, "keys")), {"keys": list(keys)}))

    def counts(self) -> dict[str, int | dict[str, int] | str | None]:
        """How much there is of what: articles, chunks, near-duplicates, languages, sources, and the dates covered."""
        of_chunks = func.coalesce(func.sum(_a.last_chunk - _a.first_chunk + 1), 0)
        count = select(func.count(), func.count(_a.cluster.distinct()), of_chunks).where(_CURRENT)
        ((total, clusters, passages),) = self.rows(count)
        ((with_date,),) = self.rows(select(func.count()).where(_CURRENT, _a.earliest.is_not(None)))
        first, last = self.dates_covered()
        return {
            "articles": total,
            "chunks": int(passages),
            "near_duplicates": total - clusters,
            "dated": with_date,
            "earliest": first,
            "latest": last,
            "languages": self._counted_by(_a.language),
            "sources": self._counted_by(_a.source),
        }

    def _counted_by(self, column: ColumnElement[str]) -> dict[str, int]:
        name, count = func.coalesce(column, literal_column("'unknown'")), func.count()
        query = select(name, count).where(_CURRENT).group_by(name).order_by(count.desc(), name).limit(MOST_NAMED)
        return dict(self.rows(query))

    def language_names(self) -> list[str]:
        """The languages of current articles."""
        return [name for (name,) in self.rows(select(_a.language).where(_CURRENT).distinct())]

    def dates_covered(self) -> tuple[str | None, str | None]:
        """The first and the last date that a current article has."""
        dates = select(func.min(_a.published_at), func.max(_a.published_at))
        ((first, last),) = self.rows(dates.where(_CURRENT, _a.earliest.is_not(None)))
        return first, last

    def source_names(self) -> list[str]:
        """Every source that an article has."""
        return [name for (name,) in self.rows(select(_a.source).distinct().where(_a.source.is_not(None)))]

    def languages_by_id(self) -> dict[str, str]:
        """The language of every article."""
        return dict(self.rows(select(_a.id, _a.language).where(_CURRENT)))

    def chunk_ranges(self, scope: Scope) -> list[tuple[int, int]]:
        """The first and last chunk key of every article in the scope, of retired ones too."""
        found = self.rows(select(_a.first_chunk, _a.last_chunk).where(scope.condition()))
        return [(first, last) for first, last in found]

    def cluster_mates(self, clusters: Iterable[int], scope: Scope = EVERYTHING) -> dict[int, list[str]]:
        """For each cluster the ids of its current articles within the scope, oldest first."""
        wanted = list(clusters)
        query = _MATES.where(scope.condition()) if scope.limits else _MATES
        out: dict[int, list[str]] = {cluster: [] for cluster in wanted}
        for cluster, article_id in self.rows(query, {"keys": wanted}):
            out.setdefault(cluster, []).append(article_id)
        return out

    def articles_after_chunk(self, chunk: int) -> Iterator[StoredArticle]:
        """The articles whose chunks come after a chunk key, in that order, read in pages."""
        while page := self._articles(_AFTER_CHUNK, {"after": chunk}):
            yield from page
            chunk = page[-1].last_chunk

    def each_article(self) -> Iterator[StoredArticle]:
        """All articles in the order they were added, read in pages so that memory stays small."""
        last = 0
        while page := self._articles(_AFTER_KEY, {"after": last}):
            yield from page
            last = page[-1].key

    def listing(self, scope: Scope = EVERYTHING) -> Iterator[tuple[str, str | None, str, str | None, str]]:
        """Id, date, language, source and title of the current articles in a scope, in the order they were added."""
        columns = (_a.key, _a.id, _a.published_at, _a.language, _a.source, _a.title)
        query = select(*columns).where(_a.key > _AFTER, _CURRENT, scope.condition()).order_by(_a.key).limit(PAGE)
        last = 0
        while page := self.rows(query, {"after": last}):
            yield from ((name, day, language, source, title) for _, name, day, language, source, title in page)
            last = page[-1][0]

    def candidates(self, keys: Iterable[int]) -> list[Candidate]:
        """Chunks by key with what ranking needs, those of retired articles too; one that was swept away is left out."""
        return [Candidate(*row) for row in self.rows(_CANDIDATES, {"keys": list(keys)})]

    def chunks_between(self, first: int, last: int) -> list[StoredChunk]:
        """The chunks that still exist in a range of keys."""
        return [StoredChunk(*row) for row in self.rows(_CHUNKS, {"first": first, "last": last})]

    def vectors(self, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Chunk keys, shape (n,), and vectors, shape (n, d), of a range of keys."""
        rows = self.rows(_VECTORS, {"first": first, "last": last})
        keys = np.array([key for key, _ in rows], np.int64)
        return keys, self._stacked([vector for _, vector in rows])

    def vectors_of(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """Vectors, shape (n, d), of chunks that exist, in the order of their keys."""
        found = self.rows(_VECTORS_OF, {"keys": keys})
        self._complete(found, keys)
        return self._stacked([vector for (vector,) in found])

    def _complete(self, found: Sequence[Any], keys: Sequence[int]) -> None:
        if len(found) < len(keys):
            raise self.damaged(f"{len(keys) - len(found)} of {len(keys)} vectors are lost")

    def _stacked(self, blobs: list[bytes]) -> NDArray[np.float32]:
        """Shape (n, d), and (0, 0) for none."""
        sizes = {len(blob) if isinstance(blob, bytes) else -1 for blob in blobs}
        if len(sizes) > 1 or -1 in sizes:
            raise self.damaged("vectors of different lengths")
        rows = np.frombuffer(b"".join(blobs), np.float16).astype(np.float32)
        return rows.reshape(len(blobs), -1 if blobs else 0)

    def encodings_of(self, keys: Sequence[int], width: int) -> tuple[NDArray[np.float32], list[NDArray[np.uint8]]]:
        """Vectors, shape (n, d), and token codes, each of shape (tokens, width), of chunks that exist, ascending.

        There are no codes where they fail their checksum.
        """
        found = self.rows(_ENCODINGS_OF, {"keys": keys})
        self._complete(found, keys)
        nothing = np.zeros((0, width), np.uint8)
        codes = [
            np.frombuffer(codes, np.uint8).reshape(-1, width) if checksum_of(vector, codes) == checksum else nothing
            for vector, codes, checksum in found
        ]
        return self._stacked([vector for vector, _, _ in found]), codes

    def broken_encodings(self) -> list[int]:
        """The chunks of current articles whose vector or codes do not match their checksum, or are lost."""
        tables = _WITH_ARTICLE.outerjoin(encodings, _e.chunk == _c.key)
        query = select(_c.key, _e.vector, _e.codes, _e.checksum).select_from(tables).where(_CURRENT)
        paged = query.where(_c.key > _AFTER).order_by(_c.key).limit(ENCODINGS)
        broken, last = list[int](), 0
        while page := self.rows(paged, {"after": last}):
            broken += [key for key, *stored, checksum in page if checksum is None or checksum_of(*stored) != checksum]
            last = page[-1][0]
        return broken


def checksum_of(vector: bytes, codes: bytes) -> int:
    """Of one encoding, as no engine notices every flipped bit; -1, which none has, where a column holds no bytes."""
    if not (isinstance(vector, bytes) and isinstance(codes, bytes)):
        return -1
    return xxhash.xxh32_intdigest(codes, xxhash.xxh32_intdigest(vector))

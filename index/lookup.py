"""What is read of the truth. "Current" articles are those that were neither replaced nor deleted.

A replaced article is retired: it stays readable by its keys until the indexes that know its successor are published, so
that a search with older indexes still finds it. A deleted one is gone at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import xxhash
from numpy.typing import NDArray

from index.article import Article
from index.database import Database, damaged, said_plainly
from index.schema import ArticleOrigin, Candidate, Change, StoredArticle, StoredChunk
from index.scope import EVERYTHING, Scope

_ARTICLE = "id, title, text, language, language_confidence, published_at, source, author, url"
# A cluster goes by its oldest current article; the column keeps one number for it, whoever leaves.
_OLDEST = "coalesce((SELECT min(o.key) FROM articles o WHERE o.cluster = a.cluster AND o.retired = 0), a.key)"


class Lookup(Database):
    """The truth, for reading: in any number of processes, while one writes."""

    def sequence(self) -> int:
        """The number of the last change."""
        return self.rows("SELECT coalesce(max(sequence), 0) FROM log")[0][0]  # type: ignore[no-any-return]

    def last_chunk(self) -> int:
        """The highest chunk key in use."""
        return self.rows("SELECT coalesce(max(key), 0) FROM chunks")[0][0]  # type: ignore[no-any-return]

    def chunk_keys(self) -> NDArray[np.int64]:
        """The keys of all chunks of current articles, ascending."""
        query = "SELECT c.key FROM chunks c JOIN articles a ON a.key = c.article WHERE a.retired = 0 ORDER BY c.key"
        return np.array([key for (key,) in self.rows(query)], np.int64)

    def changes(self, after: int) -> list[Change]:
        """What happened after a sequence number, in order."""
        query = "SELECT sequence, removed, first_chunk, last_chunk FROM log WHERE sequence > ? ORDER BY sequence"
        return [Change(s, bool(removed), first, last) for s, removed, first, last in self.rows(query, (after,))]

    def holds_draft(self, draft_hash: str) -> bool:
        """Whether an article was made from exactly this draft, so that nothing needs to be done about it."""
        return bool(self.rows("SELECT 1 FROM articles WHERE draft_hash = ? AND retired = 0 LIMIT 1", (draft_hash,)))

    def article(self, article_id: str) -> StoredArticle | None:
        """One article by its id."""
        found = self._articles("WHERE id = ? AND retired = 0", (article_id,))
        return found[0] if found else None

    def articles_by_key(self, keys: Iterable[int]) -> dict[int, StoredArticle]:
        """Articles by the archive's own keys, retired ones too; one that was swept away is left out.

        Raises ArchiveDamaged for a content that has changed since it was stored, so that nobody is shown it.
        """
        wanted = list(keys)
        found = self._articles(f"WHERE key IN ({marks(wanted)})", wanted)
        for stored in found:
            if stored.article.content_hash != stored.content_hash:
                raise damaged(self.path, f"article {stored.article.id}: the text does not match its hash")
        return {stored.key: stored for stored in found}

    def _articles(self, where: str, parameters: Sequence[object]) -> list[StoredArticle]:
        columns = f"key, {_ARTICLE}, content_hash, first_chunk, last_chunk, {_OLDEST}"
        rows = self.rows(f"SELECT {columns} FROM articles a {where}", parameters)
        return [StoredArticle(row[0], Article(*row[1:10]), *row[10:]) for row in rows]

    def article_origin(self, article_id: str) -> ArticleOrigin | None:
        """What an article with this id was made from, if there is one."""
        found = self.rows("SELECT content_hash, origin FROM articles WHERE id = ? AND retired = 0", (article_id,))
        return ArticleOrigin(*found[0]) if found else None

    def known_as(self, ids: Sequence[str], origin: str) -> str | None:
        """Which of some ids the article from a file or URL has; the oldest, where there are several."""
        query = f"SELECT key, id FROM articles WHERE id IN ({marks(ids)}) AND origin = ? AND retired = 0"
        found = self.rows(query, [*ids, origin])
        return min(found)[1] if found else None

    def made_from(self, key: int) -> tuple[str, str]:
        """The draft hash and the origin of an article, by the archive's own key."""
        return self.rows("SELECT draft_hash, origin FROM articles WHERE key = ?", (key,))[0]

    def versions(self, article_id: str | None = None) -> list[tuple[str, str, str]]:
        """Contents that were replaced or deleted: (article id, content hash, when it ended, UTC), oldest first."""
        columns = "SELECT article_id, content_hash, ended_at FROM versions"
        if article_id is None:
            return self.rows(f"{columns} ORDER BY rowid")
        return self.rows(f"{columns} WHERE article_id = ? ORDER BY rowid", (article_id,))

    def article_keys(self, article_ids: Sequence[str]) -> list[int]:
        """The archive's own keys of the articles among the ids that are there, those of retired ones too."""
        query = f"SELECT key FROM articles WHERE id IN ({marks(article_ids)})"
        return [key for (key,) in self.rows(query, article_ids)]

    def article_ids(self, keys: Iterable[int]) -> dict[int, str]:
        """The ids of articles by the archive's own keys."""
        wanted = list(keys)
        return dict(self.rows(f"SELECT key, id FROM articles WHERE key IN ({marks(wanted)})", wanted))

    def counts(self) -> dict[str, int | dict[str, int] | str | None]:
        """How much there is of what: articles, chunks, near-duplicates, languages, sources, and the dates covered."""
        query = "SELECT count(*), count(DISTINCT cluster) FROM articles WHERE retired = 0"
        articles, clusters = self.rows(query)[0]
        query = "SELECT coalesce(sum(last_chunk - first_chunk + 1), 0) FROM articles WHERE retired = 0"
        chunks = self.rows(query)[0][0]
        dated = "SELECT min(published_at), max(published_at), count(*) FROM articles WHERE retired = 0"
        first, last, with_date = self.rows(f"{dated} AND earliest IS NOT NULL")[0]
        by = "SELECT coalesce({0}, 'unknown'), count(*) FROM articles WHERE retired = 0 GROUP BY 1 ORDER BY 2 DESC, 1"
        by += " LIMIT 50"
        return {
            "articles": articles,
            "chunks": chunks,
            "near_duplicates": articles - clusters,
            "dated": with_date,
            "earliest": first,
            "latest": last,
            "languages": dict(self.rows(by.format("language"))),
            "sources": dict(self.rows(by.format("source"))),
        }

    def source_names(self) -> list[str]:
        """Every source that an article has."""
        return [name for (name,) in self.rows("SELECT DISTINCT source FROM articles WHERE source IS NOT NULL")]

    def languages_by_id(self) -> dict[str, str]:
        """The language of every article."""
        return dict(self.rows("SELECT id, language FROM articles WHERE retired = 0"))

    def chunk_ranges(self, scope: Scope) -> list[tuple[int, int]]:
        """The first and last chunk key of every article in the scope, of retired ones too."""
        condition, parameters = scope.where()
        return self.rows(f"SELECT first_chunk, last_chunk FROM articles WHERE {condition}", parameters)

    def cluster_mates(self, clusters: Iterable[int], scope: Scope = EVERYTHING) -> dict[int, list[str]]:
        """For each cluster the ids of its current articles within the scope, oldest first."""
        wanted = list(clusters)
        condition, parameters = scope.where()
        within = f"a.cluster IN (SELECT cluster FROM articles WHERE key IN ({marks(wanted)}))"
        query = f"SELECT {_OLDEST}, id FROM articles a WHERE {within} AND retired = 0 AND {condition} ORDER BY key"
        out: dict[int, list[str]] = {cluster: [] for cluster in wanted}
        for cluster, article_id in self.rows(query, wanted + parameters):
            out.setdefault(cluster, []).append(article_id)
        return out

    def articles_after_chunk(self, chunk: int) -> Iterator[StoredArticle]:
        """The articles whose chunks come after a chunk key, in that order, read in pages."""
        while page := self._articles("WHERE first_chunk > ? AND retired = 0 ORDER BY first_chunk LIMIT 500", (chunk,)):
            yield from page
            chunk = page[-1].last_chunk

    def each_article(self) -> Iterator[StoredArticle]:
        """All articles in the order they were added, read in pages so that memory stays small."""
        last = 0
        while page := self._articles("WHERE key > ? AND retired = 0 ORDER BY key LIMIT 500", (last,)):
            yield from page
            last = page[-1].key

    def listing(self, scope: Scope = EVERYTHING) -> Iterator[tuple[str, str | None, str, str | None, str]]:
        """Id, date, language, source and title of the current articles in a scope, in the order they were added."""
        condition, parameters = scope.where()
        columns = "key, id, published_at, language, source, title"
        where = f"key > ? AND retired = 0 AND {condition}"
        query = f"SELECT {columns} FROM articles WHERE {where} ORDER BY key LIMIT 500"
        last = 0
        while page := self.rows(query, [last, *parameters]):
            yield from (told[1:] for told in page)
            last = page[-1][0]

    def candidates(self, keys: Iterable[int]) -> list[Candidate]:
        """Chunks by key with what ranking needs, those of retired articles too; one that was swept away is left out."""
        wanted = list(keys)
        columns = "c.key, c.ordinal, c.start, c.end, a.key, c.language, a.earliest, a.latest, " + _OLDEST
        tables = "chunks c JOIN articles a ON a.key = c.article"
        rows = self.rows(f"SELECT {columns} FROM {tables} WHERE c.key IN ({marks(wanted)}) ORDER BY c.key", wanted)
        return [Candidate(*row) for row in rows]

    def chunks_between(self, first: int, last: int) -> list[StoredChunk]:
        """The chunks that still exist in a range of keys."""
        columns = "key, article, ordinal, start, end, tokens, llm_tokens, language"
        rows = self.rows(f"SELECT {columns} FROM chunks WHERE key BETWEEN ? AND ? ORDER BY key", (first, last))
        return [StoredChunk(*row) for row in rows]

    def vectors(self, first: int, last: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Chunk keys, shape (n,), and vectors, shape (n, d), of a range of keys."""
        rows = self.rows(
            "SELECT chunk, vector FROM encodings WHERE chunk BETWEEN ? AND ? ORDER BY chunk", (first, last)
        )
        keys = np.array([key for key, _ in rows], np.int64)
        return keys, self._stacked([vector for _, vector in rows])

    def vectors_of(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """Vectors, shape (n, d), of chunks that exist, in the order of their keys."""
        query = f"SELECT vector FROM encodings WHERE chunk IN ({marks(keys)}) ORDER BY chunk"
        found = self.rows(query, keys)
        if len(found) < len(keys):
            raise damaged(self.path, f"{len(keys) - len(found)} of {len(keys)} vectors are lost")
        return self._stacked([vector for (vector,) in found])

    def _stacked(self, blobs: list[bytes]) -> NDArray[np.float32]:
        """Shape (n, d), and (0, 0) for none."""
        if len({len(blob) for blob in blobs}) > 1:
            raise damaged(self.path, "vectors of different lengths")
        rows = np.frombuffer(b"".join(blobs), np.float16).astype(np.float32)
        return rows.reshape(len(blobs), -1 if blobs else 0)

    def codes(self, keys: Sequence[int], width: int) -> list[NDArray[np.uint8]]:
        """Token codes, shape (tokens, width), of each chunk; none for a chunk that is gone or fails its checksum."""
        query = f"SELECT chunk, vector, codes, checksum FROM encodings WHERE chunk IN ({marks(keys)})"
        found = {
            key: np.frombuffer(codes, np.uint8).reshape(-1, width)
            for key, vector, codes, checksum in self.rows(query, keys)
            if checksum_of(vector, codes) == checksum
        }
        nothing = np.zeros((0, width), np.uint8)
        return [found.get(key, nothing) for key in keys]

    def broken_encodings(self) -> list[int]:
        """The chunks of current articles whose vector or codes do not match their checksum, or are lost."""
        tables = "chunks c JOIN articles a ON a.key = c.article LEFT JOIN encodings e ON e.chunk = c.key"
        query = f"SELECT c.key, e.vector, e.codes, e.checksum FROM {tables} WHERE a.retired = 0 ORDER BY c.key"
        with said_plainly(self.path):
            rows = self.db.execute(query)
            return [key for key, *stored, checksum in rows if checksum is None or checksum_of(*stored) != checksum]


def marks(values: Sequence[object]) -> str:
    """As many question marks for an SQL statement."""
    return ",".join("?" * len(values))


def checksum_of(vector: bytes, codes: bytes) -> int:
    """Of one encoding, as SQLite does not notice a flipped bit."""
    return xxhash.xxh32_intdigest(codes, xxhash.xxh32_intdigest(vector))

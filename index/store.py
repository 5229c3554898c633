"""The truth: articles, chunks, vectors, token codes and the change log in one SQLite file (WAL).

Everything else in an archive is derived from this file. One batch is one transaction: after a crash it is there whole
or not at all. Every stored vector and code row carries a checksum, as SQLite does not notice a flipped bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import xxhash
from numpy.typing import NDArray

from index.article import Article
from index.calendar import date_range
from index.database import Database, damaged, said_plainly
from index.duplicates import THRESHOLD, bands, similarity
from index.encoder import EncodedPassage
from index.schema import ArticleOrigin, Candidate, Change, Entry, StoredArticle, StoredChunk
from index.scope import EVERYTHING, Scope

_ARTICLE = "id, title, text, language, language_confidence, published_at, source, author, url"


class Store(Database):
    """The truth. Readers and one writer may be open at once, in any number of processes."""

    # -- reading

    def sequence(self) -> int:
        """The number of the last change."""
        return self.rows("SELECT coalesce(max(sequence), 0) FROM log")[0][0]  # type: ignore[no-any-return]

    def last_chunk(self) -> int:
        """The highest chunk key in use."""
        return self.rows("SELECT coalesce(max(key), 0) FROM chunks")[0][0]  # type: ignore[no-any-return]

    def chunk_keys(self) -> NDArray[np.int64]:
        """The keys of all chunks, ascending."""
        return np.array([key for (key,) in self.rows("SELECT key FROM chunks ORDER BY key")], np.int64)

    def changes(self, after: int) -> list[Change]:
        """What happened after a sequence number, in order."""
        query = "SELECT sequence, removed, first_chunk, last_chunk FROM log WHERE sequence > ? ORDER BY sequence"
        return [Change(s, bool(removed), first, last) for s, removed, first, last in self.rows(query, (after,))]

    def holds_draft(self, draft_hash: str) -> bool:
        """Whether an article was made from exactly this draft, so that nothing needs to be done about it."""
        return bool(self.rows("SELECT 1 FROM articles WHERE draft_hash = ? LIMIT 1", (draft_hash,)))

    def article(self, article_id: str) -> StoredArticle | None:
        """One article by its id."""
        found = self._articles("WHERE id = ?", (article_id,))
        return found[0] if found else None

    def articles_by_key(self, keys: Iterable[int]) -> dict[int, StoredArticle]:
        """Articles by the archive's own keys; a deleted one is left out."""
        wanted = list(keys)
        return {a.key: a for a in self._articles(f"WHERE key IN ({_marks(wanted)})", wanted)}

    def _articles(self, where: str, parameters: Sequence[object]) -> list[StoredArticle]:
        columns = f"key, {_ARTICLE}, content_hash, first_chunk, last_chunk, cluster"
        rows = self.rows(f"SELECT {columns} FROM articles {where}", parameters)
        return [StoredArticle(row[0], Article(*row[1:10]), *row[10:]) for row in rows]

    def article_origin(self, article_id: str) -> ArticleOrigin | None:
        """What an article with this id was made from, if there is one."""
        found = self.rows("SELECT content_hash, origin FROM articles WHERE id = ?", (article_id,))
        return ArticleOrigin(*found[0]) if found else None

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
        """The archive's own keys of the articles among the ids that are there."""
        query = f"SELECT key FROM articles WHERE id IN ({_marks(article_ids)})"
        return [key for (key,) in self.rows(query, article_ids)]

    def article_ids(self, keys: Iterable[int]) -> dict[int, str]:
        """The ids of articles by the archive's own keys."""
        wanted = list(keys)
        return dict(self.rows(f"SELECT key, id FROM articles WHERE key IN ({_marks(wanted)})", wanted))

    def counts(self) -> dict[str, int | dict[str, int] | str | None]:
        """How much there is of what: articles, chunks, near-duplicates, languages, sources, and the dates covered."""
        articles, clusters = self.rows("SELECT count(*), count(DISTINCT cluster) FROM articles")[0]
        dated = "SELECT min(published_at), max(published_at), count(*) FROM articles WHERE earliest IS NOT NULL"
        first, last, with_date = self.rows(dated)[0]
        by = "SELECT coalesce({0}, 'unknown'), count(*) FROM articles GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 50"
        return {
            "articles": articles,
            "chunks": self.rows("SELECT count(*) FROM chunks")[0][0],
            "near_duplicates": articles - clusters,
            "dated": with_date,
            "earliest": first,
            "latest": last,
            "languages": dict(self.rows(by.format("language"))),
            "sources": dict(self.rows(by.format("source"))),
        }

    def languages_by_id(self) -> dict[str, str]:
        """The language of every article."""
        return dict(self.rows("SELECT id, language FROM articles"))

    def chunk_ranges(self, scope: Scope) -> list[tuple[int, int]]:
        """The first and last chunk key of every article in the scope."""
        condition, parameters = scope.where()
        return self.rows(f"SELECT first_chunk, last_chunk FROM articles WHERE {condition}", parameters)

    def cluster_mates(self, clusters: Iterable[int], scope: Scope = EVERYTHING) -> dict[int, list[str]]:
        """For each cluster the ids of its articles within the scope, oldest first."""
        wanted = list(clusters)
        condition, parameters = scope.where()
        query = f"SELECT cluster, id FROM articles WHERE cluster IN ({_marks(wanted)}) AND {condition} ORDER BY key"
        out: dict[int, list[str]] = {}
        for cluster, article_id in self.rows(query, wanted + parameters):
            out.setdefault(cluster, []).append(article_id)
        return out

    def articles_after_chunk(self, chunk: int) -> Iterator[StoredArticle]:
        """The articles whose chunks come after a chunk key, in that order, read in pages."""
        while page := self._articles("WHERE first_chunk > ? ORDER BY first_chunk LIMIT 500", (chunk,)):
            yield from page
            chunk = page[-1].last_chunk

    def each_article(self) -> Iterator[StoredArticle]:
        """All articles in the order they were added, read in pages so that memory stays small."""
        last = 0
        while page := self._articles("WHERE key > ? ORDER BY key LIMIT 500", (last,)):
            yield from page
            last = page[-1].key

    def candidates(self, keys: Iterable[int]) -> list[Candidate]:
        """Chunks by key with what ranking needs; a removed one is left out."""
        wanted = list(keys)
        columns = "c.key, c.ordinal, c.start, c.end, a.key, a.language, a.earliest, a.latest, a.cluster"
        tables = "chunks c JOIN articles a ON a.key = c.article"
        rows = self.rows(f"SELECT {columns} FROM {tables} WHERE c.key IN ({_marks(wanted)}) ORDER BY c.key", wanted)
        return [Candidate(*row) for row in rows]

    def chunks_between(self, first: int, last: int) -> list[StoredChunk]:
        """The chunks that still exist in a range of keys."""
        columns = "key, article, ordinal, start, end, tokens, llm_tokens"
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
        query = f"SELECT vector FROM encodings WHERE chunk IN ({_marks(keys)}) ORDER BY chunk"
        return self._stacked([vector for (vector,) in self.rows(query, keys)])

    def _stacked(self, blobs: list[bytes]) -> NDArray[np.float32]:
        """Shape (n, d), and (0, 0) for none."""
        if len({len(blob) for blob in blobs}) > 1:
            raise damaged(self.path, "vectors of different lengths")
        rows = np.frombuffer(b"".join(blobs), np.float16).astype(np.float32)
        return rows.reshape(len(blobs), -1 if blobs else 0)

    def codes(self, keys: Sequence[int], width: int) -> list[NDArray[np.uint8]]:
        """Token codes, shape (tokens, width), of each chunk; none for a chunk that is gone or fails its checksum."""
        query = f"SELECT chunk, vector, codes, checksum FROM encodings WHERE chunk IN ({_marks(keys)})"
        found = {
            key: np.frombuffer(codes, np.uint8).reshape(-1, width)
            for key, vector, codes, checksum in self.rows(query, keys)
            if _checksum(vector, codes) == checksum
        }
        nothing = np.zeros((0, width), np.uint8)
        return [found.get(key, nothing) for key in keys]

    # -- writing

    def put(self, entries: Sequence[Entry]) -> None:
        """Add or replace articles, all or none."""
        with self.transaction():
            for entry in entries:
                self._remove(entry.article.id)
                self._add(entry)

    def delete(self, article_ids: Sequence[str]) -> int:
        """Delete articles, all in one transaction; returns how many there were."""
        with self.transaction():
            return sum(self._remove(article_id) for article_id in article_ids)

    def touch(self, drafts: Sequence[tuple[str, str]]) -> None:
        """Note for (draft hash, article id) pairs that this form of the file, too, gives the article as it is."""
        with self.transaction():
            self.db.executemany("UPDATE articles SET draft_hash = ? WHERE id = ?", drafts)

    def replace_encoding(self, chunk: int, encoded: EncodedPassage) -> None:
        """Give a chunk its vector and codes anew."""
        with self.transaction():
            self.db.execute("INSERT OR REPLACE INTO encodings VALUES (?,?,?,?)", _encoding_row(chunk, encoded))

    def replace_versions(self, versions: Sequence[tuple[str, str, str]]) -> None:
        """Take over another truth's record of earlier contents."""
        with self.transaction():
            self.db.execute("DELETE FROM versions")
            self.db.executemany("INSERT INTO versions VALUES (?, ?, ?)", versions)

    def _remove(self, article_id: str) -> bool:
        query = "SELECT key, content_hash, first_chunk, last_chunk, cluster FROM articles WHERE id = ?"
        found = self.db.execute(query, (article_id,)).fetchone()
        if found is None:
            return False
        key, content_hash, first, last, cluster = found
        self.db.execute("INSERT INTO versions VALUES (?, ?, datetime('now'))", (article_id, content_hash))
        self.db.execute("DELETE FROM articles WHERE key = ?", (key,))
        self.db.execute("INSERT INTO log (removed, first_chunk, last_chunk) VALUES (1, ?, ?)", (first, last))
        if cluster == key:  # the article that named the cluster is gone: the next oldest names it
            rest = "(SELECT min(key) FROM articles WHERE cluster = ?1)"
            self.db.execute(f"UPDATE articles SET cluster = {rest} WHERE cluster = ?1", (cluster,))
        return True

    def _add(self, entry: Entry) -> None:
        a = entry.article
        span = date_range(a.published_at)
        days = (span[0].toordinal(), span[1].toordinal()) if span else (None, None)
        values = (a.id, a.title, a.text, a.language, a.language_confidence, a.published_at, *days)
        values += (a.source, a.author, a.url, a.content_hash, entry.draft_hash, entry.origin)
        columns = (
            "id, title, text, language, language_confidence, published_at, earliest, latest, source, author, url, "
            "content_hash, draft_hash, origin, first_chunk, last_chunk, cluster, signature"
        )
        query = f"INSERT INTO articles ({columns}) VALUES ({_marks(values)}, 0, -1, 0, ?)"
        key = self.db.execute(query, (*values, entry.signature.tobytes())).lastrowid
        assert key is not None
        first, last = self._add_chunks(key, entry)
        query = "UPDATE articles SET first_chunk = ?, last_chunk = ?, cluster = ? WHERE key = ?"
        self.db.execute(query, (first, last, self._cluster(key, entry.signature), key))
        self.db.execute("INSERT INTO log (removed, first_chunk, last_chunk) VALUES (0, ?, ?)", (first, last))

    def _add_chunks(self, article: int, entry: Entry) -> tuple[int, int]:
        keys = []
        for chunk, encoded in zip(entry.chunks, entry.encodings, strict=True):
            row = (article, chunk.ordinal, chunk.start, chunk.end, chunk.tokens, chunk.llm_tokens)
            columns = "article, ordinal, start, end, tokens, llm_tokens"
            key = self.db.execute(f"INSERT INTO chunks ({columns}) VALUES (?,?,?,?,?,?)", row).lastrowid
            assert key is not None
            self.db.execute("INSERT INTO encodings VALUES (?,?,?,?)", _encoding_row(key, encoded))
            keys.append(key)
        return keys[0], keys[-1]

    def _cluster(self, key: int, signature: NDArray[np.uint32]) -> int:
        """Join the article to the near-duplicates already here; clusters it connects become one."""
        own = bands(signature)
        query = (
            "SELECT DISTINCT a.key, a.cluster, a.signature FROM bands b JOIN articles a ON a.key = b.article "
            f"WHERE b.band IN ({_marks(own)})"
        )
        near = {
            cluster
            for _, cluster, blob in self.db.execute(query, own)
            if similarity(signature, np.frombuffer(blob, signature.dtype)) >= THRESHOLD
        }
        self.db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, key) for band in own])
        oldest = min(near, default=key)
        for cluster in near - {oldest}:
            self.db.execute("UPDATE articles SET cluster = ? WHERE cluster = ?", (oldest, cluster))
        return oldest

    # -- checking

    def broken_encodings(self) -> list[int]:
        """The chunks whose vector or codes do not match their checksum, or are lost."""
        columns = "c.key, e.vector, e.codes, e.checksum"
        query = f"SELECT {columns} FROM chunks c LEFT JOIN encodings e ON e.chunk = c.key ORDER BY c.key"
        with said_plainly(self.path):
            rows = self.db.execute(query)
            return [key for key, *stored, checksum in rows if checksum is None or _checksum(*stored) != checksum]


def _encoding_row(chunk: int, encoded: EncodedPassage) -> tuple[int, bytes, bytes, int]:
    vector, codes = encoded.vector.astype(np.float16).tobytes(), encoded.codes.tobytes()
    return chunk, vector, codes, _checksum(vector, codes)


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _checksum(vector: bytes, codes: bytes) -> int:
    return xxhash.xxh32_intdigest(codes, xxhash.xxh32_intdigest(vector))

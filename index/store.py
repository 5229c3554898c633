"""The truth: articles, chunks, vectors, token codes and the change log in one SQLite file (WAL).

Everything else in an archive is derived from this file. One batch is one transaction: after a crash it is there whole
or not at all. Every stored vector and code row carries a checksum, as SQLite does not notice a flipped bit.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import xxhash
from numpy.typing import NDArray

from index.article import Article
from index.calendar import date_range
from index.duplicates import THRESHOLD, bands, similarity
from index.errors import ArchiveDamaged, ArchiveError, ArchiveFull
from index.schema import FORMAT, SCHEMA, ArticleOrigin, Candidate, Change, Entry, StoredArticle, StoredChunk
from index.scope import Scope

_ARTICLE = "id, title, text, language, language_confidence, published_at, source, author, url"


@contextmanager
def _said_plainly(path: Path) -> Iterator[None]:
    """SQLite's errors as ours."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" in str(error) or "disk I/O" in str(error):
            raise ArchiveFull(f"writing {path} failed ({error}): free some disk space and run it again") from error
        raise ArchiveError(f"{path}: {error}") from error
    except sqlite3.DatabaseError as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, what: str) -> ArchiveDamaged:
    """The error for a truth that cannot be trusted."""
    return ArchiveDamaged(
        f"{path} is damaged ({what}): restore it from a backup, or make a new archive by ingesting the articles again"
    )


class Store:
    """A connection to the truth. Readers and one writer may be open at once, in any number of processes."""

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        if not create and (not path.is_file() or path.stat().st_size == 0):
            raise damaged(path, "the file is missing or empty")
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        with _said_plainly(path):
            if create:
                self._create()
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version != FORMAT:
            raise ArchiveError(f"{path} has format {version}, this program reads {FORMAT}: ingest into a new archive")

    @property
    def _db(self) -> sqlite3.Connection:
        """One connection a thread: SQLite's connections are not shared between legs that run in parallel."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is None:
            db = sqlite3.connect(self.path, timeout=30, isolation_level=None, check_same_thread=False)
            self._local.db = db
            self._open.append(db)
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA mmap_size = 1073741824")
        return db

    def _create(self) -> None:
        self._db.execute("PRAGMA page_size = 8192")
        self._db.execute("PRAGMA journal_mode = WAL")
        with self._transaction():
            for statement in SCHEMA.split(";\n"):
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {FORMAT}")

    def close(self) -> None:
        """Close every thread's connection."""
        for db in self._open:
            db.close()
        self._open.clear()
        self._local = threading.local()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with _said_plainly(self.path):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside sees one state of the archive, whatever is written meanwhile."""
        with _said_plainly(self.path):
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("ROLLBACK")

    def rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple]:  # type: ignore[type-arg]
        """The rows of a query; for this package's own use."""
        with _said_plainly(self.path):
            return self._db.execute(query, parameters).fetchall()

    # -- reading

    def sequence(self) -> int:
        """The number of the last change."""
        return self.rows("SELECT coalesce(max(sequence), 0) FROM log")[0][0]  # type: ignore[no-any-return]

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

    def article_keys(self, article_ids: Sequence[str]) -> list[int]:
        """The archive's own keys of the articles among the ids that are there."""
        query = f"SELECT key FROM articles WHERE id IN ({_marks(article_ids)})"
        return [key for (key,) in self.rows(query, article_ids)]

    def chunk_ranges(self, scope: Scope) -> list[tuple[int, int]]:
        """The first and last chunk key of every article in the scope."""
        condition, parameters = scope.where()
        return self.rows(f"SELECT first_chunk, last_chunk FROM articles WHERE {condition}", parameters)

    def cluster_mates(self, clusters: Iterable[int], scope: Scope) -> dict[int, list[str]]:
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
        rows = self.rows("SELECT chunk, vector FROM encodings WHERE chunk BETWEEN ? AND ? ORDER BY chunk", (first, last))
        keys = np.array([key for key, _ in rows], np.int64)
        joined = np.frombuffer(b"".join(vector for _, vector in rows), np.float16)
        return keys, joined.reshape(len(rows), -1).astype(np.float32)

    def vectors_of(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """Vectors, shape (n, d), of chunks that exist, in the order of their keys."""
        query = f"SELECT vector FROM encodings WHERE chunk IN ({_marks(keys)}) ORDER BY chunk"
        joined = b"".join(vector for (vector,) in self.rows(query, keys))
        return np.frombuffer(joined, np.float16).reshape(len(keys), -1).astype(np.float32)

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
        with self._transaction():
            for entry in entries:
                self._remove(entry.article.id)
                self._add(entry)

    def delete(self, article_ids: Sequence[str]) -> int:
        """Delete articles, all in one transaction; returns how many there were."""
        with self._transaction():
            return sum(self._remove(article_id) for article_id in article_ids)

    def touch(self, drafts: Sequence[tuple[str, str]]) -> None:
        """Note for (draft hash, article id) pairs that this form of the file, too, gives the article as it is."""
        with self._transaction():
            self._db.executemany("UPDATE articles SET draft_hash = ? WHERE id = ?", drafts)

    def _remove(self, article_id: str) -> bool:
        query = "SELECT key, content_hash, first_chunk, last_chunk, cluster FROM articles WHERE id = ?"
        found = self._db.execute(query, (article_id,)).fetchone()
        if found is None:
            return False
        key, content_hash, first, last, cluster = found
        self._db.execute("INSERT INTO versions VALUES (?, ?, datetime('now'))", (article_id, content_hash))
        self._db.execute("DELETE FROM articles WHERE key = ?", (key,))
        self._db.execute("INSERT INTO log (removed, first_chunk, last_chunk) VALUES (1, ?, ?)", (first, last))
        if cluster == key:  # the article that named the cluster is gone: the next oldest names it
            rest = "(SELECT min(key) FROM articles WHERE cluster = ?1)"
            self._db.execute(f"UPDATE articles SET cluster = {rest} WHERE cluster = ?1", (cluster,))
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
        key = self._db.execute(query, (*values, entry.signature.tobytes())).lastrowid
        assert key is not None
        first, last = self._add_chunks(key, entry)
        query = "UPDATE articles SET first_chunk = ?, last_chunk = ?, cluster = ? WHERE key = ?"
        self._db.execute(query, (first, last, self._cluster(key, entry.signature), key))
        self._db.execute("INSERT INTO log (removed, first_chunk, last_chunk) VALUES (0, ?, ?)", (first, last))

    def _add_chunks(self, article: int, entry: Entry) -> tuple[int, int]:
        keys = []
        for chunk, encoded in zip(entry.chunks, entry.encodings, strict=True):
            row = (article, chunk.ordinal, chunk.start, chunk.end, chunk.tokens, chunk.llm_tokens)
            columns = "article, ordinal, start, end, tokens, llm_tokens"
            key = self._db.execute(f"INSERT INTO chunks ({columns}) VALUES (?,?,?,?,?,?)", row).lastrowid
            vector, codes = encoded.vector.astype(np.float16).tobytes(), encoded.codes.tobytes()
            row = (key, vector, codes, _checksum(vector, codes))
            self._db.execute("INSERT INTO encodings VALUES (?,?,?,?)", row)
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
            for _, cluster, blob in self._db.execute(query, own)
            if similarity(signature, np.frombuffer(blob, signature.dtype)) >= THRESHOLD
        }
        self._db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, key) for band in own])
        oldest = min(near, default=key)
        for cluster in near - {oldest}:
            self._db.execute("UPDATE articles SET cluster = ? WHERE cluster = ?", (oldest, cluster))
        return oldest

    # -- checking

    def check(self) -> list[str]:
        """Everything that is wrong with the truth: SQLite's own check, each text's hash, each encoding's checksum."""
        problems = [row[0] for row in self.rows("PRAGMA integrity_check(20)") if row[0] != "ok"]
        for stored in self.each_article():
            if stored.article.content_hash != stored.content_hash:
                problems.append(f"article {stored.article.id}: the text does not match its hash")
        problems += [f"chunk {key}: the vector or codes do not match their checksum" for key in self.broken_encodings()]
        missing = "SELECT count(*) FROM chunks WHERE key NOT IN (SELECT chunk FROM encodings)"
        if count := self.rows(missing)[0][0]:
            problems.append(f"{count} chunks have no vector")
        return problems

    def broken_encodings(self) -> list[int]:
        """The chunks whose vector or codes do not match their checksum."""
        with _said_plainly(self.path):
            rows = self._db.execute("SELECT chunk, vector, codes, checksum FROM encodings ORDER BY chunk")
            return [key for key, vector, codes, checksum in rows if _checksum(vector, codes) != checksum]


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))


def _checksum(vector: bytes, codes: bytes) -> int:
    return xxhash.xxh32_intdigest(codes, xxhash.xxh32_intdigest(vector))

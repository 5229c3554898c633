"""The truth: articles, chunks, vectors, token codes and the change log in one SQLite file (WAL).

Everything else in an archive is derived from this file. One batch is one transaction: after a crash it is there whole
or not at all. Every stored vector and code row carries a checksum, as SQLite does not notice a flipped bit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from index import clusters
from index.encoder import EncodedPassage
from index.lookup import Lookup, checksum_of, marks
from index.published import ordinals
from index.schema import Entry


class Store(Lookup):
    """The truth, for the one writer, too. An article that is replaced is retired first, and swept away later."""

    def put(self, entries: Sequence[Entry]) -> None:
        """Add or replace articles, all or none."""
        with self.transaction():
            for entry in entries:
                self._retire(entry.article.id)
                self._add(entry)

    def delete(self, article_ids: Sequence[str]) -> int:
        """Delete articles, all in one transaction, from every reader's sight; returns how many there were."""
        with self.transaction():
            deleted = sum(self._retire(article_id) for article_id in article_ids)
            self.db.executemany("DELETE FROM articles WHERE id = ?", [(article_id,) for article_id in article_ids])
        return deleted

    def touch(self, drafts: Sequence[tuple[str, str]]) -> None:
        """Note for (draft hash, article id) pairs that this form of the file, too, gives the article as it is."""
        with self.transaction():
            self.db.executemany("UPDATE articles SET draft_hash = ? WHERE id = ? AND retired = 0", drafts)

    def replace_encoding(self, chunk: int, encoded: EncodedPassage) -> None:
        """Give a chunk its vector and codes anew."""
        with self.transaction():
            self.db.execute("INSERT OR REPLACE INTO encodings VALUES (?,?,?,?)", _encoding_row(chunk, encoded))

    def replace_versions(self, versions: Sequence[tuple[str, str, str]]) -> None:
        """Take over another truth's record of earlier contents."""
        with self.transaction():
            self.db.execute("DELETE FROM versions")
            self.db.executemany("INSERT INTO versions VALUES (?, ?, ?)", versions)

    def sweep(self, sequence: int) -> None:
        """Delete what was retired up to this change: call when indexes that hold it are published."""
        if self.rows("SELECT 1 FROM articles WHERE retired BETWEEN 1 AND ? LIMIT 1", (sequence,)):
            with self.transaction():
                self.db.execute("DELETE FROM articles WHERE retired BETWEEN 1 AND ?", (sequence,))

    def _retire(self, article_id: str) -> bool:
        query = "SELECT key, content_hash, first_chunk, last_chunk, cluster FROM articles WHERE id = ? AND retired = 0"
        found = self.db.execute(query, (article_id,)).fetchone()
        if found is None:
            return False
        key, content_hash, first, last, cluster = found
        self.db.execute("INSERT INTO versions VALUES (?, ?, datetime('now'))", (article_id, content_hash))
        query = "INSERT INTO log (removed, first_chunk, last_chunk) VALUES (1, ?, ?)"
        sequence = self.db.execute(query, (first, last)).lastrowid
        self.db.execute("UPDATE articles SET retired = ? WHERE key = ?", (sequence, key))
        clusters.leave(self.db, key, cluster)
        return True

    def _add(self, entry: Entry) -> None:
        a = entry.article
        values = (a.id, a.title, a.text, a.language, a.language_confidence, a.published_at, *ordinals(a.published_at))
        values += (a.source, a.author, a.url, a.content_hash, entry.draft_hash, entry.origin)
        columns = (
            "id, title, text, language, language_confidence, published_at, earliest, latest, source, author, url, "
            "content_hash, draft_hash, origin, first_chunk, last_chunk, cluster, signature"
        )
        query = f"INSERT INTO articles ({columns}) VALUES ({marks(values)}, 0, -1, 0, ?)"
        key = self.db.execute(query, (*values, entry.signature.tobytes())).lastrowid
        assert key is not None
        first, last = self._add_chunks(key, entry)
        query = "UPDATE articles SET first_chunk = ?, last_chunk = ?, cluster = ? WHERE key = ?"
        self.db.execute(query, (first, last, clusters.join(self.db, key, entry.signature), key))
        self.db.execute("INSERT INTO log (removed, first_chunk, last_chunk) VALUES (0, ?, ?)", (first, last))

    def _add_chunks(self, article: int, entry: Entry) -> tuple[int, int]:
        keys = []
        for chunk, encoded in zip(entry.chunks, entry.encodings, strict=True):
            row = (article, chunk.ordinal, chunk.start, chunk.end, chunk.tokens, chunk.llm_tokens, chunk.language)
            columns = "article, ordinal, start, end, tokens, llm_tokens, language"
            key = self.db.execute(f"INSERT INTO chunks ({columns}) VALUES ({marks(row)})", row).lastrowid
            assert key is not None
            self.db.execute("INSERT INTO encodings VALUES (?,?,?,?)", _encoding_row(key, encoded))
            keys.append(key)
        return keys[0], keys[-1]


def _encoding_row(chunk: int, encoded: EncodedPassage) -> tuple[int, bytes, bytes, int]:
    vector, codes = encoded.vector.astype(np.float16).tobytes(), encoded.codes.tobytes()
    return chunk, vector, codes, checksum_of(vector, codes)

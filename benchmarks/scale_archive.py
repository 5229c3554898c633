"""An archive of any number of chunks, resampled from a real one.

Chunk i is a copy of the source's chunk i mod n. The first copy of each is as it is; the vector of a later one is moved
by 0.4 of its length towards the difference of two other vectors, drawn at random: so copies are as far from each other
as near neighbours in a real archive are, in the directions in which texts differ. A fourth of the source, resampled to
its size, has neighbours a little farther than the source itself (cosine at rank 1, 10, 50 and 200: about .93, .79, .74
and .71 instead of .89, .80, .76 and .73), and so have its headlines: it is the harder one to search. The terms of a
chunk are half of one text's and half of another's in its language: as many, as common, but no text is there twice. Its
day is drawn from 1,000 days, so that filters by date leave any share that is asked for.

Token codes, 7 kB a chunk, and the texts of articles are those of the source, stored once: `encodings` and `articles`
are views that join them. So the truth of ten million chunks takes 10 GB instead of 90, and less of it has to be read
from the disk than in a real archive of that size. What is written goes past the store, in bulk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks.scale_base import Base
from index.archive import Archive
from index.documents import TermDocument
from index.encoders.encoder import Encoder
from index.truth.lookup import checksum_of

MOVED = 0.4
DAYS, FIRST_DAY = 1_000, date(2023, 1, 1).toordinal()
TOGETHER = 8_192  # chunks
VIEWS = """
ALTER TABLE articles RENAME TO own_articles;
ALTER TABLE own_articles ADD COLUMN base INTEGER;
CREATE TABLE base_texts (key INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE VIEW articles AS SELECT o.key, o.id, o.title, b.text, o.language, o.language_confidence, o.published_at,
    o.earliest, o.latest, o.source, o.author, o.url, o.content_hash, o.draft_hash, o.origin, o.first_chunk,
    o.last_chunk, o.cluster, o.signature, o.retired FROM own_articles o JOIN base_texts b ON b.key = o.base;
DROP TABLE encodings;
CREATE TABLE base_codes (key INTEGER PRIMARY KEY, codes BLOB NOT NULL);
CREATE TABLE own_vectors (chunk INTEGER PRIMARY KEY, vector BLOB NOT NULL, base INTEGER NOT NULL, checksum INTEGER);
CREATE VIEW encodings AS SELECT v.chunk, v.vector, c.codes, v.checksum FROM own_vectors v JOIN base_codes c
    ON c.key = v.base;
"""


class Resampled:
    """The chunks of an archive that is made of a base."""

    def __init__(self, base: Base, chunks: int) -> None:
        self.base, self.chunks = base, chunks
        owners = np.array([one.article for one in base.documents])
        self._starts = [0, *(np.flatnonzero(np.diff(owners)) + 1).tolist(), len(owners)]
        self._contexts: dict[str, list[Sequence[str]]] = {}
        for one in base.documents:
            if one.context:
                self._contexts.setdefault(one.language, []).append(one.context)

    def vectors(self, first: int, end: int) -> NDArray[np.float16]:
        """Those of the chunks from `first` up to `end`, counted from 0."""
        size = len(self.base.documents)
        rows = np.arange(first, end)
        random = np.random.default_rng(first)
        out = self.base.vectors[rows % size].astype(np.float32)
        apart = np.subtract(*(self.base.vectors[random.integers(0, size, len(rows))].astype(np.float32) for _ in "12"))
        apart *= MOVED / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-6)
        out[rows >= size] += apart[rows >= size]
        out /= np.linalg.norm(out, axis=1, keepdims=True)
        return out.astype(np.float16)

    def documents(self, after: int, last: int) -> Iterator[TermDocument]:
        """What the indexes hold of the chunks after a key and up to another; keys count from 1."""
        for first, end, start in self.articles(after):
            if first >= last:
                return
            yield from (self._document(at, start, first) for at in range(max(first, after), min(end, last)))

    def articles(self, after: int = 0) -> Iterator[tuple[int, int, int]]:
        """Of each article that ends behind a chunk the first chunk and the end, from 0, and where the base has it."""
        size = len(self.base.documents)
        for copy in range(after // size * size, self.chunks, size):
            for start, end in pairwise(self._starts):
                if copy + start < self.chunks and copy + end > after:
                    yield copy + start, min(copy + end, self.chunks), start

    def _document(self, at: int, start: int, first: int) -> TermDocument:
        own, day = self.base.documents[start + at - first], day_of(first)
        texts = self.base.texts.get(own.language) or [([], [])]
        one, other = (texts[hash((at, part)) % len(texts)] for part in range(2))
        terms, names = (_halves(*pair) for pair in zip(one, other, strict=True))
        context = own.context or self._context(own.language, first)
        row = replace(own, key=at + 1, article=first + 1, earliest=day, latest=day)
        return replace(row, terms=terms, names=names, context=context)

    def _context(self, language: str, first: int) -> Sequence[str]:
        """That of another article in the same language, where the own one was not analysed."""
        known = self._contexts.get(language) or [()]
        return known[hash((first, 2)) % len(known)]


def day_of(first: int) -> int:
    """The day of the article whose first chunk this is, any of a thousand."""
    return FIRST_DAY + first * 2_654_435_761 % 4_294_967_296 % DAYS


def make_truth(source: Path, folder: Path, resampled: Resampled, encoder: Encoder, index: str) -> None:
    """The archive with all its articles and none of its indexes."""
    Archive.create(folder, encoder, index=index).close()
    db = sqlite3.connect(folder / "archive.sqlite", isolation_level=None)
    db.executescript("PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;")
    db.executescript(VIEWS)
    db.execute("ATTACH ? AS source", (f"{source / 'archive.sqlite'}",))
    db.execute("BEGIN")
    size = min(len(resampled.base.documents), resampled.chunks)
    keys = resampled.base.keys[:size].tolist()
    db.execute("CREATE TEMP TABLE wanted (chunk INTEGER PRIMARY KEY, at INTEGER)")
    db.executemany("INSERT INTO wanted VALUES (?, ?)", zip(keys, range(size), strict=True))
    db.execute("INSERT INTO base_codes SELECT at, codes FROM wanted JOIN source.encodings USING (chunk)")
    db.execute("INSERT INTO base_texts SELECT key, text FROM source.articles")
    _write_articles(db, resampled)
    _write_vectors(db, resampled)
    db.execute("INSERT INTO log (removed, first_chunk, last_chunk) VALUES (0, 1, ?)", (resampled.chunks,))
    db.execute("COMMIT")
    db.execute("DETACH source")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def _write_articles(db: sqlite3.Connection, resampled: Resampled) -> None:
    columns = [row[1] for row in db.execute("PRAGMA main.table_info(own_articles)")]
    found = {row[0]: list(row) for row in db.execute("SELECT * FROM source.articles")}
    named = {row[1]: at for at, row in enumerate(db.execute("PRAGMA source.table_info(articles)"))}
    chunks = {row[0]: row[2:] for row in db.execute("SELECT * FROM source.chunks")}
    insert = f"INSERT INTO own_articles VALUES ({','.join('?' * len(columns))})"
    for first, end, start in tqdm(resampled.articles(), desc="articles", mininterval=5):
        base = resampled.base.documents[start].article
        row = {name: found[base][named[name]] for name in columns if name in named}
        row |= {"key": first + 1, "id": f"{row['id']}~{first}", "text": "", "signature": b"", "base": base}
        row |= {"earliest": day_of(first), "latest": day_of(first), "cluster": first + 1, "draft_hash": str(first)}
        row |= {"first_chunk": first + 1, "last_chunk": end, "retired": 0}
        db.execute(insert, [row[name] for name in columns])
        bases = enumerate(resampled.base.documents[start : start + end - first], first + 1)
        rows = [(key, first + 1, *chunks[one.key]) for key, one in bases]
        db.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def _write_vectors(db: sqlite3.Connection, resampled: Resampled) -> None:
    size = len(resampled.base.documents)
    codes = dict(db.execute("SELECT key, codes FROM base_codes"))
    for first in tqdm(range(0, resampled.chunks, TOGETHER), desc="vectors", mininterval=5):
        end = min(first + TOGETHER, resampled.chunks)
        blobs = [row.tobytes() for row in resampled.vectors(first, end)]
        rows = ((at + 1, blob, at % size, checksum_of(blob, codes[at % size])) for at, blob in enumerate(blobs, first))
        db.executemany("INSERT INTO own_vectors VALUES (?, ?, ?, ?)", rows)


def _halves(one: Sequence[str], two: Sequence[str]) -> list[str]:
    return [*one[: len(one) // 2], *two[len(two) // 2 :]]

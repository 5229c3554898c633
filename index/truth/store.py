"""The truth: articles, chunks, vectors, token codes and the change log, in one SQLite file or on a PostgreSQL server.

Everything else in an archive is derived from these tables. One batch is one transaction: after a crash it is there
whole or not at all. Every stored vector and code row carries a checksum, as no engine notices every flipped bit.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from index.encoders.encoder import EncodedPassage
from index.text.published import ordinals
from index.truth import clusters
from index.truth.keysets import among
from index.truth.lookup import Lookup, checksum_of
from index.truth.schema import Entry
from index.truth.tables import articles, chunks, encodings, log, versions

_a = articles.c
_CURRENT_OF = select(_a.key, _a.id, _a.content_hash, _a.first_chunk, _a.last_chunk, _a.cluster).where(
    _a.id.in_(bindparam("ids", expanding=True)), _a.retired == 0
)
_CHANGED = insert(log).returning(log.c.sequence, sort_by_parameter_order=True)
_ADDED = insert(articles).returning(_a.key, sort_by_parameter_order=True)
_RETIRE = update(articles).where(_a.key == bindparam("article")).values(retired=bindparam("sequence"))
_OWN_CLUSTERS = update(articles).where(among(_a.key, "keys")).values(cluster=_a.key)
_TO_CLUSTER = update(articles).where(_a.key == bindparam("article")).values(cluster=bindparam("joined"))
_LAST_ADDED = select(log.c.last_chunk).where(log.c.removed == 0).order_by(log.c.sequence.desc()).limit(1)


class Store(Lookup):
    """The truth, for the one writer, too. An article that is replaced is retired first, and swept away later."""

    def put(self, entries: Sequence[Entry]) -> None:
        """Add or replace articles, all or none."""
        with self.transaction() as db:
            for group in _of_different_ids(entries):
                _retire(db, [entry.article.id for entry in group])
                _add(db, group)

    def delete(self, article_ids: Sequence[str]) -> int:
        """Delete articles, all in one transaction, from every reader's sight; returns how many there were."""
        with self.transaction() as db:
            deleted = _retire(db, article_ids)
            db.execute(delete(articles).where(_a.id.in_(article_ids)))
        return deleted

    def touch(self, drafts: Sequence[tuple[str, str]]) -> None:
        """Note for (draft hash, article id) pairs that this form of the file, too, gives the article as it is."""
        noted = update(articles).where(_a.id == bindparam("article"), _a.retired == 0)
        with self.transaction() as db:
            values = [{"hash": draft_hash, "article": article_id} for draft_hash, article_id in drafts]
            db.execute(noted.values(draft_hash=bindparam("hash")), values)

    def replace_encoding(self, chunk: int, encoded: EncodedPassage) -> None:
        """Give a chunk its vector and codes anew."""
        with self.transaction() as db:
            db.execute(delete(encodings).where(encodings.c.chunk == chunk))
            db.execute(insert(encodings), _encoding_row(chunk, encoded))

    def replace_versions(self, earlier: Sequence[tuple[str, str, str]]) -> None:
        """Take over another truth's record of earlier contents."""
        with self.transaction() as db:
            db.execute(delete(versions))
            if earlier:
                db.execute(insert(versions), [_version_row(*one) for one in earlier])

    def sweep(self, sequence: int) -> None:
        """Delete what was retired up to this change: call when indexes that hold it are published."""
        swept = _a.retired.between(1, sequence)
        if self.where.may_write and self.rows(select(_a.key).where(swept).limit(1)):
            with self.transaction() as db:
                db.execute(delete(articles).where(swept))


def _of_different_ids(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """The entries in their order, in groups within which no id comes twice."""
    group: dict[str, Entry] = {}
    for entry in entries:
        if entry.article.id in group:
            yield list(group.values())
            group = {}
        group[entry.article.id] = entry
    if group:
        yield list(group.values())


def _retire(db: Connection, article_ids: Sequence[str]) -> int:
    """Take the current articles with some ids from the current ones; returns how many there were."""
    found = db.execute(_CURRENT_OF, {"ids": list(article_ids)}).all()
    if not found:
        return 0
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
    db.execute(insert(versions), [_version_row(one.id, one.content_hash, now) for one in found])
    removed = [_log_row(1, one.first_chunk, one.last_chunk) for one in found]
    sequences = db.execute(_CHANGED, removed).scalars().all()
    retired = [{"article": one.key, "sequence": at} for one, at in zip(found, sequences, strict=True)]
    db.execute(_RETIRE, retired)
    for one in found:
        clusters.leave(db, one.key, one.cluster)
    return len(found)


def _add(db: Connection, entries: Sequence[Entry]) -> None:
    """Add articles whose ids no current one has."""
    last = db.execute(_LAST_ADDED).scalar() or 0
    ranges = []
    for entry in entries:
        if not entry.chunks:
            raise ValueError(f"the article {entry.article.id!r} has no chunks")
        ranges.append((last + 1, last + len(entry.chunks)))
        last += len(entry.chunks)
    rows = [_article_row(entry, *keys) for entry, keys in zip(entries, ranges, strict=True)]
    keys = db.execute(_ADDED, rows).scalars().all()
    _add_chunks(db, entries, keys, [first for first, _ in ranges])
    db.execute(insert(log), [_log_row(0, first, last) for first, last in ranges])
    db.execute(_OWN_CLUSTERS, {"keys": keys})
    for entry, key in zip(entries, keys, strict=True):
        joined = clusters.join(db, key, entry.signature)
        if joined != key:
            db.execute(_TO_CLUSTER, {"article": key, "joined": joined})


def _add_chunks(db: Connection, entries: Sequence[Entry], keys: Sequence[int], firsts: Sequence[int]) -> None:
    rows, encoded = [], []
    for entry, article, first in zip(entries, keys, firsts, strict=True):
        for key, (chunk, encoding) in enumerate(zip(entry.chunks, entry.encodings, strict=True), first):
            place = {"start": chunk.start, "end": chunk.end, "tokens": chunk.tokens, "llm_tokens": chunk.llm_tokens}
            rows.append({"key": key, "article": article, "ordinal": chunk.ordinal, "language": chunk.language} | place)
            encoded.append(_encoding_row(key, encoding))
    db.execute(insert(chunks), rows)
    db.execute(insert(encodings), encoded)


def _article_row(entry: Entry, first_chunk: int, last_chunk: int) -> dict[str, object]:
    a = entry.article
    earliest, latest = ordinals(a.published_at)
    return {
        "id": a.id,
        "title": a.title,
        "text": a.text,
        "language": a.language,
        "language_confidence": a.language_confidence,
        "published_at": a.published_at,
        "earliest": earliest,
        "latest": latest,
        "source": a.source,
        "author": a.author,
        "url": a.url,
        "content_hash": a.content_hash,
        "draft_hash": entry.draft_hash,
        "origin": entry.origin,
        "first_chunk": first_chunk,
        "last_chunk": last_chunk,
        "cluster": 0,
        "signature": entry.signature.tobytes(),
    }


def _encoding_row(chunk: int, encoded: EncodedPassage) -> dict[str, object]:
    vector, codes = encoded.vector.astype(np.float16).tobytes(), encoded.codes.tobytes()
    return {"chunk": chunk, "vector": vector, "codes": codes, "checksum": checksum_of(vector, codes)}


def _version_row(article_id: str, content_hash: str, ended_at: str) -> dict[str, str]:
    return {"article_id": article_id, "content_hash": content_hash, "ended_at": ended_at}


def _log_row(removed: int, first_chunk: int, last_chunk: int) -> dict[str, int]:
    return {"removed": removed, "first_chunk": first_chunk, "last_chunk": last_chunk, "stamp": secrets.randbits(63)}

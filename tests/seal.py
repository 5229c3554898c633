"""One number for all that an archive holds, to compare archives by."""

from __future__ import annotations

import xxhash

from index.truth.store import Store


def seal(store: Store) -> str:
    """Equal for two archives with the same articles, chunks and vectors."""
    digest = xxhash.xxh3_128()
    for stored in store.each_article():
        digest.update(f"{stored.article.id} {stored.content_hash}".encode())
        for chunk in store.chunks_between(stored.first_chunk, stored.last_chunk):
            digest.update(f"{chunk.ordinal} {chunk.start} {chunk.end}".encode())
        digest.update(store.vectors(stored.first_chunk, stored.last_chunk)[1].tobytes())
    return digest.hexdigest()

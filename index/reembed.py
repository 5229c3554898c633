"""Another encoder for an archive: the new generation is built beside the old one and takes its place at the end.

Until then searches use the old generation. A run that was stopped goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace

from index.archive import Archive
from index.encoders.encoder import Encoder
from index.errors import ArchiveDamaged
from index.ingesting.batches import batches
from index.ingesting.entries import Cut, cut, encoded
from index.places.generations import discard, indexes_of
from index.places.location import Location
from index.places.manifest import Manifest, located
from index.truth.schema import StoredArticle
from index.truth.store import Store

PLAN = "reembed"  # under which the manifest of a generation in the making is kept


def reembed(
    archive: Archive, encoder: Encoder, model: str, progress: Callable[[int], None] = lambda done: None
) -> None:
    """Give every article new chunks and vectors; call inside `archive.writing()`.

    `progress` gets how many articles were finished since it was last called: first those of a run that was stopped.
    """
    old = archive.manifest
    chunk_tokens = min(old.chunk_tokens, encoder.window)
    new = replace(
        old, model=located(model), encoder=encoder.fingerprint, chunk_tokens=chunk_tokens, generation=old.generation + 1
    )
    store = _begun(archive.location, new)
    if done := sum(_is_done(store, stored) for stored in archive.store.each_article()):
        progress(done)
    for batch in batches(_cuts(archive, store, encoder, chunk_tokens), lambda one: one.tokens):
        store.put(encoded(encoder, batch))
        progress(len(batch))
    for stored in store.each_article():
        if archive.store.article_origin(stored.article.id) is None:  # deleted since an earlier, stopped run
            store.delete([stored.article.id])
    store.replace_versions(archive.store.versions())
    with closing(indexes_of(archive.location, new, store)) as indexes:
        indexes.catch_up()
    store.close()
    archive.location.publish(new)
    archive.location.drop(PLAN)
    discard(archive.location, old)


def _begun(location: Location, manifest: Manifest) -> Store:
    """The truth of the new generation: that of a stopped run if it was for the same encoder, else an empty one."""
    if location.read(PLAN) == manifest.text:
        with suppress(ArchiveDamaged):
            store = Store(location.truth(manifest))
            store.upgrade()
            return store
    discard(location, manifest)
    store = Store(location.truth(manifest), create=True)
    location.keep(PLAN, manifest.text)
    return store


def _cuts(archive: Archive, store: Store, encoder: Encoder, size: int) -> Iterator[Cut]:
    """What the new generation still lacks."""
    for stored in archive.store.each_article():
        if not _is_done(store, stored):
            yield cut(stored.article, encoder, size, *archive.store.made_from(stored.key))


def _is_done(store: Store, stored: StoredArticle) -> bool:
    known = store.article_origin(stored.article.id)
    return known is not None and known.content_hash == stored.content_hash

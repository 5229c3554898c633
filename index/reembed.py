"""Another encoder for an archive: the new generation is built beside the old one and takes its place at the end.

Until then searches use the old generation. A run that was stopped goes on where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

from index.archive import Archive
from index.batches import batches
from index.derived import Derived
from index.encoder import Encoder
from index.errors import ArchiveDamaged
from index.files import write_atomically
from index.ingest import Cut, cut, encoded
from index.manifest import Manifest, discard_generation, located, write_manifest
from index.schema import StoredArticle
from index.store import Store


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
    store = _begun(archive.path, new)
    if done := sum(_is_done(store, stored) for stored in archive.store.each_article()):
        progress(done)
    for batch in batches(_cuts(archive, store, encoder, chunk_tokens), lambda one: one.tokens):
        store.put(encoded(encoder, batch))
        progress(len(batch))
    for stored in store.each_article():
        if archive.store.article_origin(stored.article.id) is None:  # deleted since an earlier, stopped run
            store.delete([stored.article.id])
    store.replace_versions(archive.store.versions())
    Derived(archive.path / new.derived, store, encoder.dimension).catch_up()
    store.close()
    write_manifest(archive.path, new)
    _plan(archive.path).unlink(missing_ok=True)
    discard_generation(archive.path, old)


def _plan(folder: Path) -> Path:
    return folder / "reembed.json"


def _begun(folder: Path, manifest: Manifest) -> Store:
    """The truth of the new generation: that of a stopped run if it was for the same encoder, else an empty one."""
    wanted = asdict(manifest)
    try:
        if json.loads(_plan(folder).read_text(encoding="utf-8")) == wanted:
            return Store(folder / manifest.truth)
    except (OSError, ValueError, ArchiveDamaged):
        pass
    discard_generation(folder, manifest)
    store = Store(folder / manifest.truth, create=True)
    write_atomically(_plan(folder), json.dumps(wanted))
    return store


def _cuts(archive: Archive, store: Store, encoder: Encoder, size: int) -> Iterator[Cut]:
    """What the new generation still lacks."""
    for stored in archive.store.each_article():
        if not _is_done(store, stored):
            yield cut(stored.article, encoder, size, *archive.store.made_from(stored.key))


def _is_done(store: Store, stored: StoredArticle) -> bool:
    known = store.article_origin(stored.article.id)
    return known is not None and known.content_hash == stored.content_hash

"""The derived indexes of a generation, whichever engines hold them: found by its manifest, taken away with it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from index.embedded.derived import Derived
from index.embedded.followers import Followers
from index.errors import ArchiveDamaged, BadInput
from index.places.location import Location
from index.places.manifest import COMPACT, Manifest
from index.truth.store import Store
from index.view import Indexes, View

if TYPE_CHECKING:
    from index.milvus import MilvusIndexes


def indexes_of(location: Location, manifest: Manifest, store: Store) -> Indexes:
    """The derived indexes that a manifest names: on a server, or in files of this machine."""
    if manifest.index_is_remote:
        return _on_milvus(manifest, store)
    folder = location.folder(manifest) / manifest.derived
    derived = Derived(folder, store, int(manifest.encoder["dimension"]), compact=manifest.index == COMPACT)
    return derived if location.is_local else Followers(derived, location.name)


def discard(location: Location, manifest: Manifest) -> None:
    """Delete a generation, as far as it is there."""
    _drop_collection(location, manifest)
    location.discard(manifest)


def remove(location: Location, manifest: Manifest) -> None:
    """Delete a whole archive; to be called under the lock."""
    _drop_collection(location, manifest)
    location.remove(manifest)


def _drop_collection(location: Location, manifest: Manifest) -> None:
    """Where the indexes are on Milvus, nobody but the truth knows which collection is theirs: so before it goes.

    There is none where the truth is lost, or where the address never named a server.
    """
    if manifest.index_is_remote:
        with (
            suppress(ArchiveDamaged, BadInput),
            closing(Store(location.truth(manifest))) as store,
            closing(_on_milvus(manifest, store)) as indexes,
        ):
            indexes.drop()


def _on_milvus(manifest: Manifest, store: Store) -> MilvusIndexes:
    from index.milvus import on_milvus

    return on_milvus(manifest, store)


def when_unused(views: Sequence[View], *ends: Callable[[], None]) -> None:
    """Call something with the end of the last search that goes on in some views."""
    using = {id(view) for view in views}

    def unused(view: int) -> None:
        using.discard(view)
        if not using:
            for end in ends:
                end()

    for view in views:
        weakref.finalize(view, unused, id(view))
    if not views:
        unused(0)

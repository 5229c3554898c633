"""The indexes on Milvus: both legs on a server, or a cluster, that any number of hosts share."""

from __future__ import annotations

import os

from index.milvus.indexes import MilvusIndexes
from index.places.manifest import Manifest
from index.truth.store import Store

__all__ = ["MilvusIndexes", "on_milvus"]


def on_milvus(manifest: Manifest, store: Store) -> MilvusIndexes:
    """The indexes that a manifest names; ZITAT_INDEX says where they are instead, for this process."""
    uri, dimension = os.environ.get("ZITAT_INDEX") or manifest.index, int(manifest.encoder["dimension"])
    return MilvusIndexes(uri, store, dimension, f"{manifest.id}_{manifest.generation}")

"""Which articles carry nearly the same text: clusters in the truth, kept as articles come and go.

Only the oldest article of a cluster has bands to be looked up by, so that a thousandth copy is compared with one
article, not with the 999 before it.
"""

from __future__ import annotations

import sqlite3

import numpy as np
from numpy.typing import NDArray

from index.duplicates import THRESHOLD, bands, similarity

Signature = NDArray[np.uint32]


def join(db: sqlite3.Connection, key: int, signature: Signature) -> int:
    """The cluster of a new article: its own, or that of near-duplicates already here; those it connects become one."""
    own = bands(signature)
    query = (
        "SELECT DISTINCT a.key, a.cluster, a.signature FROM bands b JOIN articles a ON a.key = b.article "
        f"WHERE b.band IN ({','.join('?' * len(own))}) ORDER BY a.key"
    )
    near = [
        (oldest, cluster)
        for oldest, cluster, blob in db.execute(query, own)
        if similarity(signature, np.frombuffer(blob, signature.dtype)) >= THRESHOLD
    ]
    if not near:
        _found_by(db, key, own)
        return key
    (_, kept), *others = near
    for oldest, cluster in others:
        db.execute("DELETE FROM bands WHERE article = ?", (oldest,))
        db.execute("UPDATE articles SET cluster = ? WHERE cluster = ?", (kept, cluster))
    return int(kept)


def leave(db: sqlite3.Connection, key: int, cluster: int) -> None:
    """Take a retired article out; if the cluster was found by it, it is found by the next oldest from now on."""
    if not db.execute("DELETE FROM bands WHERE article = ?", (key,)).rowcount:
        return
    query = "SELECT key, signature FROM articles WHERE cluster = ? AND retired = 0 ORDER BY key LIMIT 1"
    for oldest, blob in db.execute(query, (cluster,)).fetchall():
        _found_by(db, oldest, bands(np.frombuffer(blob, np.uint32)))


def _found_by(db: sqlite3.Connection, article: int, own: list[bytes]) -> None:
    db.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", [(band, article) for band in own])

"""Which articles carry nearly the same text: clusters in the truth, kept as articles come and go.

Only the oldest article of a cluster has bands to be looked up by, so that a thousandth copy is compared with one
article, not with the 999 before it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, delete, insert, select, update

from index.text.duplicates import THRESHOLD, bands, similarity
from index.truth import tables

Signature = NDArray[np.uint32]

_a, _b = tables.articles.c, tables.bands.c
_NEAR = (
    select(_a.key, _a.cluster, _a.signature)
    .where(_a.key.in_(select(_b.article).where(_b.band.in_(bindparam("bands", expanding=True)))))
    .order_by(_a.key)
)
_NEXT = (
    select(_a.key, _a.signature).where(_a.cluster == bindparam("cluster"), _a.retired == 0).order_by(_a.key).limit(1)
)
_FORGET = delete(tables.bands).where(_b.article == bindparam("article"))
_MERGE = update(tables.articles).where(_a.cluster == bindparam("other")).values(cluster=bindparam("kept"))
_FIND_BY = insert(tables.bands)


def join(db: Connection, key: int, signature: Signature) -> int:
    """The cluster of a new article: its own, or that of near-duplicates already here; those it connects become one."""
    own = bands(signature)
    near = [
        (oldest, cluster)
        for oldest, cluster, blob in db.execute(_NEAR, {"bands": own})
        if similarity(signature, np.frombuffer(blob, signature.dtype)) >= THRESHOLD
    ]
    if not near:
        _found_by(db, key, own)
        return key
    (_, kept), *others = near
    for oldest, cluster in others:
        db.execute(_FORGET, {"article": oldest})
        db.execute(_MERGE, {"other": cluster, "kept": kept})
    return int(kept)


def leave(db: Connection, key: int, cluster: int) -> None:
    """Take a retired article out; if the cluster was found by it, it is found by the next oldest from now on."""
    if not db.execute(_FORGET, {"article": key}).rowcount:
        return
    for oldest, blob in db.execute(_NEXT, {"cluster": cluster}).all():
        _found_by(db, oldest, bands(np.frombuffer(blob, np.uint32)))


def _found_by(db: Connection, article: int, own: list[bytes]) -> None:
    db.execute(_FORGET, {"article": article})
    db.execute(_FIND_BY, [{"band": band, "article": article} for band in dict.fromkeys(own)])

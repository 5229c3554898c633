"""What a large archive is resampled from: the chunks of a real one, their vectors, and the terms of their texts."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from index.archive import Archive
from index.documents import TermDocument, documents_of, plain_documents_of

ANALYSED = 3  # one article in so many has its texts analysed: it takes milliseconds each


@dataclass(frozen=True)
class Base:
    """Chunks in the order of their keys; `vectors` in half precision, shape (n, d).

    The texts of some are analysed: `texts` are their terms and names, by language.
    """

    documents: list[TermDocument]
    vectors: NDArray[np.float16]
    texts: dict[str, list[tuple[list[str], list[str]]]]

    @property
    def keys(self) -> NDArray[np.int64]:
        """The chunks' keys in the source."""
        return np.array([one.key for one in self.documents], np.int64)


def base_of(source: Path, folder: Path) -> Base:
    """Read the source, and analyse its texts; kept beside the archives, as it takes minutes."""
    kept = folder / "base.pickle"
    if kept.exists():
        return pickle.loads(kept.read_bytes())  # type: ignore[no-any-return]
    folder.mkdir(parents=True, exist_ok=True)
    documents: list[TermDocument] = []
    texts: dict[str, list[tuple[list[str], list[str]]]] = {}
    with Archive(source) as archive:
        for place, stored in enumerate(tqdm(archive.store.each_article(), desc="articles of the source")):
            if place % ANALYSED:
                documents += plain_documents_of(stored)
                continue
            for one in documents_of(archive.store, stored):
                documents.append(replace(one, terms=(), names=()))
                texts.setdefault(one.language, []).append((list(one.terms), list(one.names)))
        keys, vectors = archive.store.vectors(1, archive.store.last_chunk())
    rows = np.searchsorted(keys, [one.key for one in documents])
    base = Base(documents, vectors[rows].astype(np.float16), texts)
    kept.write_bytes(pickle.dumps(base))
    return base

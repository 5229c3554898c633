"""Checks an archive: the truth against its own hashes and checksums, every derived index against the truth.

Checking changes nothing and takes no lock: it works while another process writes, and on a read-only medium.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from index.archive import Archive
from index.encoders.encoder import Encoder, Passage
from index.errors import ArchiveDamaged
from index.ranges import outside
from index.truth.store import Store
from index.view import DerivedDamaged, Indexes, View

TOLERANCE = 2e-3  # of a component: vectors are stored in half precision
PAGE = 10_000  # chunks whose vectors are in memory together
REPAIRED_TOGETHER = 64  # chunks


@dataclass(frozen=True)
class Problem:
    """Something that is wrong, in words, and whether `repair` can make it good."""

    what: str
    mendable: bool

    def __str__(self) -> str:
        return self.what


def verify(archive: Archive) -> list[Problem]:
    """Everything that is wrong; an empty list when all is well."""
    return inspected(archive.store, archive.published, archive.derived, archive.is_written)


def inspected(
    store: Store, load: Callable[[], View], indexes: Indexes, is_written: Callable[[], bool] = lambda: False
) -> list[Problem]:
    """The same for an archive that nobody may open as yet; `load` gives the published state of its indexes."""
    problems: list[Problem] = []
    try:
        problems += _truth_problems(store)
        problems += [Problem(what, mendable=True) for what in _derived_problems(store, load, indexes, is_written)]
    except ArchiveDamaged as damage:
        problems.append(Problem(str(damage), mendable=False))
    return problems


def repair(archive: Archive, encoder: Encoder) -> None:
    """Encode chunks again whose vector or codes are damaged or lost, and make the derived indexes anew.

    Call inside `archive.writing()`. What cannot be made again, a damaged text, is left for `verify` to report.
    """
    archive.manifest.check_encoder(encoder, archive.location.name)
    broken = archive.store.broken_encodings()
    for at in range(0, len(broken), REPAIRED_TOGETHER):
        _encode_again(archive.store, broken[at : at + REPAIRED_TOGETHER], encoder)
    archive.derived.rebuild()


def _encode_again(store: Store, keys: list[int], encoder: Encoder) -> None:
    chunks, passages = [], []
    for chunk in store.candidates(keys):
        try:
            article = store.articles_by_key([chunk.article])[chunk.article].article
        except ArchiveDamaged:  # its text is not the one that was encoded
            continue
        chunks.append(chunk.key)
        passages.append(Passage(article.text[chunk.start : chunk.end], article.context, chunk.language))
    for key, encoded in zip(chunks, encoder.encode_passages(passages), strict=True):
        store.replace_encoding(key, encoded)


def _truth_problems(store: Store) -> Iterator[Problem]:
    """What the engine says of its tables, each text's hash, each encoding's checksum."""
    for said in store.integrity():
        yield Problem(said, mendable=False)
    for one in store.each_article():
        if one.article.content_hash != one.content_hash:
            yield Problem(f"article {one.article.id}: the text does not match its hash", mendable=False)
    for key in store.broken_encodings():
        yield Problem(f"chunk {key}: the vector or codes are lost or do not match their checksum", mendable=True)


def _derived_problems(
    store: Store, load: Callable[[], View], indexes: Indexes, is_written: Callable[[], bool]
) -> list[str]:
    """The published indexes against the truth that they hold; while another process writes they may lag behind."""
    try:
        view = load()
    except DerivedDamaged as damage:
        return [str(damage)]
    at, now = view.state.sequence, store.sequence()
    lag = [f"the indexes hold change {at}, the articles are at {now}"] if at != now else []
    if lag and is_written():
        lag = []
    return lag + _differences(store, view) + _damage(indexes, is_written)


def _damage(indexes: Indexes, is_written: Callable[[], bool]) -> list[str]:
    try:
        indexes.check()
    except DerivedDamaged as damage:
        return [] if is_written() else [str(damage)]
    return []


def _differences(store: Store, view: View) -> list[str]:
    problems = []
    with store.snapshot():
        wanted = store.chunk_keys()
        later = [(c.first, c.last) for c in store.changes(view.state.sequence)]
        wanted = outside(wanted, later)
        wrong = sum(_wrong_vectors(store, page, view) for page in _pages(wanted))
    if wrong:
        problems.append(f"{wrong} vectors differ from the articles' own")
    for name, there in view.indexed_keys().items():
        there = outside(there, later)
        missing, extra = np.setdiff1d(wanted, there), np.setdiff1d(there, wanted)
        if len(missing) or len(extra):
            problems.append(f"the {name} index lacks {len(missing)} chunks and holds {len(extra)} that are gone")
    return problems


def _pages(keys: np.ndarray) -> Iterator[np.ndarray]:
    for at in range(0, len(keys), PAGE):
        yield keys[at : at + PAGE]


def _wrong_vectors(store: Store, wanted: np.ndarray, view: View) -> int:
    """How many of the wanted keys have another vector in the index than here."""
    keys, vectors = store.vectors(int(wanted[0]), int(wanted[-1]))
    found, indexed = view.among(wanted)
    both, ours, theirs = np.intersect1d(keys, found, return_indices=True)
    if not len(both):
        return 0
    with np.errstate(invalid="ignore"):  # a damaged vector may hold anything, and is wrong then
        same = np.abs(vectors[ours] - indexed[theirs]).max(axis=1) <= TOLERANCE
    return int((~same).sum())

"""Checks an archive: the truth against its own hashes and checksums, every derived index against the truth."""

from __future__ import annotations

import numpy as np
import xxhash

from index.archive import Archive
from index.derived import DerivedDamaged, View
from index.encoder import Encoder, Passage
from index.errors import ArchiveDamaged
from index.ingest import passage_context
from index.store import Store

TOLERANCE = 2e-3  # of a component: vectors are stored in half precision
PAGE = 10_000  # chunk keys looked at together


def verify(archive: Archive) -> list[str]:
    """Everything that is wrong, in words; an empty list when all is well."""
    problems: list[str] = []
    try:
        problems += _truth_problems(archive.store)
        problems += _differences(archive.store, archive.derived.load())
    except (ArchiveDamaged, DerivedDamaged) as damage:
        problems.append(str(damage))
    return problems


def repair(archive: Archive, encoder: Encoder) -> None:
    """Encode chunks again whose vector or codes are damaged or lost, and make the derived indexes anew.

    Call inside `archive.writing()`. What cannot be made again, a damaged text, is left for `verify` to report.
    """
    archive.manifest.check_encoder(encoder, archive.path)
    broken = archive.store.broken_encodings()
    for chunk in archive.store.candidates(broken):
        stored = archive.store.articles_by_key([chunk.article])[chunk.article]
        article = stored.article
        passage = Passage(article.text[chunk.start : chunk.end], passage_context(article), article.language)
        (encoded,) = encoder.encode_passages([passage])
        archive.store.replace_encoding(chunk.key, encoded)
    archive.derived.rebuild()


def _truth_problems(store: Store) -> list[str]:
    """SQLite's own check, each text's hash, each encoding's checksum."""
    problems = [row[0] for row in store.rows("PRAGMA integrity_check(20)") if row[0] != "ok"]
    altered = (one.article.id for one in store.each_article() if one.article.content_hash != one.content_hash)
    problems += [f"article {article}: the text does not match its hash" for article in altered]
    what = "the vector or codes are lost or do not match their checksum"
    return problems + [f"chunk {key}: {what}" for key in store.broken_encodings()]


def _differences(store: Store, view: View) -> list[str]:
    problems = []
    if view.state.sequence != store.sequence():
        problems.append(f"the indexes hold change {view.state.sequence}, the articles are at {store.sequence()}")
    last = store.last_chunk()
    expected: list[np.ndarray] = []
    for first in range(1, last + 1, PAGE):
        keys, vectors = store.vectors(first, first + PAGE - 1)
        expected.append(keys)
        problems += _vector_differences(view, keys, vectors, first)
    wanted = np.concatenate(expected) if expected else np.zeros(0, np.int64)
    for name, found in (("vector", view.vectors.keys()), ("term", view.terms.keys())):
        missing, extra = np.setdiff1d(wanted, found), np.setdiff1d(found, wanted)
        if len(missing) or len(extra):
            problems.append(f"the {name} index lacks {len(missing)} chunks and holds {len(extra)} that are gone")
    return problems


def _vector_differences(view: View, keys: np.ndarray, vectors: np.ndarray, first: int) -> list[str]:
    found_keys, found = view.vectors.between(first, first + PAGE - 1)
    _, ours, theirs = np.intersect1d(keys, found_keys, return_indices=True)
    if not len(ours):
        return []
    with np.errstate(invalid="ignore"):  # a damaged vector may hold anything, and is wrong then
        same = np.abs(vectors[ours] - found[theirs]).max(axis=1) <= TOLERANCE
    wrong = int((~same).sum())
    return [f"{wrong} vectors differ from the articles' own"] if wrong else []


def seal(store: Store) -> str:
    """One number for all that an archive holds: equal for two archives with the same articles, chunks and vectors."""
    digest = xxhash.xxh3_128()
    for stored in store.each_article():
        digest.update(f"{stored.article.id} {stored.content_hash}".encode())
        for chunk in store.chunks_between(stored.first_chunk, stored.last_chunk):
            digest.update(f"{chunk.ordinal} {chunk.start} {chunk.end}".encode())
        digest.update(store.vectors(stored.first_chunk, stored.last_chunk)[1].tobytes())
    return digest.hexdigest()

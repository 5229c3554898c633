"""milvus-lite as a server of its own, and archives whose index is on it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from index.archive import Archive
from index.article import Draft
from index.documents import TermQuery, documents_after
from index.ingesting.ingest import ingest
from index.milvus import MilvusIndexes
from index.milvus.ledger import RemoteState
from index.milvus.steps import Gathered
from index.milvus.weights import counted
from index.scope import EVERYTHING, Scope
from index.view import View
from tests.fakes import WordEncoder

OWNER = "thisone_1"  # an archive in its first generation


class Lite:
    """`milvus-lite server` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        """Start it on the same port and the same files as before."""
        command = [sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(self.folder)]
        command += ["--host", "127.0.0.1", "--port", str(self.port)]
        with open(self.folder.with_suffix(".log"), "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < deadline
                assert self.process.poll() is None, self.folder.with_suffix(".log").read_text()
                time.sleep(0.05)

    def kill(self) -> None:
        """As a power cut would."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def uri(self, prefix: str) -> str:
        return f"milvus://127.0.0.1:{self.port}/{prefix}"


def indexes(archive: Archive, uri: str, owner: str = OWNER) -> MilvusIndexes:
    return MilvusIndexes(uri, archive.store, int(archive.manifest.encoder["dimension"]), owner)


@contextmanager
def opened(folder: Path, uri: str) -> Iterator[tuple[Archive, MilvusIndexes]]:
    """An archive, made where there is none, that keeps its indexes on Milvus."""
    if not (folder / "manifest.json").exists():
        Archive.create(folder, WordEncoder(), model="words", chunk_tokens=30).close()
    with Archive(folder) as archive:
        remote = indexes(archive, uri)
        archive.derived = remote  # type: ignore[assignment]
        yield archive, remote
        remote.close()


def add(folder: Path, uri: str, drafts: Iterable[Draft]) -> None:
    with opened(folder, uri) as (archive, _), archive.writing():
        ingest(archive, WordEncoder(), drafts)


def delete(folder: Path, uri: str, ids: list[str]) -> None:
    with opened(folder, uri) as (archive, _), archive.writing():
        archive.store.delete(ids)


def recounted(archive: Archive) -> Gathered:
    """What the truth should keep of all its chunks."""
    out = Gathered()
    for document in documents_after(archive.store, 0):
        out.add(counted(document))
    return out


def sound(archive: Archive, remote: MilvusIndexes) -> RemoteState:
    """The published state, once it is shown to be just what the truth holds."""
    state, wanted = remote.ledger.state(), recounted(archive)
    assert state is not None
    assert (state.documents, state.tokens) == (wanted.documents, tuple(wanted.tokens.tolist()))
    assert remote.ledger.documents_with(list(wanted.containing)) == dict(wanted.containing)
    [(kept,)] = archive.store.rows("SELECT count(*) FROM term_counts")
    assert kept == len(wanted.containing)
    view = remote.load()
    keys = archive.store.chunk_keys()
    assert np.array_equal(view.indexed_keys()["vector"], keys)
    found, vectors = view.among(keys)
    assert np.array_equal(found, keys)
    assert np.allclose(vectors, archive.store.vectors_of(keys.tolist()))
    return state


def same_legs(one: View, other: View, query: TermQuery, vector: np.ndarray, scope: Scope = EVERYTHING) -> None:
    """Both views give the same chunks and scores: exact ones to a millionth, whichever of equal ones are cut off."""
    for first, second in (
        (one.dense(vector, 20, scope), other.dense(vector, 20, scope)),
        (one.lexical(query, 20, scope), other.lexical(query, 20, scope)),
    ):
        assert np.allclose(first[1], second[1], rtol=1e-5, atol=1e-6)
        lowest = first[1].min(initial=np.inf) + 1e-5
        assert set(first[0][first[1] > lowest].tolist()) == set(second[0][second[1] > lowest].tolist())
    keys = one.indexed_keys()["term"]
    assert np.array_equal(keys, other.indexed_keys()["term"])
    assert np.allclose(one.lexical_scores(query, keys), other.lexical_scores(query, keys), rtol=1e-5, atol=1e-6)
    wanted = one.rarity(query)
    assert wanted == {term: pytest.approx(weight, rel=1e-6) for term, weight in other.rarity(query).items()}

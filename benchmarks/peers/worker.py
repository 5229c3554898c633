"""One peer at work in an interpreter of its own: commands as JSON lines in, answers as JSON lines out.

    python -P worker.py ADAPTER.py

An adapter is a file with a class `Peer` that keeps the protocol below. This file imports nothing but numpy, as it runs
in every peer's environment, and times what the adapter does there: no pipe and no JSON is in a figure. What a library
prints goes to stderr, with its progress bars.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Hits = list[tuple[str, float]]  # passage ids with scores, best first; higher is better
WARM_UP = 16  # passages and questions before the clock runs: the first of them load what others find loaded


@dataclass(frozen=True)
class Passages:
    """What is ingested. `vectors`, shape (n, d) and of unit length, is None where the peer embeds the texts itself.

    `folder` also holds the articles that the passages were cut from, for what does its own cutting.
    """

    folder: Path
    ids: list[str]
    texts: list[str]
    languages: list[str]
    vectors: Vectors | None

    def first(self, count: int) -> Passages:
        """A few of them."""
        vectors = None if self.vectors is None else self.vectors[:count]
        return Passages(self.folder, self.ids[:count], self.texts[:count], self.languages[:count], vectors)


@dataclass(frozen=True)
class Question:
    """What is searched for. `vector` has unit length, and is None where the peer embeds the text itself."""

    text: str
    language: str
    vector: Vectors | None


class Peer(Protocol):
    """What an adapter's class does; it is made with (index, model, data).

    `index` is the folder that the peer keeps its index in, `model` a checkpoint for sentence-transformers, or None
    where vectors are given, and `data` the folder that was exported.
    """

    def ingest(self, passages: Passages) -> None:
        """Take in all passages, so that another process can open them."""

    def open(self) -> None:
        """Be ready to search what was ingested."""

    def search(self, question: Question, count: int, language: str | None) -> Hits:
        """The best `count` passages with their texts at hand; `language` limits the search to passages in it."""


def read_passages(folder: Path, *, with_vectors: bool) -> Passages:
    """The passages of an exported folder."""
    rows = _rows(folder / "passages.jsonl")
    vectors = np.load(folder / "vectors.npy") if with_vectors else None
    ids, texts, languages = ([row[name] for row in rows] for name in ("id", "text", "language"))
    return Passages(folder, ids, texts, languages, vectors)


def read_questions(folder: Path, *, with_vectors: bool) -> list[Question]:
    """The questions of an exported folder."""
    rows = _rows(folder / "questions.jsonl")
    vectors: Sequence[Vectors | None] = [None] * len(rows)
    if with_vectors:
        vectors = list(np.load(folder / "question_vectors.npy"))
    return [Question(row["text"], row["language"], vector) for row, vector in zip(rows, vectors, strict=True)]


def _rows(file: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]


class Clock:
    """Seconds since it was made, and those in which a processor worked for this process, all threads together.

    On a machine that others use, too, the second figure is the steadier one.
    """

    def __init__(self) -> None:
        self._started, self._busy = time.perf_counter(), time.process_time()

    def taken(self) -> dict[str, float]:
        """Both."""
        return {"seconds": time.perf_counter() - self._started, "busy": time.process_time() - self._busy}


class Worker:
    """Carries commands out with one adapter; each command is a method, and its answer a dictionary for JSON."""

    def __init__(self, adapter: Path) -> None:
        self._make = _peer_class(adapter)
        self._peer: Peer | None = None
        self._questions: list[Question] = []

    def ingest(self, data: str, index: str, model: str | None) -> dict[str, Any]:
        """The time to take in a folder's passages, once a few of them were taken in elsewhere."""
        passages = read_passages(Path(data), with_vectors=model is None)
        with tempfile.TemporaryDirectory() as elsewhere:
            self._make(Path(elsewhere), model, Path(data)).ingest(passages.first(WARM_UP))
        Path(index).mkdir(parents=True)
        peer = self._make(Path(index), model, Path(data))
        clock = Clock()
        peer.ingest(passages)
        return {"passages": len(passages.ids), **clock.taken()}

    def open(self, data: str, index: str, model: str | None) -> dict[str, Any]:
        """The time to open an index, its model included."""
        self._questions = read_questions(Path(data), with_vectors=model is None)
        clock = Clock()
        self._peer = self._make(Path(index), model, Path(data))
        self._peer.open()
        return clock.taken()

    def search(self, questions: list[int], count: int, language: str | None = None) -> dict[str, Any]:
        """The times and hits of searches, one after another; questions by their numbers in the folder."""
        assert self._peer is not None, "open comes before search"
        times, hits = [], []
        for number in questions:
            question = self._questions[number]
            clock = Clock()
            found = self._peer.search(question, count, language)
            times.append(clock.taken())
            hits.append([(str(name), float(score)) for name, score in found])
        return {"times": times, "hits": hits}


def _peer_class(adapter: Path) -> Any:
    spec = importlib.util.spec_from_file_location("adapter", adapter)
    if spec is None or spec.loader is None:
        raise ImportError(f"{adapter} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules["adapter"] = module
    spec.loader.exec_module(module)
    return module.Peer


def main() -> None:
    """Answer each line of stdin with one of stdout, until there are no more."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)
        worker = Worker(Path(sys.argv[1]))
        for line in sys.stdin:
            told = json.loads(line)
            try:
                answer = getattr(worker, told.pop("do"))(**told)
            except Exception as error:
                traceback.print_exc()
                answer = {"error": repr(error)}
            print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()

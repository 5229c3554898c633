"""Questions that come at the same time, encoded together.

What comes while a batch is encoded makes the next one, so a batch is as large as the load asks for, and a question that
comes alone waits for nothing. Equal questions are encoded once.

How a batch is encoded is the encoder's: with `encode_queries` it is one call, as models of sentence-transformers are
much faster so. Without, the batch's questions go side by side, one to each core. That is so for the bundled encoder:
the int8 scale of a call spans all of its rows, so in one call a question's vector would depend on who else asks
(measured: its cosine with itself falls to 0.996), and the same question would not always have the same answer.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from api.service.problems import TooSlow
from index.encoders.encoder import EncodedPassage, EncodedQuery, Encoder, Passage

LARGEST = 32  # questions of one call

Asked = tuple[str, str]  # the question, its language


@runtime_checkable
class EncodesMany(Protocol):
    """An encoder that takes several questions in one call."""

    def encode_queries(self, questions: Sequence[str], languages: Sequence[str]) -> list[EncodedQuery]:
        """Encode, in the order given."""


class BatchingEncoder:
    """An encoder whose questions are collected; for the rest it is the one that it is made of."""

    def __init__(self, encoder: Encoder, patience: float = 10.0, seen: Callable[[int], None] = lambda _: None) -> None:
        self.encoder, self.patience, self.seen = encoder, patience, seen
        self._together = encoder.encode_queries if isinstance(encoder, EncodesMany) else None
        cores = 1 if self._together else os.cpu_count() or 1
        self._largest = LARGEST if self._together else 1
        self._threads = ThreadPoolExecutor(cores, "batch")
        self._lock = threading.Lock()
        self._waiting: dict[Asked, Future[EncodedQuery]] = {}
        self._wanted: dict[Asked, Future[EncodedQuery]] = {}

    @property
    def fingerprint(self) -> dict[str, str | int]:
        """Of the encoder within."""
        return self.encoder.fingerprint

    @property
    def dimension(self) -> int:
        """Of the encoder within."""
        return self.encoder.dimension

    @property
    def window(self) -> int:
        """Of the encoder within."""
        return self.encoder.window

    def token_ends(self, text: str) -> NDArray[np.int64]:
        """As the encoder within."""
        return self.encoder.token_ends(text)

    def encode_passages(self, passages: Sequence[Passage]) -> list[EncodedPassage]:
        """As the encoder within."""
        return self.encoder.encode_passages(passages)

    def encode_query(self, question: str, language: str) -> EncodedQuery:
        """Encode with others that ask now; raises TooSlow (504)."""
        asked = (question, language)
        with self._lock:
            wanted = self._wanted.get(asked)
            if wanted is None:
                wanted = self._wanted[asked] = self._waiting[asked] = Future()
                self._threads.submit(self._encode_waiting)
        try:
            return wanted.result(self.patience)
        except NotInTime:
            if wanted.done():
                raise
            raise TooSlow("encode", self.patience) from None

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown()

    def _encode_waiting(self) -> None:
        """Encode what waits now; an earlier call may have taken it already."""
        with self._lock:
            batch = {asked: self._waiting.pop(asked) for asked in list(self._waiting)[: self._largest]}
        if not batch:
            return
        self.seen(len(batch))
        try:
            encoded = self._encoded(list(batch))
        except BaseException as error:
            self._forget(batch)
            for wanted in batch.values():
                wanted.set_exception(error)
            return
        self._forget(batch)
        for wanted, query in zip(batch.values(), encoded, strict=True):
            wanted.set_result(query)

    def _encoded(self, batch: list[Asked]) -> list[EncodedQuery]:
        if self._together:
            return self._together([question for question, _ in batch], [language for _, language in batch])
        return [self.encoder.encode_query(*asked) for asked in batch]

    def _forget(self, batch: dict[Asked, Future[EncodedQuery]]) -> None:
        with self._lock:
            for asked in batch:
                self._wanted.pop(asked, None)

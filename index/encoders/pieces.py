"""The bundled tokenizer, at work before its vocabulary is loaded: SentencePiece needs half a second for 250,002 pieces.

A text can only be cut into pieces that occur in it. So the first few texts are each cut by a model of their own: of the
whole model's file the beginning, the end, and between them the records of just these pieces. Normaliser and scores are
the same, and so is the cut. Which pieces occur is told by their hashes, in a sorted table that is mapped.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderError

LITTLE = 50_000  # code points that are cut so, before the whole vocabulary is worth its time
SPECIALS = 4  # <s>, <pad>, </s> and <unk>, which every model begins with
LONGEST = 16  # code points of a piece
LIKELY_BITS = 22  # of a hash: what no piece's begins with need not be looked for, which is most
_PIECE = 0x0A  # what every piece's record begins with; its length is below 128, and in the next byte
_SHIFT = np.uint64(64 - LIKELY_BITS)
_FACTOR = np.uint64(0x9E3779B97F4A7C15)

Table = NDArray[np.uint64]


def piece_table(model: bytes, pieces: Sequence[str], scores: NDArray[np.float32]) -> Table:
    """Each piece's hash, ascending, its id, and where its record lies in the serialised model; shape (4, n + 1).

    The first column is of the least likely piece: what an unknown letter costs is counted from it, so that no model may
    be without it.
    """
    ends = [0]
    while model[ends[-1]] == _PIECE:
        ends.append(ends[-1] + 2 + model[ends[-1] + 1])
    table = np.array([_hashes(pieces), np.arange(len(pieces)), ends[:-1], ends[1:]], np.uint64)[:, SPECIALS:]
    least = int(scores[SPECIALS:].argmin())
    return np.concatenate([table[:, [least]], table[:, table[0].argsort()]], axis=1)


def _hashes(pieces: Sequence[str]) -> NDArray[np.uint64]:
    sizes = np.array([len(piece) for piece in pieces])
    starts = np.cumsum(sizes) - sizes
    out = np.zeros(len(pieces), np.uint64)
    for size, hashes in enumerate(_window_hashes("".join(pieces)), start=1):
        out[sizes == size] = hashes[starts[sizes == size]]
    return out


def _window_hashes(text: str) -> Iterator[NDArray[np.uint64]]:
    """The hashes of all pieces of a text of one code point, of two, and so on."""
    letters = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    hashes = np.zeros(len(letters), np.uint64)
    for size in range(1, min(LONGEST, len(letters)) + 1):
        hashes = hashes[: len(letters) - size + 1] * _FACTOR + letters[size - 1 :]
        yield hashes


class Tokenizer:
    """Cuts texts into the model's pieces; safe to use from several threads."""

    def __init__(self, model: Path, table: Table) -> None:
        self._folder = model.parent
        with model.open("rb") as file:
            self._model = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._least, (self._hashes, self._ids, *self._places) = table[0, :1], table[:, 1:]
        self._head, self._tail = self._model[: int(table[2].min())], self._model[int(table[3].max()) :]
        self._likely = np.zeros(1 << LIKELY_BITS, bool)
        self._likely[self._hashes >> _SHIFT] = True
        self._normaliser = self._cutting("")[0]
        self._left = LITTLE
        self._whole: Future[Any] | None = None
        self._lock = Lock()

    def ids(self, text: str) -> list[int]:
        """The ids of a text's pieces."""
        model, meant = self._model_for(text)
        found: list[int] = model.encode(text)
        return [meant[one] for one in found] if meant else found

    def ends(self, text: str) -> NDArray[np.int64]:
        """The end of each of a text's pieces, in code points."""
        # SentencePiece gives the ends itself, too, and takes three times as long.
        model = self._model_for(text)[0]
        _, places = model.normalize(text, with_offsets=True)
        return np.array([places[end] for end in accumulate(map(len, model.encode(text, out_type=str)))], np.int64)

    def whole(self) -> Any:
        """The model with the whole vocabulary, waited for where it is not loaded."""
        return self._loading().result()

    def _loading(self) -> Future[Any]:
        with self._lock:
            if self._whole is None:
                pool = ThreadPoolExecutor(1, "vocabulary")
                self._whole = pool.submit(self._processor, self._model[:])
                pool.shutdown(wait=False)
            return self._whole

    def _model_for(self, text: str) -> tuple[Any, list[int]]:
        """A model that cuts a text as the whole one does, and what its ids stand for, where they are its own."""
        self._left -= len(text)
        if self._left < 0:
            self._loading()
        if self._whole and (self._whole.done() or len(text) > LITTLE):
            return self._whole.result(), []
        return self._cutting(self._normaliser.normalize(text))

    def _cutting(self, normalised: str) -> tuple[Any, list[int]]:
        """The model of the pieces that occur in a text, and the ids that its own stand for."""
        hashes = np.concatenate([self._least, *_window_hashes(normalised)])
        hashes = hashes[self._likely[hashes >> _SHIFT]]
        rows = np.searchsorted(self._hashes, hashes)
        found = sorted(set(rows[self._hashes.take(rows, mode="clip") == hashes].tolist()))
        starts, ends = (places[found].tolist() for places in self._places)
        records = [self._model[start:end] for start, end in zip(starts, ends, strict=True)]
        meant = [*range(SPECIALS), *self._ids[found].tolist()]
        return self._processor(b"".join([self._head, *records, self._tail])), meant

    def _processor(self, model: bytes) -> Any:
        import sentencepiece

        try:
            return sentencepiece.SentencePieceProcessor(model_proto=model)
        except RuntimeError as error:
            raise unusable(self._folder, error) from error


def unusable(folder: Path, error: Exception) -> EncoderError:
    """What is wrong with a folder of the unpacked model."""
    return EncoderError(f"the unpacked model cannot be loaded ({error}): delete the folder {folder} and try again")

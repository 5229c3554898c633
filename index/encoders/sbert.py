"""Any sentence-transformers model, by name or path, as an encoder. The only file that imports torch's world.

Its vectors are used as they are: language means were fitted for the bundled encoder alone. It gives no token codes, so
ranking goes without late interaction.
"""

from __future__ import annotations

import copy
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from index.encoders.codes import normalise
from index.encoders.encoder import EncodedPassage, EncodedQuery, Passage
from index.errors import EncoderError

MARGIN = 8  # tokens: special ones, and words that join differently in context
CONTEXT_SHARE = 8  # an eighth of the window is for title, source and date
BATCH = 32
UNLIMITED = 8192  # tokens; for models that name no window


class SentenceTransformerEncoder:
    """Encodes on `device`, else on a GPU when torch sees one; a model's prompts "query" and "document" are used."""

    def __init__(self, name: str, device: str | None = None) -> None:
        self._model = _loaded(name, device)
        # The library's tokenizers change state while they work: cutting, in another thread, has one of its own, and
        # one batch is encoded at a time.
        self._counter, self._encoding = copy.deepcopy(self._model.tokenizer), threading.Lock()
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        longest = self._model.max_seq_length or UNLIMITED
        prompts = [len(self._tokens(prompt)) for prompt in self._model.prompts.values()]
        self._context_tokens = longest // CONTEXT_SHARE
        self.window = longest - MARGIN - max(prompts, default=0) - self._context_tokens
        self.fingerprint: dict[str, str | int] = {
            "model": "sentence-transformers",
            "dimension": self.dimension,
            "weights": _weights(self._model),
            "prefixes": " / ".join(f"{kind}={text}" for kind, text in sorted(self._model.prompts.items())),
        }

    def _tokens(self, text: str) -> list[int]:
        ids: list[int] = self._counter(text, add_special_tokens=False, verbose=False)["input_ids"]
        return ids

    def token_ends(self, text: str) -> NDArray[np.int64]:
        encoded = self._counter(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        return np.array([end for _, end in encoded["offset_mapping"]], np.int64)

    def encode_passages(self, passages: Sequence[Passage]) -> list[EncodedPassage]:
        if not passages:
            return []
        longest = max(len(self.token_ends(p.text)) for p in passages)
        if longest > self.window:
            raise EncoderError(f"a passage of {longest} tokens is longer than the window of {self.window}")
        texts = [f"{self._shortened(p.context)}\n{p.text}" if p.context else p.text for p in passages]
        with self._encoding:
            vectors = self._model.encode_document(
                texts, batch_size=BATCH, convert_to_numpy=True, show_progress_bar=False
            )
        nothing = np.zeros((0, self.dimension // 8), np.uint8)
        return [EncodedPassage(vector, nothing) for vector in normalise(np.asarray(vectors, np.float32))]

    def encode_query(self, question: str, language: str) -> EncodedQuery:
        return self.encode_queries([question], [language])[0]

    def encode_queries(self, questions: Sequence[str], languages: Sequence[str]) -> list[EncodedQuery]:
        """Several questions in one call; the service collects those that come at the same time."""
        with self._encoding:
            vectors = self._model.encode_query(list(questions), convert_to_numpy=True, show_progress_bar=False)
        none = np.zeros((0, self.dimension), np.float32)
        return [EncodedQuery(vector, none) for vector in normalise(np.asarray(vectors, np.float32))]

    def _shortened(self, context: str) -> str:
        ends = self.token_ends(context)
        return context if len(ends) <= self._context_tokens else context[: ends[self._context_tokens - 1]]


def _weights(model: Any) -> str:
    """A hash over every parameter, the same wherever the model lies and on whichever device it runs."""
    import torch

    digest = xxhash.xxh3_64()
    for name, parameter in sorted(model.named_parameters()):
        flat = parameter.detach().contiguous().reshape(-1)
        bits = flat.view({2: torch.int16, 4: torch.int32, 8: torch.int64}.get(flat.element_size(), torch.uint8))
        total = int(bits.sum(dtype=torch.int64))  # of whole numbers: exact, in whatever order they are added
        digest.update(f"{name} {tuple(parameter.shape)} {total}".encode())
        digest.update(bits[: 1024 // bits.element_size()].cpu().numpy().tobytes())
    return digest.hexdigest()


def _loaded(name: str, device: str | None) -> Any:
    try:
        import torch
        from sentence_transformers import SentenceTransformer

        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)  # weights that a checkpoint lacks are drawn by chance: each time the same
            return SentenceTransformer(name, device=device)
    except Exception as error:
        cure = "give the path of a model on this machine, or a name that can be downloaded, or leave --model out"
        raise EncoderError(f"the model {name!r} cannot be loaded ({error}): {cure}") from error

"""The bundled encoder on a GPU: the same weights in half precision, through sentence-transformers and torch.

Tokens, language means, rotation and codes are those of the bundled encoder, so that an archive may be made with the one
and searched, or added to, with the other: the vectors differ from the processor's by what int8 costs those
(docs/decisions/0017-ingest.md). Questions are encoded on the processor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoders.bundled import BundledEncoder, TokenRow, checkpoint
from index.encoders.encoder import EncodedPassage, Passage
from index.errors import EncoderError

AT_ONCE = 32_768  # tokens of a forward pass, padding included
PADDING = 1
UNSPOKEN = ""  # stands for every language without a mean of its own


class GpuEncoder(BundledEncoder):
    """Encodes passages with torch on `device`, in `precision` (a name of torch's), many of like length at a time."""

    def __init__(self, device: str = "cuda", precision: str = "float16", at_once: int = AT_ONCE) -> None:
        import torch

        super().__init__(threads=1)
        self._torch, self._device, self._at_once, self.precision = torch, device, at_once, precision
        self._network = _network(device, getattr(torch, precision))
        means = self.space.passages
        self._language = {language: row for row, language in enumerate((*means.languages, UNSPOKEN))}
        spoken = list(self._language)
        self._share = self._there(np.stack([means.share(language, self.strength) for language in spoken]))
        self._mean_token = self._there(np.stack([means.mean_token(language) for language in spoken]))
        self._rotation = self._there(self.space.rotation)
        self._bits = self._there(np.array([128, 64, 32, 16, 8, 4, 2, 1], np.float32))

    def encode_passages(self, passages: Sequence[Passage]) -> list[EncodedPassage]:
        rows = self.rows(passages)
        encoded: dict[int, EncodedPassage] = {}
        for group in by_length([len(row.ids) for row in rows], self._at_once):
            languages = [passages[at].language for at in group]
            encoded.update(zip(group, self._group([rows[at] for at in group], languages), strict=True))
        return [encoded[at] for at in range(len(rows))]

    def _there(self, values: NDArray[Any]) -> Any:
        return self._torch.from_numpy(values).to(self._device)

    def _group(self, rows: Sequence[TokenRow], languages: Sequence[str]) -> Iterator[EncodedPassage]:
        """One forward pass."""
        spoken = self._there(np.array([self._language.get(one, self._language[UNSPOKEN]) for one in languages]))
        ids, filled, own = (self._there(values) for values in _padded(rows))
        with self._torch.inference_mode():
            features = {"input_ids": ids, "attention_mask": filled}
            tokens = self._network(features)["token_embeddings"].float()
            pooled = _unit((tokens * filled[..., None]).sum(1)) - self._share[spoken]
            vectors = _unit(pooled).cpu().numpy()
            mean = self._mean_token[spoken].repeat_interleave(own.sum(1), 0)
            turned = (_unit(tokens[own]) - mean) @ self._rotation  # only signs are kept: no need for unit length
            signs = (turned > 0).reshape(len(turned), self.dimension // 8, 8).float()
            codes = (signs @ self._bits).to(self._torch.uint8).cpu().numpy()
        ends = np.cumsum([row.text_tokens for row in rows])
        return (EncodedPassage(*one) for one in zip(vectors, np.split(codes, ends[:-1]), strict=True))


def by_length(lengths: Sequence[int], at_once: int) -> Iterator[list[int]]:
    """The places of rows in groups of like length, the longest first; padded, none has more tokens than `at_once`."""
    group: list[int] = []
    for at in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        if group and lengths[group[0]] * (len(group) + 1) > at_once:
            yield group
            group = []
        group.append(at)
    if group:
        yield group


def _padded(rows: Sequence[TokenRow]) -> tuple[Any, Any, Any]:
    """Token ids, where there are any, and which of them are the text's; all of shape (rows, longest)."""
    shape = len(rows), max(len(row.ids) for row in rows)
    ids, filled, own = np.full(shape, PADDING, np.int64), np.zeros(shape, np.int64), np.zeros(shape, bool)
    for at, row in enumerate(rows):
        ids[at, : len(row.ids)], filled[at, : len(row.ids)], own[at, row.text] = row.ids, 1, True
    return ids, filled, own


def _unit(vectors: Any) -> Any:
    return vectors / vectors.norm(dim=-1, keepdim=True).clamp_min(1e-12)


def _network(device: str, precision: Any) -> Any:
    """The transformer of the unpacked model, on the device."""
    from sentence_transformers import SentenceTransformer

    try:
        kwargs = {"dtype": precision, "add_pooling_layer": False}  # the checkpoint has none: the mean is taken here
        model = SentenceTransformer(str(checkpoint()), device=device, model_kwargs=kwargs)
    except (OSError, RuntimeError, AssertionError) as error:
        cure = "leave --device out to encode on the CPU"
        raise EncoderError(f"the bundled model cannot be loaded on {device!r} ({error}): {cure}") from error
    return model[0].eval()

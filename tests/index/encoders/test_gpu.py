"""Passages in half precision through torch, as a GPU would encode them, beside what the processor makes of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.encoders.bundled import BundledEncoder
from index.encoders.device import chosen
from index.encoders.encoder import EncodedPassage, Passage, load_encoder
from index.encoders.gpu import GpuEncoder, by_length
from index.errors import EncoderError
from index.text.sentences import sentence_spans

SEEDS = sorted((Path(__file__).parents[3] / "seeds" / "articles").glob("*.txt"))
pytestmark = pytest.mark.filterwarnings("ignore")  # torch's and transformers' own


def passages() -> list[Passage]:
    """Passages of several lengths, with and without context, one in a language without a mean, one empty."""
    made = [Passage("", "Nothing", "en"), Passage("Zzz qqq.", "", "xx")]
    for path in SEEDS:
        text = path.read_text(encoding="utf-8")
        spans = sentence_spans(text, "en")[:9]
        made += [Passage(text[spans[0][0] : spans[last][1]], path.stem, "en") for last in range(0, len(spans), 3)]
    return made


@pytest.fixture(scope="module")
def processor() -> list[EncodedPassage]:
    return BundledEncoder(threads=1).encode_passages(passages())


@pytest.fixture(scope="module", params=["float32", "bfloat16"])
def torch_encoder(request: pytest.FixtureRequest) -> GpuEncoder:
    return GpuEncoder("cpu", request.param, at_once=600)


def cosine(one: EncodedPassage, other: EncodedPassage) -> float:
    return float(one.vector @ other.vector)


def agreeing_bits(ours: list[EncodedPassage], theirs: list[EncodedPassage]) -> float:
    differing = sum(int(np.unpackbits(a.codes ^ b.codes).sum()) for a, b in zip(ours, theirs, strict=True))
    return 1 - differing / sum(8 * encoded.codes.size for encoded in ours)


def test_vectors_and_codes_are_interchangeable_with_the_processors(
    torch_encoder: GpuEncoder, processor: list[EncodedPassage]
) -> None:
    assert torch_encoder.fingerprint == BundledEncoder(threads=1).fingerprint
    made = torch_encoder.encode_passages(passages())
    assert [one.codes.shape for one in made] == [one.codes.shape for one in processor]
    # What int8 costs, seen after the language's share is taken away; before, the mean is .997 (decision 0017).
    assert np.mean([cosine(*both) for both in zip(made, processor, strict=True)]) > 0.99
    assert agreeing_bits(made, processor) > 0.92


def test_a_passage_is_nearest_to_itself_whichever_device_encoded_it(
    torch_encoder: GpuEncoder, processor: list[EncodedPassage]
) -> None:
    made = np.stack([one.vector for one in torch_encoder.encode_passages(passages())])
    similar = made @ np.stack([one.vector for one in processor]).T
    assert similar.argmax(1).tolist() == list(range(len(processor)))


def test_padding_and_company_change_next_to_nothing_and_order_nothing(torch_encoder: GpuEncoder) -> None:
    together = torch_encoder.encode_passages(passages())
    least = 0.99999 if torch_encoder.precision == "float32" else 0.999
    for passage, beside in list(zip(passages(), together, strict=True))[:6]:
        [alone] = torch_encoder.encode_passages([passage])
        assert cosine(alone, beside) > least


def test_nothing_to_encode_is_no_error(torch_encoder: GpuEncoder) -> None:
    assert torch_encoder.encode_passages([]) == []


def test_rows_of_like_length_go_together_and_padded_fit_the_limit() -> None:
    lengths = [5, 100, 7, 90, 6, 300]
    groups = list(by_length(lengths, 200))
    assert groups == [[5], [1, 3], [2, 4, 0]]
    assert list(by_length([], 200)) == []


@pytest.mark.parametrize(("name", "said"), [("tpu", "give cpu, cuda or auto"), ("cuda", "leave --device out")])
def test_a_device_that_is_not_there_is_refused_with_a_cure(name: str, said: str) -> None:
    import torch

    if name == "cuda" and torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(EncoderError, match=said):
        load_encoder(device=name)


def test_auto_is_the_processor_where_there_is_no_gpu() -> None:
    import torch

    assert chosen("auto") == ("cuda" if torch.cuda.is_available() else "cpu")
    assert chosen("cpu") == "cpu"

"""Writes the bundled model for other runtimes: ONNX graphs, a SentencePiece model, a sentence-transformers folder.

A graph takes word embeddings and returns token vectors, so that one pass gives the pooled vector and the token codes.
There are two, which differ in their linear layers (docs/decisions/0001-bundled-encoder.md):

- for passages int8 with one scale an output channel. The weights use 7 of the 8 bits: on processors without VNNI the
  8-bit product of two neighbours overflows 16 bits, and the same archive must give the same vectors on every machine;
  the cosine to float32 is 0.9960 with 7 bits and 0.9965 with 8.
- for questions the very blocks of four bits that the weights lie in, and activations with a scale every 32: slower,
  with a cosine to float32 of 0.9999.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.encoders.e5 import BLOCK, HEADS, HIDDEN, INNER, LAYERS, WINDOW, E5Weights, unpack_blocks

if TYPE_CHECKING:
    from onnx import ModelProto

WEIGHT_MAX = 63
INT8_ACTIVATIONS = 4  # what ONNX Runtime calls accuracy level 4
MICROSOFT = "com.microsoft"
UNKNOWN, SPECIALS = 3, ("<s>", "<pad>", "</s>", "<unk>")


class _Graph(ABC):
    """Collects nodes and constants; every method returns the name of what it made."""

    def __init__(self) -> None:
        from onnx import helper, numpy_helper

        self.helper, self.numpy_helper = helper, numpy_helper
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, name: str, value: NDArray[Any]) -> str:
        self.constants.append(self.numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, inputs: list[str], *outputs: str, domain: str = "", **attributes: Any) -> str:
        made = self.helper.make_node(operator, inputs, list(outputs), domain=domain, **attributes)
        self.nodes.append(made)
        return outputs[0]

    @abstractmethod
    def linear(self, x: str, name: str, blocks: NDArray[np.uint8], bias: NDArray[np.float32]) -> str:
        """x @ weight.T + bias, the weight's blocks of shape (out, in / 32, 18)."""

    def norm(self, x: str, residual: str, name: str, weights: E5Weights, tensor: str) -> str:
        gamma = self.constant(f"{name}.gamma", weights.vector(f"{tensor}.w"))
        beta = self.constant(f"{name}.beta", weights.vector(f"{tensor}.b"))
        summed = self.node("Add", [x, residual], f"{name}.sum")
        return self.node("LayerNormalization", [summed, gamma, beta], name, epsilon=weights.epsilon, axis=-1)


class _Int8Graph(_Graph):
    def linear(self, x: str, name: str, blocks: NDArray[np.uint8], bias: NDArray[np.float32]) -> str:
        weight = unpack_blocks(blocks)
        scale = (np.abs(weight).max(1) / WEIGHT_MAX).astype(np.float32)
        quantised = np.rint(weight / scale[:, None]).astype(np.int8)
        inputs = [
            x,
            self.constant(f"{name}.weight", quantised.T),
            self.constant(f"{name}.scale", scale),
            self.constant(f"{name}.zero", np.zeros(len(scale), np.int8)),
            self.constant(f"{name}.bias", bias),
        ]
        return self.node("DynamicQuantizeMatMul", inputs, f"{name}.out", domain=MICROSOFT)


class _BlockGraph(_Graph):
    def linear(self, x: str, name: str, blocks: NDArray[np.uint8], bias: NDArray[np.float32]) -> str:
        rows, columns = len(blocks), blocks.shape[1] * BLOCK
        packed, scale = four_bits(blocks)
        inputs = [x, self.constant(f"{name}.weight", packed), self.constant(f"{name}.scale", scale), "", ""]
        inputs.append(self.constant(f"{name}.bias", bias))
        shape = {"N": rows, "K": columns, "bits": 4, "block_size": BLOCK, "accuracy_level": INT8_ACTIVATIONS}
        return self.node("MatMulNBits", inputs, f"{name}.out", domain=MICROSOFT, **shape)


def four_bits(blocks: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The same weights as MatMulNBits wants them: neighbours share a byte, shape (out, n, 16), and scales, (out, n).

    In the file a byte holds one weight of the block's first half and one of its second half.
    """
    halves = blocks[..., 2:]
    weights = np.concatenate([halves & 15, halves >> 4], axis=-1)
    scale = blocks[..., :2].copy().view(np.float16)[..., 0].astype(np.float32)
    return weights[..., ::2] | (weights[..., 1::2] << 4), scale


def passage_model(weights: E5Weights) -> ModelProto:
    """From `embeddings` (words only) to `tokens`, both float32 (batch, length, 384); rows may not be padded."""
    return _model(_Int8Graph(), weights)


def question_model(weights: E5Weights) -> ModelProto:
    """As `passage_model`, with the weights exactly as they lie in the file."""
    return _model(_BlockGraph(), weights)


def _model(graph: _Graph, weights: E5Weights) -> ModelProto:
    from onnx import TensorProto, helper

    x = _embedding_layer(graph, weights)
    for layer in range(LAYERS):
        x = _transformer_layer(graph, weights, layer, x)
    graph.node("Identity", [x], "tokens")
    shape: list[str | int | None] = ["batch", "length", HIDDEN]
    made = helper.make_graph(
        graph.nodes,
        "multilingual-e5-small",
        [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, shape)],
        graph.constants,
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(made, opset_imports=opsets, ir_version=10)


def _embedding_layer(graph: _Graph, weights: E5Weights) -> str:
    token_type = weights.vector("emb.type").reshape(-1, HIDDEN)[0]
    positions = weights.vector("emb.pos").reshape(WINDOW, HIDDEN) + token_type
    zero, one, two = (graph.constant(f"axis{i}", np.array([i], np.int64)) for i in range(3))
    shape = graph.node("Shape", ["embeddings"], "shape")
    length = graph.node("Slice", [shape, one, two, zero], "length_")
    sliced = graph.node("Slice", [graph.constant("positions", positions), zero, length, zero], "positions_")
    summed = graph.node("Add", ["embeddings", sliced], "summed")
    gamma = graph.constant("embedding.gamma", weights.vector("emb.ln.w"))
    beta = graph.constant("embedding.beta", weights.vector("emb.ln.b"))
    return graph.node("LayerNormalization", [summed, gamma, beta], "x", epsilon=weights.epsilon, axis=-1)


def _transformer_layer(graph: _Graph, weights: E5Weights, layer: int, x: str) -> str:
    p = f"l{layer}"
    projections = [weights.blocks(f"{p}.{k}.w", HIDDEN) for k in "qkv"]
    biases = [weights.vector(f"{p}.{k}.b") for k in "qkv"]
    qkv = graph.linear(x, f"{p}.qkv", np.concatenate(projections), np.concatenate(biases))
    graph.node("Split", [qkv], f"{p}.q", f"{p}.k", f"{p}.v", axis=-1, num_outputs=3)
    inputs = [f"{p}.q", f"{p}.k", f"{p}.v"]
    attention = graph.node("MultiHeadAttention", inputs, f"{p}.attention", domain=MICROSOFT, num_heads=HEADS)
    attended = graph.linear(attention, f"{p}.ao", weights.blocks(f"{p}.ao.w", HIDDEN), weights.vector(f"{p}.ao.b"))
    x = graph.norm(x, attended, f"{p}.x1", weights, f"{p}.aln")
    inner = graph.linear(x, f"{p}.fi", weights.blocks(f"{p}.fi.w", INNER), weights.vector(f"{p}.fi.b"))
    active = graph.node("Gelu", [inner], f"{p}.gelu", domain=MICROSOFT)
    outer = graph.linear(active, f"{p}.fo", weights.blocks(f"{p}.fo.w", HIDDEN), weights.vector(f"{p}.fo.b"))
    return graph.norm(x, outer, f"{p}.x2", weights, f"{p}.oln")


def sentencepiece_model(weights: E5Weights) -> bytes:
    """The unigram vocabulary as a SentencePiece model, with the normaliser (nmt_nfkc) that XLM-R was trained with."""
    from sentencepiece import SentencePieceNormalizer, sentencepiece_model_pb2

    model: Any = sentencepiece_model_pb2.ModelProto()  # type: ignore[attr-defined]
    model.ParseFromString(SentencePieceNormalizer(rule_name="nmt_nfkc").serialized_model_proto())
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = True
    model.normalizer_spec.escape_whitespaces = True
    del model.pieces[:]
    spec = model.trainer_spec
    spec.model_type, spec.vocab_size = spec.UNIGRAM, len(weights.pieces)
    spec.bos_id, spec.pad_id, spec.eos_id, spec.unk_id = range(4)
    for piece, score in zip(weights.pieces, weights.scores.tolist(), strict=True):
        kind = model.SentencePiece.NORMAL
        if piece.decode() in SPECIALS:
            kind = model.SentencePiece.UNKNOWN if piece == b"<unk>" else model.SentencePiece.CONTROL
        model.pieces.add(piece=piece.decode(), score=score, type=kind)
    return bytes(model.SerializeToString())


def write_checkpoint(weights: E5Weights, folder: Path) -> None:
    """A float32 checkpoint of the same model that `SentenceTransformer(str(folder))` opens (470 MB)."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file(_bert_tensors(weights), folder / "model.safetensors", metadata={"format": "pt"})
    _hf_tokenizer(weights).save(str(folder / "tokenizer.json"))
    for name, content in _checkpoint_files(weights).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1))


def _bert_tensors(weights: E5Weights) -> dict[str, NDArray[np.float32]]:
    tensors = {
        "embeddings.word_embeddings.weight": weights.matrix("emb.word", weights.vocabulary),
        "embeddings.position_embeddings.weight": weights.vector("emb.pos").reshape(WINDOW, HIDDEN),
        "embeddings.token_type_embeddings.weight": weights.vector("emb.type").reshape(-1, HIDDEN),
        "embeddings.LayerNorm.weight": weights.vector("emb.ln.w"),
        "embeddings.LayerNorm.bias": weights.vector("emb.ln.b"),
    }
    linear = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value"}
    linear |= {"ao": "attention.output.dense", "fi": "intermediate.dense", "fo": "output.dense"}
    norms = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
    for layer in range(LAYERS):
        for short, long in linear.items():
            rows = INNER if short == "fi" else HIDDEN
            tensors[f"encoder.layer.{layer}.{long}.weight"] = weights.matrix(f"l{layer}.{short}.w", rows)
            tensors[f"encoder.layer.{layer}.{long}.bias"] = weights.vector(f"l{layer}.{short}.b")
        for short, long in norms.items():
            tensors[f"encoder.layer.{layer}.{long}.weight"] = weights.vector(f"l{layer}.{short}.w")
            tensors[f"encoder.layer.{layer}.{long}.bias"] = weights.vector(f"l{layer}.{short}.b")
    return tensors


def _hf_tokenizer(weights: E5Weights) -> Any:
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    vocabulary = [(p.decode(), s) for p, s in zip(weights.pieces, weights.scores.tolist(), strict=True)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=UNKNOWN, byte_fallback=False))
    removed = r"[\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f]"
    blank = r"[\t\n\x0c\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd]"
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(removed), ""),
            normalizers.Replace(Regex(blank), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    tokenizer.add_special_tokens(list(SPECIALS))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def _checkpoint_files(weights: E5Weights) -> dict[str, Any]:
    kind = "sentence_transformers.models"
    names = ("Transformer", "Pooling", "Normalize")
    modules = [
        {"idx": i, "name": str(i), "path": f"{i}_{name}" if i else "", "type": f"{kind}.{name}"}
        for i, name in enumerate(names)
    ]
    config = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": WINDOW,
        "vocab_size": weights.vocabulary,
        "type_vocab_size": 2,
        "hidden_act": "gelu",
        "layer_norm_eps": weights.epsilon,
        "pad_token_id": 1,
    }
    special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
    tokenizer = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": WINDOW}
    prompts = {"prompts": {"query": "query: ", "document": "passage: "}, "similarity_fn_name": "cosine"}
    return {
        "config.json": config,
        "modules.json": modules,
        "sentence_bert_config.json": {"max_seq_length": WINDOW, "do_lower_case": False},
        "config_sentence_transformers.json": prompts,
        "tokenizer_config.json": tokenizer | special | {"cls_token": "<s>", "sep_token": "</s>"},
        "1_Pooling/config.json": {"word_embedding_dimension": HIDDEN, "pooling_mode_mean_tokens": True},
    }

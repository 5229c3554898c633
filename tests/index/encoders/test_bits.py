"""Products of bits with vectors, by whole numbers."""

from __future__ import annotations

from base64 import b64decode

import numpy as np
import onnx

from index.encoders.bits import _GRAPH, products, rounded


def test_products_are_those_of_floats() -> None:
    random = np.random.default_rng(3)
    vectors = random.standard_normal((5, 384)).astype(np.float32)
    bits = random.random((40, 384)) < 0.5
    whole, step = rounded(vectors)
    found = products(np.packbits(bits, axis=-1), whole) * step
    assert np.allclose(found, bits @ vectors.T, atol=384 * np.abs(vectors).max() / 32_000)


def test_the_graph_is_one_product_of_whole_numbers() -> None:
    model = onnx.load_from_string(b64decode(_GRAPH))
    onnx.checker.check_model(model)
    assert [(node.op_type, [*node.input], [*node.output]) for node in model.graph.node] == [
        ("MatMulInteger", ["bits", "whole"], ["out"])
    ]

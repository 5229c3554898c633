"""Products of bits with float vectors by whole numbers: four times as quick as in floats, and as good as exact.

A vector is rounded to whole numbers of 16 bits, which are multiplied as two of 8 by the kernel that ONNX Runtime has
for int8 models; on one thread. What is lost is below one part in 30,000 of the vector's largest component.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

LARGEST = 32_000  # of 32,767, so that the upper byte stays within -128 and 127


def rounded(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Vectors, shape (n, d), as whole numbers, shape (d, 2n), upper bytes first, and the step of each, shape (n,)."""
    step = np.maximum(np.abs(vectors).max(1), 1e-12) / LARGEST
    whole = np.rint(vectors / step[:, None]).astype(np.int32)
    upper = (whole + 128) >> 8
    both = np.concatenate([upper, whole - (upper << 8)]).astype(np.int8)
    return np.ascontiguousarray(both.T), np.asarray(step, np.float32)


def products(codes: NDArray[np.uint8], whole: NDArray[np.int8]) -> NDArray[np.int32]:
    """For each row of packed bits, shape (m, d / 8), the sums of the components whose bit is set, shape (m, n)."""
    [found] = _session().run(None, {"bits": np.unpackbits(codes, axis=-1), "whole": whole})
    count = whole.shape[1] // 2
    return np.asarray((found[:, :count] << 8) + found[:, count:], np.int32)


@cache
def _session() -> Any:
    import onnxruntime
    from onnx import TensorProto, helper

    bits = helper.make_tensor_value_info("bits", TensorProto.UINT8, ["m", "d"])
    whole = helper.make_tensor_value_info("whole", TensorProto.INT8, ["d", "n"])
    out = helper.make_tensor_value_info("out", TensorProto.INT32, ["m", "n"])
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["bits", "whole"], ["out"])], "products", [bits, whole], [out]
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])

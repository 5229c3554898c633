"""The weights as other runtimes want them: the same numbers, in another order."""

from __future__ import annotations

import numpy as np

from index.encoders.e5 import HIDDEN, bundled_weights, read_weights, unpack_blocks
from index.encoders.e5_export import four_bits


def test_a_block_of_four_bits_is_read_in_its_order() -> None:
    """Weights 0 to 15 lie in the low halves of the bytes, 16 to 31 in the high ones."""
    block = np.array([*np.float16(1).tobytes(), *(low + 16 * (15 - low) for low in range(16))], np.uint8)
    [[packed]], [[scale]] = four_bits(block[None, None])
    assert scale == 1
    assert packed.tolist()[:8] == [0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE]
    assert packed.tolist()[8:] == [0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01]
    assert unpack_blocks(block[None, None])[0].tolist() == [*range(-8, 8), *range(7, -9, -1)]


def test_the_graph_for_questions_has_the_very_weights_of_the_file() -> None:
    blocks = read_weights(bundled_weights(), with_vocabulary=False).blocks("l0.q.w", HIDDEN)
    packed, scale = four_bits(blocks)
    weights = np.stack([packed & 15, packed >> 4], axis=-1).reshape(*packed.shape[:-1], -1) - np.float32(8)
    assert np.array_equal((weights * scale[..., None]).reshape(HIDDEN, HIDDEN), unpack_blocks(blocks))

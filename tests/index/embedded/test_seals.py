"""Seals: torn, cut off, replaced files are noticed in constant time; what only grew is not taken for damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from index.embedded import seals
from index.embedded.seals import holds, sealed, whole_checksum

LARGE = 3 * seals.WHOLE_UP_TO


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(np.random.default_rng(0).bytes(LARGE))
    return path


def test_a_file_that_is_as_it_was_holds(large: Path) -> None:
    assert holds(large, sealed(large))


@pytest.mark.parametrize("size", [0, 1, 100, seals.WHOLE_UP_TO])
def test_every_bit_of_a_small_file_counts(tmp_path: Path, size: int) -> None:
    path = tmp_path / "small"
    path.write_bytes(bytes(size))
    seal = sealed(path)
    assert holds(path, seal)
    for at in {0, size // 3, size - 1} if size else ():
        content = bytearray(size)
        content[at] ^= 1
        path.write_bytes(bytes(content))
        assert not holds(path, seal)


def test_a_large_file_that_is_cut_replaced_or_torn_is_noticed(large: Path) -> None:
    seal, content = sealed(large), large.read_bytes()
    torn = content[: LARGE // 2] + bytes(LARGE - LARGE // 2)
    for other in (content[:-1], b"", content + b"x", np.random.default_rng(1).bytes(LARGE), torn):
        large.write_bytes(other)
        assert not holds(large, seal)
    large.unlink()
    assert not holds(large, seal)


def test_a_file_may_grow_behind_what_was_sealed(large: Path) -> None:
    seal = sealed(large, LARGE - 500)
    with open(large, "ab") as file:
        file.write(b"more")
    assert holds(large, seal, growing=True)
    assert not holds(large, seal)
    large.write_bytes(large.read_bytes()[: LARGE - 501])
    assert not holds(large, seal, growing=True)


def test_as_much_is_read_of_a_file_however_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    for size in (LARGE, 40 * LARGE):
        assert len(seals._places(size)) == seals.BLOCKS
        read.append(sum(length for _, length in seals._places(size)))
        assert seals._places(size)[-1] == (size - seals.BLOCK, seals.BLOCK)
    assert read[0] == read[1]


def test_a_whole_checksum_tells_every_bit(large: Path) -> None:
    before = whole_checksum(large)
    content = bytearray(large.read_bytes())
    content[LARGE // 2 + 77] ^= 1
    large.write_bytes(bytes(content))
    assert before not in ("", whole_checksum(large))
    assert whole_checksum(large.with_name("absent")) == ""

"""A cluster's work is the same as this process's own, whatever becomes of its nodes (the drill is ray_drill.py)."""

from __future__ import annotations

import builtins
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.article import Draft, Rejection
from index.encoders.bundled import BundledEncoder
from index.encoders.encoder import Passage
from index.errors import ClusterFailed, EncoderError, EncoderMismatch
from index.ingesting.intake import Pending
from index.ingesting.ray_workers import Order, RayWorkers, prepared
from tests.fakes import draft, story

ROOT = Path(__file__).parents[3]
ALONE = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]


def can_be_alone() -> bool:
    """Whether a network of its own, with nothing but loopback, can be made here."""
    return bool(shutil.which("unshare")) and not subprocess.run([*ALONE, "true"], capture_output=True).returncode


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    if not can_be_alone():
        pytest.skip("a network with loopback alone cannot be made here (it takes root and `unshare`)")
    command = [*ALONE, sys.executable, "-m", "tests.index.ingesting.ray_drill", str(tmp_path_factory.mktemp("drill"))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_an_archive_made_by_a_cluster_that_loses_a_node_is_that_of_a_plain_ingest(drill: dict[str, Any]) -> None:
    assert drill["at_work"], "the node was not killed while a block was under way on it"
    assert drill["alive"] == 2  # the head and one of two workers
    assert drill["spread"] == drill["plain"]
    assert drill["plain"]["faults"] == []


def test_what_the_archive_holds_is_recognised_before_it_is_sent(drill: dict[str, Any]) -> None:
    added, changed, unchanged, chunks = drill["again"]["counts"]
    assert (added, changed, chunks) == (0, 0, 0)
    assert unchanged == sum(drill["plain"]["counts"][:3])
    assert drill["again"]["seal"] == drill["plain"]["seal"]


def order(encoder: BundledEncoder, **changes: str) -> Order:
    return Order("bundled", None, encoder.fingerprint | changes, 60)


def pending(one: Draft, held: str | None = None) -> Pending:
    return Pending(one, "hash", held)


def test_a_block_has_an_answer_for_each_draft_and_encodings_for_what_is_to_be_stored() -> None:
    encoder = BundledEncoder(threads=1)
    first = prepared([pending(story(1))], order(encoder)).prepared[0]
    assert not isinstance(first, Rejection)
    held = first.enriched.article.content_hash
    block = prepared([pending(draft("empty", " ")), pending(story(1), held), pending(story(2))], order(encoder))
    rejected, known, new = block.prepared
    assert isinstance(rejected, Rejection)
    assert not isinstance(known, Rejection)
    assert not isinstance(new, Rejection)
    assert known.entry is None
    assert new.entry is not None
    chunks = new.entry.chunks
    text = story(2).text
    context = new.enriched.article.context
    alone = encoder.encode_passages([Passage(text[c.start : c.end], context, c.language) for c in chunks])
    assert block.vectors.tolist() == [one.vector.astype(np.float16).tolist() for one in alone]
    assert np.array_equal(block.codes, np.concatenate([one.codes for one in alone]))
    assert block.lengths.tolist() == [len(one.codes) for one in alone]


def test_a_block_without_anything_to_encode_is_empty() -> None:
    block = prepared([pending(draft("empty", " "))], order(BundledEncoder(threads=1)))
    assert (block.vectors.shape, block.codes.shape, len(block.lengths)) == ((0, 384), (0, 48), 0)


def test_a_node_with_another_version_is_refused() -> None:
    with pytest.raises(EncoderMismatch, match="the same versions"):
        prepared([pending(story(1))], order(BundledEncoder(threads=1), graph="onnx-int8-9"))


def test_without_ray_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_ray(name: str, *rest: Any, **named: Any) -> Any:
        if name == "ray":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_ray)
    with pytest.raises(EncoderError, match=r"zitat\[ray\]"):
        RayWorkers("auto", "bundled")


def test_an_address_where_nothing_listens_is_refused_at_once() -> None:
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    with pytest.raises(ClusterFailed, match="ray start --head"):
        RayWorkers(f"127.0.0.1:{free}", "bundled")

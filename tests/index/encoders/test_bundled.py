"""The two graphs of the bundled encoder: each is unpacked and loaded when it is needed, and only once."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.encoders.bundled import BundledEncoder, unpacked, unpacked_questions
from index.encoders.encoder import Passage
from index.errors import EncoderError

WIND = Passage("wind", "", "en")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own, with what every encoder needs, and the graph for passages."""
    whole = unpacked()
    shutil.copytree(whole, tmp_path / whole.name)
    monkeypatch.setenv("ZITAT_CACHE", str(tmp_path))
    return tmp_path


def test_only_the_graph_that_is_needed_is_unpacked_and_loaded(cache: Path) -> None:
    encoder = BundledEncoder(1)
    encoder.encode_passages([WIND])
    assert not list(cache.glob("*questions*"))
    encoder = BundledEncoder(1)
    (unpacked() / "model.onnx").unlink()
    assert encoder.encode_query("wind", "en").vector.shape == (384,)
    with pytest.raises(EncoderError, match="delete the folder"):
        encoder.encode_passages([WIND])


@pytest.mark.parametrize("questions", [False, True])
def test_a_damaged_cache_says_which_folder_to_delete(cache: Path, questions: bool) -> None:
    spoilt = unpacked_questions() if questions else unpacked()
    (spoilt / "model.onnx").write_bytes((spoilt / "model.onnx").read_bytes()[:100_000])
    encoder = BundledEncoder(1)
    with pytest.raises(EncoderError, match=f"delete the folder {re.escape(str(spoilt))} and"):
        encoder.encode_query("wind", "en") if questions else encoder.encode_passages([WIND])


def test_archives_made_when_questions_ran_in_int8_stay_open() -> None:
    """Nothing of the graph for questions is in an archive."""
    assert BundledEncoder(1).fingerprint["graph"] == "onnx-int8-2"


def test_questions_in_several_threads_load_one_graph(cache: Path) -> None:
    encoder = BundledEncoder(1)
    with ThreadPoolExecutor(4) as pool:
        models = set(pool.map(lambda _: encoder.question_model, range(8)))
    assert len(models) == 1

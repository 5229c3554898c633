"""Where a language model is reached is checked when it is said."""

from __future__ import annotations

from typing import Any

import pytest

from index.errors import BadInput
from retrieval.answering.generative import LanguageModel, key_from

URL = "http://127.0.0.1:8080/v1"


@pytest.mark.parametrize(
    "url", ["", "127.0.0.1:8080", "ftp://a/v1", "http://", "http://me:secret@a/v1", "http://a/?key=secret"]
)
def test_an_address_that_is_none_is_refused_without_repeating_secrets(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        LanguageModel(url, "model")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "setting",
    [{"max_tokens": 0}, {"context_tokens": 600}, {"stall_seconds": 0}, {"total_seconds": float("nan")}, {"model": " "}],
)
def test_settings_that_cannot_work_are_refused(setting: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        LanguageModel(**({"base_url": URL, "model": "m"} | setting))


def test_the_key_comes_from_the_environment_and_is_never_shown() -> None:
    key = key_from({"ZITAT_LLM_KEY": " sk-1 "})
    assert key == "sk-1"
    assert "sk-1" not in repr(LanguageModel(URL, "m", key))
    assert key_from({}) is None

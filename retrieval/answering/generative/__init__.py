"""Answers written by a language model and proved sentence by sentence."""

from __future__ import annotations

from retrieval.answering.generative.endpoint import (
    KEY_VARIABLE,
    Endpoint,
    EndpointFailed,
    LanguageModel,
    Message,
    key_from,
)
from retrieval.answering.generative.writer import Writer, Written

__all__ = [
    "KEY_VARIABLE",
    "Endpoint",
    "EndpointFailed",
    "LanguageModel",
    "Message",
    "Writer",
    "Written",
    "key_from",
]

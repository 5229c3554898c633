"""Questions encoded together, each as it would be alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from api.service.batching import BatchingEncoder
from api.service.problems import TooSlow
from index.encoders.encoder import EncodedQuery, load_encoder
from tests.fakes import WordEncoder


class Together(WordEncoder):
    """Takes several questions in one call, when the test opens its gate."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.batches = threading.Event(), list[list[str]]()

    def encode_queries(self, questions: Sequence[str], languages: Sequence[str]) -> list[EncodedQuery]:
        self.batches.append(list(questions))
        assert self.gate.wait(10)
        if "bad" in questions:
            raise ValueError("bad")
        return [self.encode_query(*asked) for asked in zip(questions, languages, strict=True)]


def asked_while_busy(encoder: Together, batching: BatchingEncoder, questions: list[str]) -> list[EncodedQuery]:
    """Ask something, and the questions while that is encoded."""
    with ThreadPoolExecutor(len(questions) + 1) as threads:
        busy = threads.submit(batching.encode_query, "first", "en")
        while not encoder.batches:
            time.sleep(0.001)
        asked = [threads.submit(batching.encode_query, question, "en") for question in questions]
        while len(batching._waiting) < len(set(questions)):
            time.sleep(0.001)
        encoder.gate.set()
        busy.result()
        return [one.result() for one in asked]


def test_what_comes_while_a_batch_is_encoded_is_the_next_batch() -> None:
    encoder, sizes = Together(), list[int]()
    batching = BatchingEncoder(encoder, seen=sizes.append)
    questions = ["a b", "c", "a b", "d e f"]
    found = asked_while_busy(encoder, batching, questions)
    assert [sorted(batch) for batch in encoder.batches] == [["first"], ["a b", "c", "d e f"]]
    assert sizes == [1, 3]
    for question, query in zip(questions, found, strict=True):
        np.testing.assert_array_equal(query.vector, encoder.encode_query(question, "en").vector)
    batching.close()


def test_a_batch_that_fails_fails_for_those_in_it_alone() -> None:
    encoder = Together()
    batching = BatchingEncoder(encoder)
    with pytest.raises(ValueError, match="bad"):
        asked_while_busy(encoder, batching, ["a", "bad"])
    assert len(batching.encode_query("a", "en").tokens) == 1
    batching.close()


def test_a_question_that_is_not_encoded_in_time_is_given_up() -> None:
    encoder = Together()
    batching = BatchingEncoder(encoder, patience=0.05)
    with pytest.raises(TooSlow, match="encode"):
        batching.encode_query("a", "en")
    encoder.gate.set()
    batching.close()


def test_with_the_bundled_encoder_a_vector_does_not_depend_on_who_else_asks() -> None:
    encoder = load_encoder()
    batching = BatchingEncoder(encoder)
    questions = ["Who met in Baku?", "Wie hoch war der Handel?", "石油", "Who met in Baku?", "x " * 200] * 3
    with ThreadPoolExecutor(len(questions)) as threads:
        found = list(threads.map(lambda question: batching.encode_query(question, "en"), questions))
    for question, query in zip(questions, found, strict=True):
        alone = encoder.encode_query(question, "en")
        np.testing.assert_array_equal(query.vector, alone.vector)
        np.testing.assert_array_equal(query.tokens, alone.tokens)
    assert batching.fingerprint == encoder.fingerprint
    batching.close()

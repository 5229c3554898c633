"""The legs work side by side with the encoder, and nothing is asked of them twice."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest

from index.embedded.terms import TermIndex
from index.encoders.encoder import EncodedQuery
from retrieval import Searcher
from tests.fakes import WordEncoder, draft, stored

STORIES = [
    draft("both", "harbour strike news of."),
    draft("one", "harbour news of today."),
    draft("none", "entirely different matters here."),
]


class Waiting(WordEncoder):
    """Does not encode a question before the words have been looked up."""

    def __init__(self) -> None:
        super().__init__(4096)
        self.looked_up = Event()

    def encode_query(self, question: str, language: str) -> EncodedQuery:
        assert self.looked_up.wait(10), "nobody looks up the words"
        return super().encode_query(question, language)


def test_words_are_looked_up_while_the_question_is_encoded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder, search = Waiting(), TermIndex.search

    def told(*arguments: Any) -> Any:
        encoder.looked_up.set()
        return search(*arguments)

    monkeypatch.setattr(TermIndex, "search", told)
    stored(folder, STORIES, encoder)
    with Searcher(folder, encoder) as searcher:
        assert searcher.search("harbour strike").passages[0].article.id == "both"


def test_words_are_scored_once_for_each_passage(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores, asked = TermIndex.scores, []

    def noted(index: TermIndex, query: Any, keys: np.ndarray) -> Any:
        asked.extend(keys.tolist())
        return scores(index, query, keys)

    encoder = WordEncoder(4096)
    stored(folder, STORIES, encoder)
    with Searcher(folder, encoder) as searcher:
        monkeypatch.setattr(TermIndex, "scores", noted)
        found = searcher.find("harbour strike")
        assert asked == [3]  # the chunk that the lexical leg did not nominate
        with searcher.archive.reading() as (view, _):
            assert found.compared is not None
            features = found.compared.features
            assert np.allclose(features.bm25, view.lexical_scores(found.asked.terms, features.keys))
    assert (features.bm25[:2] > 0).all()
    assert features.bm25[2] == 0

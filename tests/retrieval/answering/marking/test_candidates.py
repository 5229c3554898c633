"""What a sentence offers as the answer to when, how much and who."""

from __future__ import annotations

import numpy as np
import pytest

from index.encoders.encoder import Encoder
from retrieval.answering.evidence import Sentence
from retrieval.answering.marking import Kind
from retrieval.answering.marking.candidates import candidates
from tests.fakes import WordEncoder

OFFERED: list[tuple[Kind, str, str, list[str]]] = [
    ("time", "es", "Alcanzaron su máximo entre 2005 y 2010.", ["2005 y 2010"]),
    ("time", "en", "It opened on 25 February 2010 and closed in 2014.", ["25 February 2010", "2014"]),
    ("time", "en", "They died out 66 million years ago.", ["66 million years"]),
    ("quantity", "en", "They won the cup twice and lost two.", ["two"]),
    ("quantity", "ru", "Он выиграл в возрасте 38 лет.", ["38 лет"]),
    ("quantity", "en", "In 2020 trade amounted to $626.8 million.", ["$626.8 million"]),
    ("person", "en", "The task force of Paul T. Stallsworth met.", ["Paul T. Stallsworth"]),
    ("person", "fr", "Ils suivaient Louis-Joseph de Montcalm et Lévis.", ["Louis-Joseph de Montcalm", "Lévis"]),
    ("place", "en", "They met there at the University of Paris yesterday.", ["University of Paris"]),
    ("time", "en", "Nothing of the kind.", []),
]


@pytest.fixture
def encoder() -> Encoder:
    return WordEncoder(256)


@pytest.mark.parametrize(("kind", "language", "text", "offered"), OFFERED, ids=range(len(OFFERED)))
def test_candidates_are_whole_dates_figures_and_names(
    encoder: Encoder, kind: Kind, language: str, text: str, offered: list[str]
) -> None:
    ends = encoder.token_ends(text)
    none = np.zeros((0, len(ends)), np.float32)
    sentence = Sentence(0, 0, len(text), text, language, 0.0, none, ends, np.zeros((0, 48), np.uint8))
    assert [text[one.start : one.end] for one in candidates(kind, sentence, encoder)] == offered

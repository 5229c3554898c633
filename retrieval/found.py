"""What a search leaves behind for an answer to be made from: more than a caller of the search is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.encoders.encoder import EncodedQuery, Encoder
from retrieval.holdings import UNKNOWN, Holdings
from retrieval.question import Question
from retrieval.ranking import Features, Floats
from retrieval.results import SearchResult
from retrieval.shortlist import Ranked


@dataclass(frozen=True)
class Compared:
    """The candidates that were compared token by token, best first: one row each of all four.

    `tokens` is how well each answers to each of the question's tokens, shape (candidates, question tokens).
    """

    features: Features
    late: Floats
    score: Floats
    tokens: Floats


@dataclass(frozen=True)
class Found:
    """A result with what it was made from.

    `ranked` are the passages' chunks with their token codes, in the order of `result.passages`; `texts` the articles'
    texts by id, as they were when the passages were cut from them. `rarity` is the weight (inverse document frequency)
    of each of the question's terms, and `holdings` what the archive has at all. `compared` is None where nothing was
    found, and so is `query` where the filters let nothing pass.
    """

    result: SearchResult
    asked: Question
    encoder: Encoder
    query: EncodedQuery | None = None
    ranked: tuple[Ranked, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    compared: Compared | None = None
    rarity: Mapping[str, float] = field(default_factory=dict)
    holdings: Holdings = UNKNOWN

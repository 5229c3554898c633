"""Whether the cited text supports a generated sentence, and which of its sentences do. No second model is asked.

Three checks, all of which must pass: the sentence means what a cited sentence means, by the encoder, in whatever two
languages; every figure, date and name in it stands there; and where both are in one language, both deny or neither
does.

How well they tell true from false is in docs/decisions/0009-generative-answers.md, measured by benchmarks/grounding.py.
A denial across languages is not caught, nor are the words of one sentence in another order ("A beat B").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.encoder import EncodedQuery, Encoder, Vectors
from retrieval.answering.evidence import Sentence
from retrieval.answering.generative.anchors import Anchor, anchors_of, is_found, keys_of
from retrieval.answering.generative.claims import Claim
from retrieval.answering.generative.negation import denies
from retrieval.found import Found

# Means of the best cosines, token by token and both ways, from which two sentences say the same: the nearest sentence
# that says something else is nearer where it shares the language, and so the very words.
SAME_LANGUAGE, OTHER_LANGUAGE = 0.60, 0.46
BY_VECTOR = 0.75  # the same for the cosine of an encoder that gives no token vectors
SAME_NAME = 0.5  # cosine of its tokens from which a name that another language spells otherwise is the same one
MOST_QUOTED = 3  # sentences quoted for one generated sentence from the passages it cites


@dataclass(frozen=True, eq=False)
class _Read:
    """A text as the checks see it; `ends` are those of its tokens."""

    text: str
    language: str
    encoded: EncodedQuery
    ends: NDArray[np.int64]


class Grounding:
    """Checks sentences against passages of one search, `shown` by their numbers from 0.

    `sentences` are those of all passages; each is encoded once, when first cited.
    """

    def __init__(self, found: Found, sentences: Sequence[Sentence], shown: frozenset[int]) -> None:
        self._passages, self._sentences, self._shown = found.result.passages, sentences, shown
        self._prover = Prover(found.encoder)

    def support(self, claim: Claim, language: str) -> tuple[Sentence, ...]:
        """The sentences that prove it, best first; none where what it cites is not there, or does not support it.

        The passages cited prove it together; then each that also does so alone is cited too.
        """
        cited = [list(self._of_passage(number - 1)) for number in claim.cited]
        proof = self._prover.proof(claim.text, language, [one for passage in cited for one in passage])
        if proof and len(cited) > 1:
            more = [one for passage in cited for one in self._prover.proof(claim.text, language, passage)]
            return tuple({(one.passage, one.start): one for one in (*proof, *more)}.values())
        return proof

    def _of_passage(self, number: int) -> Iterator[Sentence]:
        """The sentences that lie in a passage, under whichever passage they were found."""
        if number in self._shown:
            cited = self._passages[number]
            for one in self._sentences:
                same = self._passages[one.passage].article.id == cited.article.id
                if same and cited.start <= one.start and one.end <= cited.end:
                    yield one


class Prover:
    """Finds among sentences those that prove another; reads each text once."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._read = lru_cache(maxsize=None)(self._encoded)

    def proof(self, text: str, language: str, candidates: Sequence[Sentence]) -> tuple[Sentence, ...]:
        """The candidate that says the same, and others as close where it lacks a figure or name; else none."""
        claim = self._read(text, language)
        read = [self._read(one.text, one.language) for one in candidates]
        close = sorted(((similarity(claim, one), -at) for at, one in enumerate(read)), reverse=True)
        kept = [-at for score, at in close if score >= 1.0]
        if not kept or _contradicts(claim, read[kept[0]]):
            return ()
        missing = anchors_of(text, language, read[kept[0]].language)
        proof: list[Sentence] = []
        for at in kept[:MOST_QUOTED]:
            left = [anchor for anchor in missing if not _has(read[at], claim, anchor)]
            if not proof or len(left) < len(missing):
                proof.append(candidates[at])
            missing = left
        return () if missing else tuple(proof)

    def _encoded(self, text: str, language: str) -> _Read:
        return _Read(text, language, self._encoder.encode_query(text, language), self._encoder.token_ends(text))


def similarity(claim: _Read, source: _Read) -> float:
    """How nearly two sentences say the same; 1 or more is enough."""
    mine, theirs = claim.encoded, source.encoded
    if not len(mine.tokens) or not len(theirs.tokens):
        return float(mine.vector @ theirs.vector) / BY_VECTOR
    pairs = mine.tokens @ theirs.tokens.T
    enough = SAME_LANGUAGE if claim.language == source.language else OTHER_LANGUAGE
    return float(pairs.max(1).mean() + pairs.max(0).mean()) / (2 * enough)


def _contradicts(claim: _Read, source: _Read) -> bool:
    """Whether one denies and the other does not; across languages that would often be a matter of wording."""
    return claim.language == source.language and denies(claim.text, claim.language) != denies(
        source.text, source.language
    )


def _has(source: _Read, claim: _Read, anchor: Anchor) -> bool:
    if is_found(anchor, keys_of(source.text, source.language)):
        return True
    other = anchor.kind == "name" and claim.language != source.language
    return other and _name_closeness(source, claim, anchor) >= SAME_NAME


def _name_closeness(source: _Read, claim: _Read, anchor: Anchor) -> float:
    """The mean cosine of a name's tokens with those of the source that are nearest to them."""
    own = _tokens_of(claim, anchor)
    return float((own @ source.encoded.tokens.T).max(1).mean()) if len(own) and len(source.encoded.tokens) else 0.0


def _tokens_of(claim: _Read, anchor: Anchor) -> Vectors:
    ends = claim.ends[: len(claim.encoded.tokens)]
    starts = np.concatenate([[0], ends[:-1]])
    return claim.encoded.tokens[: len(ends)][(ends > anchor.start) & (starts < anchor.end)]

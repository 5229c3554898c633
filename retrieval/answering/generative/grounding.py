"""Whether the cited text supports a generated sentence, and which of its sentences do. No second model is asked.

Three checks, all of which must pass: the sentence means what a cited sentence means, by the encoder, in whatever two
languages; every figure, date and name in it stands there; and both deny or neither does, or in another language at
least says something where the one denies.

How well they tell true from false is in docs/decisions/0009-generative-answers.md, measured by benchmarks/grounding.py.
The words of one sentence in another order ("A beat B") are not caught.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from index.encoders.encoder import Encoder
from retrieval.answering.evidence import Sentence
from retrieval.answering.generative.alignment import Alignment, Read
from retrieval.answering.generative.anchors import Anchor, anchors_of, is_found, keys_of
from retrieval.answering.generative.claims import Claim
from retrieval.answering.generative.negation import denials
from retrieval.found import Found

# How close words of one language come to those of another (alignment.py): from SAME_NAME on it is the same name, and
# below ANSWERED nothing there says what a denial does. Fitted on 350 sentences of SIB-200, parallel in 30 languages.
SAME_NAME, ANSWERED = 0.16, 0.10
MOST_QUOTED = 3  # sentences quoted for one generated sentence from the passages it cites


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
        aligned = [Alignment(claim, self._read(one.text, one.language)) for one in candidates]
        close = sorted(((one.similarity(), -at) for at, one in enumerate(aligned)), reverse=True)
        kept = [-at for score, at in close if score >= 1.0]
        if not kept or _contradicts(aligned[kept[0]]):
            return ()
        missing = anchors_of(text, language, candidates[kept[0]].language)
        proof: list[Sentence] = []
        for at in kept[:MOST_QUOTED]:
            left = [anchor for anchor in missing if not _has(aligned[at], anchor)]
            if not proof or len(left) < len(missing):
                proof.append(candidates[at])
            missing = left
        return () if missing else tuple(proof)

    def _encoded(self, text: str, language: str) -> Read:
        return Read(text, language, self._encoder.encode_query(text, language), self._encoder.token_ends(text))


def _contradicts(aligned: Alignment) -> bool:
    """Whether one denies and the other does not; in another language it may do so in words that are not listed."""
    claim, source = aligned.claim, aligned.source
    mine, theirs = denials(claim.text, claim.language), denials(source.text, source.language)
    if aligned.same_language:
        return bool(mine) != bool(theirs)
    if mine is None or theirs is None or bool(mine) == bool(theirs):
        return False
    denying = aligned if mine else aligned.turned()
    told = [closeness for words in mine or theirs if (closeness := denying.closeness(*words)) is not None]
    return bool(told) and max(told) < ANSWERED


def _has(aligned: Alignment, anchor: Anchor) -> bool:
    source = aligned.source
    if is_found(anchor, keys_of(source.text, source.language)):
        return True
    if anchor.kind != "name" or aligned.same_language:
        return False
    return (aligned.closeness(anchor.start, anchor.end) or 0.0) >= SAME_NAME

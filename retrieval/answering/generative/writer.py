"""Answers in the words of a language model, of which only those sentences come out that the cited text proves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace

import regex

from index.text.language import UNKNOWN, detect
from retrieval.answering.evidence import Sentence
from retrieval.answering.generative.anchors import anchors_of, is_found, keys_of
from retrieval.answering.generative.claims import Claim, Claims, without_thoughts
from retrieval.answering.generative.endpoint import Endpoint, EndpointFailed, LanguageModel
from retrieval.answering.generative.grounding import Grounding
from retrieval.answering.generative.prompt import answer_prompt, rewrite_prompt
from retrieval.answering.options import Turn
from retrieval.found import Found

REWRITE_TOKENS = 200
LONGEST_REWRITE = 300  # code points
MOST_WITHHELD = 12  # sentences, after which the rest is not waited for
TELLING, SURE = 20, 0.8  # letters from which a sentence shows its language, and how sure that must be
_QUOTES = "\"'“”„«»「」 \n"
_QUESTION_MARKS = regex.compile("[?？؟]")


@dataclass(frozen=True)
class Written:
    """A sentence of the language model; one without proof is not to be shown."""

    text: str
    proof: tuple[Sentence, ...]


class Writer:
    """Writes with one language model; safe to use from several threads."""

    def __init__(self, model: LanguageModel) -> None:
        self.model = model

    def write(
        self, question: str, language: str, found: Found, sentences: Sequence[Sentence], most: int
    ) -> Iterator[Written]:
        """Sentences in a language as they come, at most `most` with proof; raises EndpointFailed.

        `sentences` are those of the passages found.
        """
        prompt = answer_prompt(question, language, found, most, self.model)
        if not prompt.passages:
            raise EndpointFailed("no passage can be shown to it")
        grounding, claims, withheld = Grounding(found, sentences, prompt.passages), Claims(language), 0
        with closing(Endpoint(self.model).stream(prompt.messages)) as pieces:
            for claim in _claims(pieces, claims):
                one = Written(claim.text, grounding.support(claim, language) if _is_in(claim, language) else ())
                yield one
                most, withheld = most - bool(one.proof), withheld + (not one.proof)
                if most == 0 or withheld == MOST_WITHHELD:
                    return
        if claims.declined:
            raise EndpointFailed("it finds no answer in the passages")

    def rewritten(self, question: str, language: str, turns: Sequence[Turn]) -> str | None:
        """The follow-up as a question that stands alone; None where what the model gives is no such question."""
        model = self.model
        hurried = replace(model, total_seconds=model.rewrite_seconds)
        try:
            text = Endpoint(hurried).complete(rewrite_prompt(question, turns), min(REWRITE_TOKENS, model.max_tokens))
        except EndpointFailed:
            return None
        text = without_thoughts(text).strip(_QUOTES)
        return text if _is_question(text) and _is_from(text, question, language, turns) else None


def _claims(pieces: Iterator[str], claims: Claims) -> Iterator[Claim]:
    for piece in pieces:
        yield from claims.add(piece)
    yield from claims.finish()


def _is_in(claim: Claim, language: str) -> bool:
    """Whether the sentence is in the language asked for, as far as it shows one."""
    if language == UNKNOWN or sum(map(str.isalpha, claim.text)) < TELLING:
        return True
    told, sure = detect(claim.text)
    return told == language or sure < SURE


def _is_question(text: str) -> bool:
    return 0 < len(text) <= LONGEST_REWRITE and "\n" not in text and len(_QUESTION_MARKS.findall(text)) <= 1


def _is_from(text: str, question: str, language: str, turns: Sequence[Turn]) -> bool:
    """Whether every figure, date and name in it was said in the conversation."""
    said = " \n".join([question, *(part for turn in turns for part in (turn.question, turn.answer))])
    keys = keys_of(said, language)
    return all(is_found(anchor, keys) for anchor in anchors_of(text, language, language))

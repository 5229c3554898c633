"""Sentences that open with a pronoun, quoted together with the sentence before: "He thanked Japan" leaves open who did.

A quotation is never altered, so the name is not put in its place; what is quoted only begins earlier in the article.
Languages that leave the pronoun out are not helped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from retrieval.answering.evidence import Sentence
from retrieval.answering.following.small_words import tokens_of, words_of
from retrieval.found import Found

LONGEST = 400  # code points of what goes before; a longer sentence would hide the one that answers
GAP = 4  # code points between two sentences that follow each other
FIRST_WORDS = 2  # among which the pronoun stands: "But he said"


def with_antecedent(found: Found, sentence: Sentence, sentences: Sequence[Sentence]) -> Sentence:
    """The sentence, from the beginning of the one before it where it opens with a pronoun and a passage holds both."""
    if not opens_with_pronoun(sentence.text, sentence.language):
        return sentence
    article = found.result.passages[sentence.passage].article.id
    own = [one for one in sentences if found.result.passages[one.passage].article.id == article]
    before = next((one for one in own if _goes_before(one, sentence)), None)
    if before is None or opens_with_pronoun(before.text, before.language):
        return sentence
    held = (number for number in (before.passage, sentence.passage) if _holds(found, number, before, sentence))
    number = next(held, None)
    return sentence if number is None else _joined(found, number, before, sentence)


def _joined(found: Found, number: int, before: Sentence, sentence: Sentence) -> Sentence:
    passage = found.result.passages[number]
    return replace(
        sentence,
        passage=number,
        start=before.start,
        text=passage.text[before.start - passage.start : sentence.end - passage.start],
        pairs=np.concatenate([before.pairs, sentence.pairs], axis=1),
        ends=np.concatenate([before.ends, sentence.ends]),
        codes=np.concatenate([before.codes, sentence.codes]),
    )


def opens_with_pronoun(text: str, language: str) -> bool:
    """Whether a sentence begins with a word that stands for somebody named before, after a small word at most."""
    words = words_of(language)
    opening = tokens_of(text[:LONGEST], words)[:FIRST_WORDS] if words else []
    for token in opening:
        if words and token.text in words.subjects:
            return True
        if words and token.text not in words.small:
            return False
    return False


def _goes_before(one: Sentence, sentence: Sentence) -> bool:
    return 0 <= sentence.start - one.end <= GAP and len(one.text) <= LONGEST


def _holds(found: Found, number: int, first: Sentence, last: Sentence) -> bool:
    passage = found.result.passages[number]
    return passage.start <= first.start and last.end <= passage.end

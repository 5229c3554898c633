"""What tells, after a search, whether the passages found hold the answer.

The usual sign of an answer that is not there is one part of the question - a name, a year, a relation - to which the
best passage does not answer, while some other passage does. So each of the question's words is looked at by itself:
whether the best sentence, the first passage, and any passage answer to it, by the word itself or by a close one. A wide
question, which many passages answer, has none that stands out; so it counts, too, how many of them answer to all of
it. What was tried, and what each is worth, is in docs/decisions/0007-refusal.md.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.answering.asked_words import (
    AskedWord,
    Values,
    answered,
    asked_words,
    by_word,
    closest,
    shares,
    terms_of,
    weights,
)
from retrieval.answering.evidence import Sentence
from retrieval.found import Compared, Found

Signals = dict[str, float]

NO_NAME = 0.5  # stands for how well a question's names are answered to where it has none
MILD = 8.0  # how much the token that falls shortest counts: at 0 all alike, far above this it alone
BLUR = 0.02  # added to a spread, which is next to nothing where there are few candidates
SHOWN = 10  # passages looked at, however many were asked for
MET, MOST = 0.5, 0.75  # estimated cosine from which a candidate meets a word; the share of words that are most
AS_WELL = 0.1  # so much worse than the best candidate is as good
ALL = 0.5  # how well the word answered to least must be for all to be
HARDLY = 5  # candidates, by which a word is met where it is hardly met


def signals(found: Found, sentences: Sequence[Sentence]) -> Signals:
    """By name; the same names for every search of one encoder, whether or not it gives token codes."""
    compared = found.compared
    if compared is None or found.query is None:
        return {}
    known = _of_legs(compared, found.asked.understood.language)
    coded, words = [one for one in sentences if one.pairs.size and one.passage < SHOWN], asked_words(found)
    if words and coded and compared.tokens[0].any():
        known |= _of_candidates(compared, words) | _of_passages(found, coded, words)
    return known


def _of_legs(compared: Compared, language: str) -> Signals:
    features = compared.features
    ideal = max(features.ideal_bm25, 1e-9)
    others = compared.late[1:]
    by_words, by_meaning = int(features.bm25.argmax()), int(features.cosine.argmax())
    return {
        "own language": float(features.languages[0] == language),
        "candidates in own language": float((features.languages == language).mean()),
        "cosine": float(features.cosine.max()),
        "cosine in the middle": float(np.median(features.cosine)),
        "lead of cosine over the 5th": _lead(features.cosine, 4),
        "lead of cosine over the 20th": _lead(features.cosine, 19),
        "lead of score": _lead(compared.score, 1),
        "lead of score over the 5th": _lead(compared.score, 4),
        "words": float(features.bm25[0]) / ideal,
        "lead of words over the 5th": _lead(features.bm25, 4) / ideal,
        "stands out": float(compared.late[0] - others.mean()) / (float(others.std()) + BLUR) if len(others) else 0.0,
        "words and late interaction agree": float(by_words == int(compared.late.argmax())),
        "words and cosine agree": float(by_words == by_meaning),
        "candidates": float(len(compared.late)),
    }


def _of_candidates(compared: Compared, words: Sequence[AskedWord]) -> Signals:
    """How the candidates answer to the question token by token, whether or not they are shown."""
    tokens, weight = compared.tokens.astype(np.float64), weights(words)
    met, best = by_word(tokens, words), by_word(tokens.max(0, keepdims=True), words)
    return {
        "best passage falls short": _least_shortfall(tokens.max(0), tokens),
        "word met least": float(met[0].min()),
        "word hardly met": _hardly_met(met),
        "words of content": float(len(words)),
        "met as well as anywhere": float((best[0] - met[0] <= AS_WELL) @ weight),
        "candidates that meet most": float(np.log1p(((met >= MET) @ weight >= MOST).sum())),
    }


def _of_passages(found: Found, sentences: Sequence[Sentence], words: Sequence[AskedWord]) -> Signals:
    """How the passages shown, and the best of their sentences, answer to the question word by word."""
    tokens, weight, best = closest(sentences), weights(words), sentences[0]
    passages = answered_by_passages(found, sentences, words)
    by_best = answered(shares([terms_of(best.text, best.language)], words), by_word(tokens[:1], words))
    named = [at for at, word in enumerate(words) if word.named]
    return {
        "lead of sentence over the 5th": _lead(tokens.mean(1), 4),
        "answered by the best sentence": float(by_best[0] @ weight),
        "answered by any passage": float(passages.max(0) @ weight),
        "word answered least by the first passage": float(passages[0].min()),
        "names answered by the first passage": float(passages[0, named].min()) if named else NO_NAME,
        "passages that answer to all": float(np.log1p((passages.min(1) >= ALL).sum())),
    }


def answered_by_passages(found: Found, sentences: Sequence[Sentence], words: Sequence[AskedWord]) -> Values:
    """How well each passage shown answers to each word, 0 to 1, by all that it says and its closest sentence."""
    passages = found.result.passages[:SHOWN]
    nearest = np.zeros((len(passages), len(words)))
    for sentence, row in zip(sentences, by_word(closest(sentences), words), strict=True):
        nearest[sentence.passage] = np.maximum(nearest[sentence.passage], row)
    return answered(shares([terms_of(one.text, one.article.language) for one in passages], words), nearest)


def _hardly_met(met: Values) -> float:
    """How well any candidate meets a word that few of them meet, the least such; 1 where many meet each word."""
    few = (met >= MET).sum(0) <= HARDLY
    return float(met.max(0)[few].min()) if few.any() else 1.0


def _lead(values: NDArray[np.floating], place: int) -> float:
    """How far the largest is above the one at a place counted from 0, or above the last where there are fewer."""
    ordered = np.sort(values)[::-1]
    return float(ordered[0] - ordered[min(place, len(ordered) - 1)])


def _least_shortfall(best: Values, rows: Values) -> float:
    """The smallest mean over tokens of how far a row is below the best, in which far ones count for more."""
    return float((np.log(np.exp(MILD * (best - rows)).mean(1)) / MILD).min())

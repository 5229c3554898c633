"""Where names stand in a sentence, in any language: told by its tokens' codes, also where no capitals are written.

One direction in the space of token vectors, fitted on the capitals of fourteen languages (benchmarks/fit_names.py; on
sentences it has not seen, AUC .963), separates names from other words; it works as well in Arabic or Chinese.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import regex
from numpy.typing import NDArray

from index.encoders.encoder import Encoder
from retrieval.answering.evidence import Sentence

FITTED = Path(__file__).parents[1] / "data" / "names.npz"
LIKELY = -1.0  # log-odds from which a word is taken for a name: marking is chosen among them by other evidence
CAPITAL = 1.0  # said of a capital letter inside a sentence, for encoders without codes
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD = regex.compile(
    rf"[{_UNSPACED}]|\p{{Katakana}}[\p{{Katakana}}ー]*|(?:(?![{_UNSPACED}])[\p{{L}}\p{{M}}\p{{N}}'’-]|&\p{{Latin}}{{2,8}};)+"
)
_BETWEEN = regex.compile(  # within one name: "Paul T. Stallsworth", "Louis-Joseph de Montcalm", "University of Paris"
    r"\s{0,2}|[·・-]|(?<=\b\p{Lu}\p{L}{0,2})\.\s?"
    r"|(?:\s(?:d[aeiou]|de[lrns]|d[oa]s|la|le|della|van|von|zu|ter|bin|ibn|al|el|of|af)){1,2}\s"
)
_ENDING = {  # of a word's case, which is written after an apostrophe and is no part of the name
    "en": regex.compile(r"['’]s$"),
    "tr": regex.compile(r"['’]\p{Ll}{1,6}$"),
}
_LETTER = regex.compile(r"\p{L}")


@dataclass(frozen=True)
class Name:
    """From `start` to `end` of the sentence's text; `likelihood` is the log-odds of its surest word."""

    start: int
    end: int
    likelihood: float


def names_in(sentence: Sentence, encoder: Encoder) -> list[Name]:
    """The names of a sentence in order; words beside each other are one name."""
    out: list[Name] = []
    for name in _likely_words(sentence, encoder):
        if out and _BETWEEN.fullmatch(sentence.text, out[-1].end, name.start):
            out[-1] = Name(out[-1].start, name.end, max(out[-1].likelihood, name.likelihood))
        else:
            out.append(name)
    return [_without_ending(one, sentence) for one in out]


def is_fitted_for(encoder: Encoder) -> bool:
    """Whether what is told by its codes was fitted on them; what their cosines mean is not known of others."""
    return _direction_of(encoder) is not None


def _direction_of(encoder: Encoder) -> NDArray[np.float32] | None:
    return _direction(json.dumps(encoder.fingerprint, sort_keys=True))


def _without_ending(name: Name, sentence: Sentence) -> Name:
    """A name as it is when nothing is said of it: "Bill Foley" of "Bill Foley’s quest"."""
    ending = _ENDING.get(sentence.language)
    found = ending.search(sentence.text, name.start, name.end) if ending else None
    return replace(name, end=found.start()) if found else name


def _likely_words(sentence: Sentence, encoder: Encoder) -> Iterator[Name]:
    direction = _direction_of(encoder)
    if direction is None or not len(sentence.codes):
        yield from _capitals(sentence.text)
        return
    scores = (np.unpackbits(sentence.codes, axis=-1).astype(np.float32) * 2 - 1) @ direction[:-1] + direction[-1]
    ends = sentence.ends - sentence.start
    starts = np.concatenate([[0], ends[:-1]])
    for word in _WORD.finditer(sentence.text):
        inside = (starts < word.end()) & (ends > word.start())
        if inside.any() and _may_be_name(word[0]) and (likelihood := float(scores[inside].max())) > LIKELY:
            yield Name(*word.span(), likelihood)


def _may_be_name(word: str) -> bool:
    """Whether it has letters and, where its script tells capitals from others, begins with no small one."""
    return bool(_LETTER.search(word)) and not word[0].islower()


def _capitals(text: str) -> Iterator[Name]:
    for word in _WORD.finditer(text):
        if word.start() and word[0][0].isupper():
            yield Name(*word.span(), CAPITAL)


@cache
def _direction(fingerprint: str) -> NDArray[np.float32] | None:
    """The fitted direction and its offset, shape (d + 1,); None for an encoder that it was not fitted for."""
    with np.load(FITTED) as fitted:
        return fitted["direction"] if str(fitted["codes"]) == fingerprint else None

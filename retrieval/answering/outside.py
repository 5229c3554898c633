"""Questions about a time of which the archive cannot tell: after its last dated article, or before its first.

An article may tell of plans for a year to come, and of history. So what is found still answers where a sentence names
the year that is asked about; for a year to come it must answer to the rest of the question, too, since "World Cup 2030
will be in Morocco" does not tell who won it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import regex

from index.text.published import parsed
from retrieval.answering.asked_words import answered, asked_words, by_word, closest, shares, terms_of
from retrieval.answering.evidence import Sentence
from retrieval.answering.phrases import read_in, say, shown_date
from retrieval.found import Found
from retrieval.results import DateRange

ALL = 0.5  # how well the word answered to least must be for a sentence to answer to all
_YEAR = regex.compile(r"(?<!\d)\d{4}(?!\d)")


@dataclass(frozen=True)
class Outside:
    """What is asked about lies beyond the end of the archive that is nearest to it, of the date `edge`."""

    after: bool
    edge: str

    def reason(self, language: str) -> str:
        """Said to the reader."""
        edge = shown_date(self.edge, read_in(language))
        if self.after:
            return say(language, "The archive's last article is of {date}. These are the nearest passages.", date=edge)
        return say(language, "The archive's first article is of {date}. These are the nearest passages.", date=edge)


def outside(found: Found, sentences: Sequence[Sentence]) -> Outside | None:
    """On which side of the archive the time asked about lies; None where it is within, or something tells of it."""
    years = [one for one in found.asked.understood.dates if _YEAR.search(one.text)]
    first, last = _days(found.holdings.first), _days(found.holdings.last)
    if not years or first is None or last is None or found.holdings.first is None or found.holdings.last is None:
        return None
    if all(one.earliest > last[1] for one in years):
        told = any(_answers(found, sentence) for sentence in sentences if _names(sentence.text, years))
        return None if told else Outside(True, found.holdings.last)
    if all(one.latest < first[0] for one in years):
        told = any(_names(passage.text, years) for passage in found.result.passages)
        return None if told else Outside(False, found.holdings.first)
    return None


def _days(published_at: str | None) -> tuple[date, date] | None:
    known = parsed(published_at)
    return known.days if known else None


def _names(text: str, years: Sequence[DateRange]) -> bool:
    """Whether a text names one of the years, in any digits."""
    named = {int(match[0]) for match in _YEAR.finditer(text)}
    return any(one.earliest.year <= year <= one.latest.year for one in years for year in named)


def _answers(found: Found, sentence: Sentence) -> bool:
    """Whether a sentence answers to every word of content; True where the encoder gives nothing to tell it by."""
    words = asked_words(found)
    if not words or not sentence.pairs.size:
        return True
    close = by_word(closest([sentence]), words)
    return bool(np.min(answered(shares([terms_of(sentence.text, sentence.language)], words), close)) >= ALL)

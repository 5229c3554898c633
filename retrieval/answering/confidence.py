"""How likely it is that the archive holds the answer: a logistic regression on what one search left behind.

The weights are in data/refusal.json, which says what they were fitted on. An archive may bring its own scale and
offset, from `zitat calibrate`; they are kept where it is, and count only for the encoder with which they were fitted.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from index.archive import Archive
from index.errors import BadInput
from retrieval.answering.evidence import Sentence
from retrieval.answering.outside import outside
from retrieval.answering.signals import Signals, signals
from retrieval.found import Found

WEIGHTS = Path(__file__).parent / "data" / "refusal.json"
NAME = "calibration"
FEW = 30.0  # candidates; how one of them stands out from the others tells less where there are fewer
KINDS = ("tokens", "few", "plain")
BEYOND = -3.0  # log-odds, at most, of what the archive cannot tell: nothing near is about it, or its time is another
FEW_WORDS = 3.0  # of content; with more of them the signals tell by themselves
FAR, FARTHER = 0.685, 0.66  # cosines of the nearest passage; questions that an archive answers hardly ever have less
MET_ELSEWHERE = 0.58  # the share of a question that the first passage meets about as well as any candidate does
NO_LEAD = 0.04  # of the first passage's score over the second's
PARTLY_MET, RATHER_FAR = 0.70, 0.69  # the share, and the cosine, below which a first passage without a lead is not near
TOLD = 0.9  # how well the first passage answers to each word, names among them, to be about the question after all
ONE_OR_TWO = 2.0  # words of content, of which one that nothing speaks of is most of the question
AWAY, UNSAID = 0.70, 0.57  # cosine of the nearest passage; how well any candidate meets a word that hardly one meets
FARTHEST = 30.0  # from even, in log-odds: beyond it a probability is 0 or 1


@dataclass(frozen=True)
class Weight:
    """One signal's share in the log-odds: `weight` times how many deviations it is above the mean."""

    mean: float
    deviation: float
    weight: float


@dataclass(frozen=True)
class Logistic:
    """The log-odds that the answer is there; `languages` adds to them by the question's language."""

    intercept: float
    weights: Mapping[str, Weight]
    languages: Mapping[str, float]

    def log_odds(self, known: Signals, language: str) -> float:
        """From the signals by name; those without a weight do not count."""
        told = sum(one.weight * (known[name] - one.mean) / one.deviation for name, one in self.weights.items())
        return self.intercept + self.languages.get(language, 0.0) + told


@cache
def bundled() -> Mapping[str, Logistic]:
    """The weights that come with Zitat, by the name that `kind_of` gives."""
    content = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return {kind: logistic(content[kind]) for kind in KINDS}


def logistic(content: dict[str, Any]) -> Logistic:
    """From a part of a file of weights."""
    weights = {name: Weight(*numbers) for name, numbers in content["weights"].items()}
    return Logistic(content["intercept"], weights, content["languages"])


def kind_of(known: Signals) -> str:
    """Which weights a search is judged by: those for token codes, those for few candidates, or those without codes."""
    if "word met least" not in known:
        return "plain"
    return "few" if known["candidates"] < FEW else "tokens"


def nothing_near(known: Signals) -> bool:
    """Whether a short question is about something that no passage is about: "How do I bake an apple pie?" in news.

    Of few words each is found somewhere, so that signals of words take "the king of the sun" for answered.
    """
    if kind_of(known) != "tokens" or known.get("words of content", FEW_WORDS + 1) > FEW_WORDS or _told(known):
        return False
    met, cosine = known["met as well as anywhere"], known["cosine"]
    if (met < MET_ELSEWHERE and cosine < FAR) or _unsaid(known):
        return True
    return known["lead of score"] < NO_LEAD and (cosine < FARTHER or (met < PARTLY_MET and cosine < RATHER_FAR))


def _told(known: Signals) -> bool:
    """Whether the first passage has every word, a name among them: "What did Dvorkovich say?" resembles no passage."""
    answered = ("word answered least by the first passage", "names answered by the first passage")
    return all(known.get(name, 0.0) >= TOLD for name in answered)


def _unsaid(known: Signals) -> bool:
    """Whether one of two words is spoken of nowhere: "Où habite Astérix ?".

    Told only where something found is in the question's language: of others, words that are there come no closer.
    """
    if known["words of content"] > ONE_OR_TWO or not known.get("candidates in own language"):
        return False
    return known["cosine"] < AWAY and known.get("word hardly met", 1.0) < UNSAID


@dataclass(frozen=True)
class Calibration:
    """Below `threshold` an answer is refused. `scale` and `offset` fit the log-odds to one archive."""

    threshold: float = 0.5
    scale: float = 1.0
    offset: float = 0.0
    models: Mapping[str, Logistic] = field(default_factory=bundled, repr=False)

    def confidence(self, found: Found, sentences: Sequence[Sentence]) -> float:
        """The probability, 0 to 1, that the passages found hold the answer."""
        if not sentences or not any(map(str.isalnum, found.asked.text)):
            return 0.0
        told = self.log_odds(signals(found, sentences), found.asked.understood.language)
        return self.probability(min(told, BEYOND) if outside(found, sentences) else told)

    def log_odds(self, known: Signals, language: str) -> float:
        """Before scale and offset, which are an archive's own; far below even where nothing was found."""
        if not known:
            return -FARTHEST
        told = self.models[kind_of(known)].log_odds(known, language)
        if nothing_near(known):
            told = min(told, BEYOND)
        return max(-FARTHEST, min(FARTHEST, told))

    def probability(self, log_odds: float) -> float:
        """Of an answer, at these log-odds in this archive."""
        own = max(-FARTHEST, min(FARTHEST, self.scale * log_odds + self.offset))
        return 1.0 / (1.0 + math.exp(-own))


@dataclass(frozen=True)
class Fitted:
    """What `zitat calibrate` keeps of an archive: for which encoder, and from what."""

    encoder: Mapping[str, str | int]
    scale: float
    offset: float
    fitted_on: str


def calibration_of(archive: Archive) -> Calibration:
    """The archive's own, or else the one that comes with Zitat; raises BadInput for one that does not belong to it."""
    kept = archive.location.read(NAME)
    if kept is None:
        return Calibration()
    name, cure = place_of(archive), f"run `zitat calibrate --archive {archive.location.name}` again"
    cure += ", or delete the file" if archive.location.is_local else ""
    try:
        fitted = Fitted(**json.loads(kept))
        made = Calibration(scale=float(fitted.scale), offset=float(fitted.offset))
        if not (made.scale > 0 and math.isfinite(made.scale + made.offset)):
            raise ValueError(f"scale {made.scale}, offset {made.offset}")
    except (ValueError, TypeError) as error:
        raise BadInput(f"{name} cannot be read ({error})", cure) from error
    if dict(fitted.encoder) != archive.manifest.encoder:
        models = fitted.encoder.get("model"), archive.manifest.encoder.get("model")
        raise BadInput(f"{name} was fitted for the encoder {models[0]}, the archive is of {models[1]}", cure)
    return made


def keep(archive: Archive, fitted: Fitted) -> None:
    """Keep it where the archive is, the old one whole until the new one is."""
    archive.location.keep(NAME, json.dumps(asdict(fitted), indent=1, ensure_ascii=False) + "\n")


def place_of(archive: Archive) -> str:
    """Where an archive's own calibration is, for people to read."""
    if archive.location.is_local:
        return str(archive.path / f"{NAME}.json")
    return f"the calibration of {archive.location.name}"

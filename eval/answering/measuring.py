"""Asking every question of a test set, and what comes of it in figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import fmean

from tqdm import tqdm

from eval.answering.askers import Asker
from eval.answering.scoring import Score, scored
from eval.fitting import measures
from eval.sets import Gold, Query, TestSet
from retrieval.answering.confidence import Calibration

Group = str  # "all", "same language", "other languages", "de>en"
Figures = dict[str, float]


@dataclass(frozen=True)
class Case:
    """A question, the language of the articles it is put to (None: all), and where answers are marked in those.

    `relevant` are the articles that answer it: without them it should be refused.
    """

    query: Query
    pool: str | None
    golds: tuple[Gold, ...]
    relevant: tuple[str, ...]

    @property
    def groups(self) -> list[Group]:
        """The groups whose figures it counts in."""
        if self.pool is None:
            return ["all", self.query.language]
        same = self.query.language == self.pool
        return ["same language" if same else "other languages", f"{self.query.language}>{self.pool}"]


@dataclass(frozen=True)
class Outcome:
    """What came of a case: scores, and the confidence with and without the articles that answer."""

    case: Case
    score: Score
    confidence: float
    without: float | None


def cases(test_set: TestSet, pools: Sequence[str | None]) -> list[Case]:
    """Every query of a set against every pool in which an article answers it."""
    spoken = test_set.article_languages
    out = []
    for pool in pools:
        for query in test_set.queries:
            relevant = [
                article
                for article, grade in test_set.qrels[query.id].items()
                if grade > 0 and (pool is None or spoken.get(article) == pool)
            ]
            golds = tuple(gold for gold in query.answers if gold.article in relevant)
            if relevant:
                out.append(Case(query, pool, golds, tuple(relevant)))
    return out


def ask_cases(asker: Asker, listed: Sequence[Case], *, threads: int = 1, progress: bool = True) -> list[Outcome]:
    """Put each case to the asker: as it is, and as if nothing answered it."""

    def one(case: Case) -> Outcome:
        languages = (case.pool,) if case.pool else ()
        asked = asker.ask(case.query.text, languages)
        without = asker.answers_without(case.query.text, languages, case.relevant)
        return Outcome(case, scored(asked, case.golds, asker.article), asked.answer.confidence, without)

    for case in listed[:1]:
        one(case)  # loads what the others find loaded: its time would tell of that
    with ThreadPoolExecutor(threads) as workers:
        found = workers.map(one, listed)
        return list(tqdm(found, f"{asker.name}: answers", len(listed), disable=None if progress else True))


def figures(outcomes: Iterable[Outcome]) -> dict[Group, Figures]:
    """Means of every score, and precision and recall of refusing, over each group; times in milliseconds."""
    groups: dict[Group, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        for group in outcome.case.groups:
            groups[group].append(outcome)
    return {name: _means(own) | _refusing(own) for name, own in sorted(groups.items(), key=lambda item: ">" in item[0])}


def _means(own: Sequence[Outcome]) -> Figures:
    out: Figures = {"questions": float(len(own))}
    for name in dict.fromkeys(name for outcome in own for name in outcome.score):
        known = [outcome.score[name] for outcome in own if name in outcome.score]
        if name.startswith("seconds"):
            out[name.replace("seconds", "ms")] = 1_000 * fmean(known)
        else:
            out[name] = fmean(known)
    return out


def _refusing(own: Sequence[Outcome]) -> Figures:
    """Precision, recall, area under the curve and calibration error of refusing, where both ways were asked."""
    without = [outcome.without for outcome in own if outcome.without is not None]
    if not without:
        return {}
    answerable = [True] * len(own) + [False] * len(without)
    known = measures(answerable, [outcome.confidence for outcome in own] + without, Calibration().threshold)
    names = {"precision": "refusal precision", "recall": "refusal recall", "AUC": "refusal AUC", "ECE": "refusal ECE"}
    return {name: known[key] for key, name in names.items()}

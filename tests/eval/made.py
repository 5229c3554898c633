"""Test sets and runs made in memory, whose figures can be said by hand or are the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from eval.measuring import Evaluation, evaluate
from eval.runs import Run
from eval.sets import Gold, Query, TestSet
from index.article import Draft

HOSTILE = "<script>alert('x')</script> </style> {{ 7 * 7 }} & \"quoted\" | `code`"


def made_set(
    queries: Sequence[tuple[str, str]], qrels: Mapping[str, Mapping[str, int]], articles: Sequence[tuple[str, str]]
) -> TestSet:
    """Queries and articles are (id, language); their texts name them."""

    def corpus() -> Iterator[Draft]:
        for number, (article, language) in enumerate(articles, 1):
            yield Draft(f"The text of {article}.", "made", number, id=article, title=f"On {article}", language=language)

    asked = tuple(Query(query, f"What of {query}?", language) for query, language in queries)
    return TestSet("made", "all", asked, {query: dict(own) for query, own in qrels.items()}, corpus)


def parallel_set(count: int, languages: Sequence[str] = ("de", "en")) -> TestSet:
    """The same `count` questions and articles in each language; the article in every language is relevant."""
    numbers = [f"{number:03d}" for number in range(count)]
    listed = [(f"{language}-{number}", language) for number in numbers for language in languages]
    qrels = {query: {f"{language}-{query[-3:]}": 1 for language in languages} for query, _ in listed}
    return made_set(listed, qrels, listed)


def made_run(test_set: TestSet, skill: float, seed: int = 1, name: str = "made") -> Run:
    """Every article scored by chance, to one decimal so that there are ties; the relevant `skill` higher."""
    chance = np.random.default_rng(seed)
    articles = list(test_set.article_languages)
    rankings = {}
    for query in test_set.queries:
        scores = chance.random(len(articles)) + [skill * (a in test_set.qrels[query.id]) for a in articles]
        rankings[query.id] = {a: round(float(score), 1) for a, score in zip(articles, scores, strict=True)}
    return Run(name, rankings, {query.id: 0.001 * (at + 1) for at, query in enumerate(test_set.queries)}, per_second=9)


def measured(test_set: TestSet, skill: float, name: str, seed: int = 1) -> Evaluation:
    """The figures of such a run."""
    return evaluate(test_set, made_run(test_set, skill, seed, name))


def hostile_set() -> TestSet:
    """One question about one article, all of whose texts would break a page that trusts them."""

    def corpus() -> Iterator[Draft]:
        yield Draft(f"{HOSTILE} 42 {HOSTILE}", "made", 1, id="<b>a</b>", title=HOSTILE, language="en")
        yield Draft("Nothing.", "made", 2, id="other", title="", language="en")

    query = Query("<i>q</i>", HOSTILE, "en", (Gold("<b>a</b>", len(HOSTILE) + 1, "42"),))
    return TestSet("made", "all", (query,), {query.id: {"<b>a</b>": 1}}, corpus)

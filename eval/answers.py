"""Measures answers on a BEIR folder whose questions have answers marked in the text, such as XQuAD.

    python -m eval.answers FOLDER --archive DIR [--sample N] [--cross N]

The archive is one that holds the folder's corpus (`python -m eval.quality` builds it). Each question is put to the
articles of its own language, and with --cross also to those of each other language, where the answer is that of the
parallel question. "cited" is the share of questions for which a cited sentence holds the marked answer; "first", the
first one; "span F1" compares the words marked in the first citation with the marked answer, as SQuAD does (arXiv
1606.05250), a letter counting as a word in scripts without spaces. It is a mean over the questions that ask for a time,
a person, a place or a quantity, since only for those anything is marked; a missing mark counts 0. With --never-refuse
every question is answered, which shows what choosing the sentences is worth by itself.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from statistics import fmean

import regex

from eval.dataset import Dataset, Gold, Query, read_dataset
from retrieval import Answerer, AnswerOptions, Searcher, SearchOptions
from retrieval.answering import Answer, Citation
from retrieval.answering.confidence import Calibration
from retrieval.answering.marking import asked_for

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}"
_WORD = regex.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}])[\p{{L}}\p{{M}}\p{{N}}])+")


@dataclass(frozen=True)
class Score:
    """Of one question; each from 0 to 1, but `sentences`, which counts. `span_f1` is None where nothing is marked."""

    answered: float
    cited: float
    first: float
    span_f1: float | None
    sentences: float


def scored(answer: Answer, gold: Gold) -> Score:
    """How good an answer is, given where the right one stands."""
    kind = asked_for(answer.understood.question, answer.understood.language)
    holding = [_holds(citation, gold) for citation in answer.citations]
    first = answer.citations[0] if answer.citations else None
    return Score(
        answered=float(answer.answered),
        cited=float(any(holding)),
        first=float(holding[:1] == [True]),
        span_f1=None if kind is None else f1(_marked(first), gold.text) if first else 0.0,
        sentences=float(len(answer.sentences)),
    )


def f1(given: str, wanted: str) -> float:
    """The harmonic mean of precision and recall over words, whatever their order."""
    mine, theirs = _words(given), _words(wanted)
    common = sum((mine & theirs).values())
    return 2 * common / (sum(mine.values()) + sum(theirs.values())) if common else 0.0


def _words(text: str) -> Counter[str]:
    return Counter(found[0].casefold() for found in _WORD.finditer(text))


def _holds(citation: Citation, gold: Gold) -> bool:
    inside = citation.start <= gold.start and gold.start + len(gold.text) <= citation.end
    return citation.article_id == gold.article and inside


def _marked(citation: Citation) -> str:
    span = citation.span
    return citation.quote[span.start - citation.start : span.end - citation.start] if span else ""


def asked(dataset: Dataset, sample: int | None, cross: int) -> Iterator[tuple[Query, str, Gold]]:
    """Questions, the language of the articles each is put to, and the answer there."""
    by_id = {query.id: query for query in dataset.queries if query.answers}
    for query in dataset.sample(sample):
        if query.id in by_id:
            yield query, query.language, query.answers[0]
    chance = random.Random(7)
    numbers = sorted({query_id.split("-", 1)[1] for query_id in by_id})
    for own in dataset.languages:
        for other in (language for language in dataset.languages if language != own):
            for number in chance.sample(numbers, cross):
                mine, parallel = by_id.get(f"{own}-{number}"), by_id.get(f"{other}-{number}")
                if mine and parallel:
                    yield mine, other, parallel.answers[0]


def measure(answerer: Answerer, questions: Iterable[tuple[Query, str, Gold]]) -> dict[str, list[Score]]:
    """Scores by "same LANGUAGE" (of question and articles) and "cross LANGUAGE" (of the question)."""
    listed = list(questions)

    def one(item: tuple[Query, str, Gold]) -> Score:
        query, language, gold = item
        options = AnswerOptions(SearchOptions(languages=(language,)), mode="extractive")
        return scored(answerer.ask(query.text, options), gold)

    out: dict[str, list[Score]] = defaultdict(list)
    with ThreadPoolExecutor(2) as threads:
        for (query, language, _), score in zip(listed, threads.map(one, listed), strict=True):
            out[f"{'same' if query.language == language else 'cross'} {query.language}"].append(score)
    return dict(out)


def summary(name: str, scores: list[Score]) -> str:
    """One line of JSON: means over questions."""
    means = {}
    for field in fields(Score):
        known = [value for score in scores if (value := getattr(score, field.name)) is not None]
        means[field.name] = round(fmean(known), 3) if known else None
    marking = sum(score.span_f1 is not None for score in scores)
    return json.dumps({"questions": name, "count": len(scores), "of which mark": marking} | means)


def main() -> None:
    """Parse, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--sample", type=int, help="questions a language, spread evenly; all without it")
    parser.add_argument("--never-refuse", action="store_true")
    parser.add_argument("--cross", type=int, default=0, metavar="N", help="questions for each pair of languages")
    args = parser.parse_args()
    dataset = read_dataset(args.folder, "mono")
    with Searcher(args.archive) as searcher:
        answerer = Answerer(searcher, Calibration(threshold=0.0) if args.never_refuse else None)
        scores = measure(answerer, asked(dataset, args.sample, args.cross))
    for kind in ("same", "cross"):
        of_kind = {name: found for name, found in scores.items() if name.startswith(kind)}
        for name, found in sorted(of_kind.items()):
            print(summary(name, found))
        if of_kind:
            print(summary(kind, [score for found in of_kind.values() for score in found]))


if __name__ == "__main__":
    main()

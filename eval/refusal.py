"""Measures and fits the decision to answer or to refuse.

    python -m eval.refusal ask FOLDER --archive DIR --output CASES [--qrels NAME] [--sample N]
    python -m eval.refusal judged QUESTIONS --archive DIR --output CASES
    python -m eval.refusal fit CASES... --source TEXT --output FILE [--count SETTING=NUMBER]
    python -m eval.refusal report CASES... [--folds N | --leave-language-out] [--count SETTING=NUMBER]
    python -m eval.refusal made --archive DIR

`ask` puts each question of a BEIR folder twice: to the archive as it is, and as if the articles that answer it, in
every language, were not there. `judged` puts questions of which a person has said whether the archive answers them
(JSON Lines: question, language, answerable, which is true where it is not said, and topic, which questions about the
same thing share). Both write a case a line: the signals
that the search left behind. `report` judges by the weights that ship; with --folds or --leave-language-out by weights
fitted on the other cases: of other articles (a fold shares no Wikipedia article, and no topic, with what it is judged
by), or of other languages. --count lets a case of a setting count for several. `made` tells what the weights that ship
say of questions made from an archive, in each of its languages by itself: `zitat calibrate` compares with that.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from random import Random
from statistics import mean
from typing import NamedTuple

from eval.fitting import Case, confidences, fitted, left_out, measures
from eval.sets import Query, TestSet
from eval.sets.beir import read_beir
from index.archive import Archive
from retrieval import Searcher, SearchOptions
from retrieval.answering.confidence import Calibration
from retrieval.answering.evidence import sentences_of
from retrieval.answering.rescaling import log_odds, made_questions
from retrieval.answering.signals import Signals, signals

OF_ONE_ARTICLE = 5  # parallel paragraphs in a row that come from one Wikipedia article
PARAGRAPHS = 240  # in each language of a parallel set
MADE = 100  # questions made in each language
SMALL = (2, 3, 5, 10, 20, 40, 80)  # other paragraphs in a small archive


class Setting(NamedTuple):
    """Which articles a question is put to, and where the ones that answer it are taken away."""

    name: str
    options: SearchOptions
    away: tuple[str, ...]


def observed(searcher: Searcher, question: str, options: SearchOptions, without: frozenset[int]) -> Signals:
    """The signals of one search in which the articles of some clusters were not there."""
    found = searcher.find(question, options, without=without)
    return signals(found, sentences_of(found))


def clusters(archive: Archive, ids: Iterable[str]) -> frozenset[int]:
    """The clusters of the articles that are there."""
    stored = map(archive.store.article, ids)
    return frozenset(one.cluster for one in stored if one is not None)


def cases(searcher: Searcher, dataset: TestSet, queries: Iterable[Query]) -> Iterator[Case]:
    """Every question in every setting, with what answers it and without."""
    parallel, there = len(dataset.languages) > 1, searcher.archive.store.languages_by_id()
    for number, query in enumerate(queries):
        gold = sorted(dataset.qrels[query.id])
        if not all(one in there for one in gold):
            continue  # the archive holds a part of the corpus
        group = f"{dataset.name} {int(gold[0].split('-')[-1]) // OF_ONE_ARTICLE}" if parallel else gold[0]
        settings = _parallel(dataset.languages, query, gold, number) if parallel else [_whole(dataset, gold)]
        for setting in settings:
            away = clusters(searcher.archive, setting.away)
            for answerable, without in ((True, frozenset[int]()), (False, away)):
                known = observed(searcher, query.text, setting.options, without)
                yield Case(query.text, query.language, setting.name, answerable, group, known)


def _whole(dataset: TestSet, gold: list[str]) -> Setting:
    return Setting(dataset.name, SearchOptions(), tuple(gold))


def _parallel(languages: list[str], query: Query, gold: list[str], number: int) -> Iterator[Setting]:
    """The articles of the question's language, those of another, all, and a handful in mixed languages."""
    others = [one for one in languages if one != query.language]
    yield Setting("same language", SearchOptions(languages=(query.language,)), tuple(gold))
    yield Setting("other language", SearchOptions(languages=(others[number % len(others)],)), tuple(gold))
    yield Setting("all languages", SearchOptions(), tuple(gold))
    yield _small(languages, query, gold, number)


def _small(languages: list[str], query: Query, gold: list[str], number: int) -> Setting:
    """A few paragraphs: all in the question's language, or each in any; a third of the time none is of its article."""
    chance = Random(query.id)
    answer = int(gold[0].split("-")[-1])
    article = answer // OF_ONE_ARTICLE * OF_ONE_ARTICLE
    own = [n for n in range(article, article + OF_ONE_ARTICLE) if n != answer]
    foreign = [n for n in range(PARAGRAPHS) if n // OF_ONE_ARTICLE != answer // OF_ONE_ARTICLE]
    chosen = [*chance.sample(foreign, chance.choice(SMALL)), *(own if number % 3 else [])]
    named = [f"{query.language if number % 3 == 1 else chance.choice(languages)}-{n:04d}" for n in [*chosen, answer]]
    return Setting("small archive", SearchOptions(article_ids=tuple(named)), tuple(gold))


def judged(searcher: Searcher, questions: Path) -> Iterator[Case]:
    """The cases of a file of judged questions."""
    for one in map(json.loads, questions.read_text(encoding="utf-8").splitlines()):
        known = observed(searcher, one["question"], SearchOptions(), frozenset())
        topic = one.get("topic", one["question"])
        yield Case(one["question"], one["language"], questions.stem, one.get("answerable", True), topic, known)


def write(found: Iterable[Case], output: Path) -> None:
    """A line a case, as they come."""
    with open(output, "w", encoding="utf-8") as out:
        for case in found:
            print(json.dumps(case._asdict(), ensure_ascii=False), file=out, flush=True)


def read(paths: Iterable[Path]) -> list[Case]:
    """The cases of some files."""
    return [Case(**json.loads(line)) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def report(found: list[Case], believed: list[float]) -> None:
    """A line of figures for each setting, and for each language in it."""
    by_setting: Callable[[Case], tuple[str, str]] = lambda case: (case.setting, "")  # noqa: E731
    by_language: Callable[[Case], tuple[str, str]] = lambda case: (case.setting, case.language)  # noqa: E731
    for key in (by_setting, by_language):
        for part in sorted({key(case) for case in found}):
            rows = [row for row, case in enumerate(found) if key(case) == part]
            figures = measures([found[row].answerable for row in rows], [believed[row] for row in rows])
            print(
                json.dumps({"setting": part[0], "language": part[1], "cases": len(rows)} | figures, ensure_ascii=False)
            )


def _ask(args: argparse.Namespace) -> None:
    dataset = read_beir(args.folder, args.qrels)
    with Searcher(args.archive) as searcher:
        write(cases(searcher, dataset, dataset.sample(args.sample).queries), args.output)


def _judged(args: argparse.Namespace) -> None:
    with Searcher(args.archive) as searcher:
        write(judged(searcher, args.questions), args.output)


def _fit(args: argparse.Namespace) -> None:
    content = {"source": args.source, **fitted(read(args.cases), dict(args.count))}
    content["few"]["intercept"] = round(content["few"]["intercept"] + args.few_offset, 5)
    args.output.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _report(args: argparse.Namespace) -> None:
    found = read(args.cases)
    if args.leave_language_out:
        believed = left_out(found, [case.language for case in found], args.plain, dict(args.count))
    elif args.folds:
        groups = sorted({case.group for case in found})
        parts = [str(groups.index(case.group) % args.folds) for case in found]
        believed = left_out(found, parts, args.plain, dict(args.count))
    else:
        believed = confidences(found, Calibration(), args.plain)
    report(found, believed)


def _made(args: argparse.Namespace) -> None:
    with Searcher(args.archive) as searcher:
        for language in sorted(set(searcher.archive.store.languages_by_id().values())):
            asked = made_questions(searcher, MADE, language)
            told = list(log_odds(searcher, asked, SearchOptions(languages=(language,))))
            if told:
                print(json.dumps({"language": language, "questions": len(told), "mean log-odds": round(mean(told), 3)}))


def _count(given: str) -> tuple[str, float]:
    """How much a case of a setting counts; raises ValueError, which argparse tells."""
    setting, _, number = given.rpartition("=")
    return setting, float(number)


def main() -> None:
    """Parse, and do one of the five."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    ask = commands.add_parser("ask")
    ask.add_argument("folder", type=Path)
    ask.add_argument("--qrels", default="all")
    ask.add_argument("--sample", type=int)
    listed = commands.add_parser("judged")
    listed.add_argument("questions", type=Path)
    fit = commands.add_parser("fit")
    fit.add_argument("--source", required=True, help="what the cases are, for whoever reads the weights")
    fit.add_argument("--few-offset", type=float, default=0.0, help="log-odds added where there are few candidates")
    shown = commands.add_parser("report")
    shown.add_argument("--folds", type=int)
    shown.add_argument("--leave-language-out", action="store_true")
    shown.add_argument("--plain", action="store_true", help="as with an encoder without token codes")
    made = commands.add_parser("made")
    for one in (ask, listed, made):
        one.add_argument("--archive", type=Path, required=True)
    for one in (ask, listed, fit):
        one.add_argument("--output", type=Path, required=True)
    for one in (fit, shown):
        one.add_argument("cases", type=Path, nargs="+")
        one.add_argument("--count", type=_count, action="append", default=[], metavar="SETTING=NUMBER")
    for one, run in ((ask, _ask), (listed, _judged), (fit, _fit), (shown, _report), (made, _made)):
        one.set_defaults(run=run)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()

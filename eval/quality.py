"""Measures what search finds on a BEIR folder, as a whole and part by part.

    python -m eval.quality FOLDER --archive DIR [--qrels NAME] [--sample N] [--pairs]

The archive is built from the folder's corpus when it is not there yet. Without --pairs every question is put to the
whole pool; with it, to the articles of each language in turn, which gives same-language and cross-language figures.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import fmean

from eval.dataset import Dataset, Query, read_dataset
from eval.retrievers import Retriever, Run, dense, lexical, plain_hybrid, product
from index.archive import Archive
from index.bundled import BundledEncoder
from index.errors import ArchiveMissing
from index.ingest import ingest
from index.reading import ReadOptions, read
from retrieval import Searcher
from retrieval.ranking import Ranking

POOL_DEPTH, PAIR_DEPTH = 100, 10  # articles ranked: AP looks at all of them, nDCG@10 at ten
NO_LEXICAL = Ranking(lexical=0.0, lexical_elsewhere=0.0, first_lexical=0.0)
NO_LATE = Ranking(late=0.0, dense=1.0)
VARIANTS: dict[str, tuple[Retriever, Ranking]] = {
    "lexical leg alone": (lexical, Ranking()),
    "dense leg alone": (dense, Ranking()),
    "both, scaled half and half": (plain_hybrid, Ranking()),
    "Zitat without late interaction": (product, NO_LATE),
    "Zitat without the lexical leg": (product, NO_LEXICAL),
    "Zitat": (product, Ranking()),
}


def open_or_build(folder: Path, corpus: Path, strength: float) -> Path:
    """The archive in `folder`, filled from the corpus; a run that was stopped goes on."""
    encoder = BundledEncoder(strength=strength)
    try:
        archive = Archive(folder)
    except ArchiveMissing:
        archive = Archive.create(folder, encoder)
    with archive, archive.writing():
        ingest(archive, encoder, read([str(corpus)], ReadOptions()), lambda s: print(f"\r{s.seen} articles", end=""))
    print()
    return folder


def measured(
    runs: dict[str, Run], dataset: Dataset, languages: tuple[str, ...], prefix: dict[str, str]
) -> dict[str, float]:
    """nDCG@10 and AP of runs (query id -> ranking); in a pool of some languages, only their articles count."""
    import ir_measures

    judged = {
        query: {a: grade for a, grade in dataset.qrels[query].items() if not languages or prefix[a] in languages}
        for query in runs
    }
    results = ir_measures.calc_aggregate([ir_measures.nDCG @ 10, ir_measures.AP], judged, runs)
    return {str(measure): float(value) for measure, value in results.items()}


def run_all(
    searcher: Searcher, retriever: Retriever, queries: Iterable[Query], languages: tuple[str, ...], depth: int
) -> dict[str, Run]:
    """Ask every question, on as many threads as there are cores."""
    listed = list(queries)
    with ThreadPoolExecutor(2) as threads:
        found = threads.map(lambda query: retriever(searcher, query, languages, depth), listed)
        return {query.id: run for query, run in zip(listed, found, strict=True)}


def report(name: str, searcher: Searcher, retriever: Retriever, dataset: Dataset, args: argparse.Namespace) -> None:
    """Print one line of figures."""
    prefix = searcher.archive.store.languages_by_id()
    queries = dataset.sample(args.sample)
    figures: dict[str, float] = {}
    if args.pairs:
        figures = _by_pair(searcher, retriever, dataset, queries, prefix)
    else:
        runs = run_all(searcher, retriever, queries, (), POOL_DEPTH)
        figures = measured(runs, dataset, (), prefix)
        by_language = {query.id: query.language for query in queries}
        own = [prefix[max(run, key=run.__getitem__)] == by_language[q] for q, run in runs.items() if run]
        figures["first hit in the question's language"] = fmean(own)
    line = {key: round(value, 4) for key, value in figures.items()}
    print(
        json.dumps({"set": dataset.name, "variant": name, "queries": len(queries)} | line, ensure_ascii=False),
        flush=True,
    )


def _by_pair(
    searcher: Searcher, retriever: Retriever, dataset: Dataset, queries: list[Query], prefix: dict[str, str]
) -> dict[str, float]:
    same: dict[str, float] = {}
    cross: dict[str, list[float]] = defaultdict(list)
    for asked, pool in _pairs(dataset.languages):
        own = [query for query in queries if query.language == asked]
        figures = measured(run_all(searcher, retriever, own, (pool,), PAIR_DEPTH), dataset, (pool,), prefix)
        if asked == pool:
            same[asked] = figures["nDCG@10"]
        else:
            cross[asked].append(figures["nDCG@10"])
    worst = min(same, key=same.__getitem__)
    return {
        "same-language nDCG@10": fmean(same.values()),
        f"lowest ({worst})": same[worst],
        "cross-language nDCG@10": fmean(value for values in cross.values() for value in values),
    } | {f"from {language}": fmean(values) for language, values in cross.items()}


def _pairs(languages: list[str]) -> Iterator[tuple[str, str]]:
    for asked in languages:
        for pool in languages:
            yield asked, pool


def main() -> None:
    """Parse, build, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--archive", type=Path, required=True)
    parser.add_argument("--qrels", default="all")
    parser.add_argument("--sample", type=int, help="questions a language, spread evenly; all without it")
    parser.add_argument("--pairs", action="store_true")
    parser.add_argument(
        "--strength", type=float, default=1.0, help="of the language correction; 0 is the plain encoder"
    )
    parser.add_argument("--variant", action="append", choices=list(VARIANTS))
    args = parser.parse_args()
    dataset = read_dataset(args.folder, args.qrels)
    path = open_or_build(args.archive, dataset.corpus, args.strength)
    for name in args.variant or VARIANTS:
        retriever, ranking = VARIANTS[name]
        with Searcher(path, BundledEncoder(strength=args.strength), ranking) as searcher:
            report(name, searcher, retriever, dataset, args)


if __name__ == "__main__":
    main()

"""What passages in int8 cost the whole ranking, beside the same passages in float32.

    python -m benchmarks.precision XQUAD [--every 8] [--sample 20] [--folder KEPT] [--precision float32] [--device cpu]

Two archives are made of every `--every`-th paragraph, in all its languages: one as `zitat ingest` makes it, one by the
same weights through torch. Both are asked the same questions, through all of Zitat's ranking: `--sample` of each
language against one pool of all languages, and against the articles of each language by itself. Questions are encoded
alike. Differences are int8 less the other; their intervals resample paragraphs, with their translations.
With --folder the archives are kept, and the next run only asks.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from eval.asking import ask_all, ask_by_pool
from eval.comparing import Comparison, compare_all
from eval.measuring import Evaluation, evaluate, evaluate_pools, headline
from eval.rankers.archive import PRODUCT, VARIANTS, ArchiveRanker
from eval.rankers.building import archive_for
from eval.sets import TestSet
from eval.sets.opening import open_test_set
from index.encoders.bundled import BundledEncoder
from index.encoders.encoder import Encoder

MEASURES = ("nDCG@10", "AP")
POINTS = 100  # a point is a hundredth of a measure


def main() -> None:
    """Make both archives, ask both, print what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("xquad")
    parser.add_argument("--every", type=int, default=8)
    parser.add_argument("--sample", type=int, default=20, help="questions of each language")
    parser.add_argument("--folder", type=Path, help="where the archives are kept")
    parser.add_argument("--precision", default="float32", help="a name of torch's")
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    test_set = spread(open_test_set(args.xquad, "all"), args.every).sample(args.sample)
    with tempfile.TemporaryDirectory() as made:
        folder = args.folder or Path(made)
        int8 = asked(test_set, BundledEncoder(), folder / f"int8-{args.every}", "int8")
        other = asked(test_set, torch_encoder(args), folder / f"{args.precision}-{args.every}", args.precision)
    print("\n".join(told(test_set, int8, other)))


def spread(test_set: TestSet, every: int) -> TestSet:
    """Every so-manieth paragraph with its translations, which have its number, and the questions about them."""
    numbers = sorted({number_of(name) for grades in test_set.qrels.values() for name in grades})
    chosen = frozenset(numbers[::every])
    articles = [one for one in test_set.articles() if number_of(one.id or "") in chosen]
    kept = {one.id for one in articles}
    qrels = {
        query: own
        for query, grades in test_set.qrels.items()
        if (own := {name: grade for name, grade in grades.items() if name in kept})
    }
    queries = tuple(query for query in test_set.queries if query.id in qrels)
    return replace(test_set, queries=queries, qrels=qrels, corpus=lambda: iter(articles))


def number_of(article: str) -> str:
    """What the translations of a paragraph have in common."""
    return article.partition("-")[2]


def torch_encoder(args: argparse.Namespace) -> Encoder:
    """The same weights, tokens, means and codes; only the network runs elsewhere."""
    from index.encoders.gpu import GpuEncoder

    return GpuEncoder(args.device, args.precision)


def asked(test_set: TestSet, encoder: Encoder, folder: Path, name: str) -> list[Evaluation]:
    """Over one pool, and over the articles of each language."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    archive = archive_for(test_set, encoder, given=folder)
    ranker = ArchiveRanker(archive, VARIANTS["zitat"], BundledEncoder(), named=name)
    try:
        pool = ask_all(ranker, test_set, timed=0)
        pairs = ask_by_pool(ranker, test_set, test_set.pools, depth=10, timed=0)
    finally:
        ranker.close()
    return [evaluate(test_set, pool, MEASURES), evaluate_pools(test_set, pairs, MEASURES[:1])]


def told(test_set: TestSet, int8: Sequence[Evaluation], other: Sequence[Evaluation]) -> Iterator[str]:
    """A row of a table for each measure of each way to ask."""
    precision = other[0].name.removeprefix(f"{PRODUCT}, ")
    paragraphs = len({number_of(name) for grades in test_set.qrels.values() for name in grades})
    articles = sum(1 for _ in test_set.articles())
    yield f"{articles} articles ({paragraphs} paragraphs), {len(test_set.queries)} questions; passages, in points:"
    yield f"| | int8 | {precision} | difference | 95% | questions: won, same, lost |"
    yield "|---|---|---|---|---|---|"
    for way, mine, theirs in zip(("one pool", "each language"), int8, other, strict=True):
        (found,) = compare_all(test_set, [(mine, theirs)])
        yield from rows(way, headline(test_set, mine), headline(test_set, theirs), found)


def rows(
    way: str, mine: dict[str, dict[str, float]], theirs: dict[str, dict[str, float]], found: Comparison
) -> Iterator[str]:
    """Means of both, and how they differ."""
    for name, one in found.differences.items():
        means = [POINTS * sum(own.values()) / len(own) for own in (mine[name], theirs[name])]
        bounds = " to ".join(f"{POINTS * bound:+.2f}" for bound in one.interval) if one.interval else "one paragraph"
        counts = f"{one.queries:,}: {one.wins}, {one.ties}, {one.losses}"
        yield f"| {way}, {name} | {means[0]:.2f} | {means[1]:.2f} | {POINTS * one.mean:+.2f} | {bounds} | {counts} |"


if __name__ == "__main__":
    main()

"""The whole harness with the real encoder, on six parallel paragraphs in three languages."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from eval.asking import ask_all, ask_by_pool
from eval.measuring import evaluate, evaluate_pools
from eval.rankers.archive import VARIANTS, ArchiveRanker
from eval.rankers.building import archive_for
from eval.sets import Query, TestSet
from eval.sets.opening import open_test_set
from index.encoders.bundled import BundledEncoder

XQUAD = Path(__file__).parents[2].parent / "shared" / "data" / "eval" / "xquad"
KEPT = frozenset(f"{language}-{number:04d}" for language in ("de", "en", "ru") for number in range(0, 240, 40))


def few() -> TestSet:
    """A question about each of the paragraphs kept, in its language."""
    whole = open_test_set(str(XQUAD), "all")
    first: dict[str, Query] = {}
    for query in whole.queries:
        own = min(name for name in whole.qrels[query.id] if name.startswith(query.language))
        if own in KEPT:
            first.setdefault(own, query)
    qrels = {query.id: {name: 1 for name in whole.qrels[query.id] if name in KEPT} for query in first.values()}
    articles = [one for one in whole.articles() if one.id in KEPT]
    return replace(whole, queries=tuple(first.values()), qrels=qrels, corpus=lambda: iter(articles))


@pytest.mark.slow
@pytest.mark.skipif(not XQUAD.exists(), reason="the evaluation data lie beside the repository only in its own workshop")
def test_parallel_paragraphs_are_found_from_another_language(tmp_path: Path) -> None:
    test_set, encoder = few(), BundledEncoder()
    archive = archive_for(test_set, encoder, given=tmp_path / "a.zitat", progress=False)
    ranker = ArchiveRanker(archive, VARIANTS["zitat"], encoder)
    try:
        pools = ask_by_pool(ranker, test_set, test_set.pools, timed=0, progress=False)
        whole = ask_all(ranker, test_set, timed=0, progress=False)
    finally:
        ranker.close()
    assert len(test_set.queries) == len(KEPT) == 18
    assert min(own["nDCG@10"] for own in evaluate_pools(test_set, pools).by_language_pair.values()) > 0.9
    assert evaluate(test_set, whole).measures["AP"] > 0.8

"""The figures: by hand where it can be done by hand, and on parallel paragraphs where those are at hand."""

from __future__ import annotations

import gzip
import json
import math
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from eval.dataset import Dataset, Query, read_dataset
from eval.quality import main, measured, open_or_build, report, run_all
from eval.retrievers import product
from retrieval import Searcher

pytest.importorskip("ir_measures", reason="the extra eval is not installed")
XQUAD = Path(__file__).parents[2].parent / "shared" / "data" / "eval" / "xquad"


def test_the_measures_are_those_computed_by_hand() -> None:
    qrels = {"a": {"x": 1, "y": 1}, "b": {"z": 1}}
    dataset = Dataset("made", Path("none"), [Query("a", "?", "en"), Query("b", "?", "en")], qrels)
    # a: the relevant are second and fourth; b: the relevant one is first.
    runs = {"a": {"p": 0.9, "x": 0.8, "q": 0.7, "y": 0.6}, "b": {"z": 0.5, "p": 0.1}}
    ideal = 1 + 1 / math.log2(3)
    ndcg = ((1 / math.log2(3) + 1 / math.log2(5)) / ideal + 1) / 2
    precision = ((1 / 2 + 2 / 4) / 2 + 1) / 2
    assert measured(runs, dataset, (), {}) == pytest.approx({"nDCG@10": ndcg, "AP": precision})


def test_what_was_not_found_counts_against() -> None:
    dataset = Dataset("made", Path("none"), [Query("a", "?", "en")], {"a": {"x": 1, "y": 1}})
    assert measured({"a": {"x": 1.0}}, dataset, (), {})["AP"] == pytest.approx(0.5)
    assert measured({"a": {}}, dataset, (), {}) == pytest.approx({"nDCG@10": 0.0, "AP": 0.0})


def test_in_a_pool_of_one_language_only_its_articles_are_relevant() -> None:
    dataset = Dataset("made", Path("none"), [Query("a", "?", "en")], {"a": {"x-en": 1, "x-de": 1}})
    languages = {"x-en": "en", "x-de": "de"}
    assert measured({"a": {"x-de": 1.0}}, dataset, ("de",), languages)["AP"] == pytest.approx(1.0)


def test_every_query_is_asked(searcher: Searcher, beir: Path) -> None:
    queries = read_dataset(beir, "all").queries
    runs = run_all(searcher, product, queries, (), 10)
    assert list(runs) == ["q-wind", "q-strike", "q-meer"]
    assert all(runs.values())


@pytest.mark.parametrize(("pairs", "key"), [(False, "AP"), (True, "same-language nDCG@10")])
def test_a_report_is_a_line_of_json(
    searcher: Searcher, beir: Path, capsys: pytest.CaptureFixture[str], pairs: bool, key: str
) -> None:
    report("name", searcher, product, read_dataset(beir, "all"), Namespace(sample=None, pairs=pairs))
    figures = json.loads(capsys.readouterr().out)
    assert (figures["set"], figures["variant"], figures["queries"]) == ("tiny", "name", 3)
    assert figures[key] == pytest.approx(1.0)


def test_the_program_builds_an_archive_once_and_measures(
    beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["quality", str(beir), "--archive", str(tmp_path / "a"), "--variant", "Zitat"]
    monkeypatch.setattr(sys, "argv", arguments)
    main()
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["AP"] == pytest.approx(1.0)


@pytest.mark.slow
@pytest.mark.skipif(not XQUAD.exists(), reason="the evaluation data lie beside the repository only in its own workshop")
def test_parallel_paragraphs_are_found_from_another_language(tmp_path: Path) -> None:
    """Six paragraphs in three languages, a question each."""
    chosen = [f"{n:04d}" for n in range(0, 240, 40)]
    languages = ("de", "en", "ru")
    with gzip.open(XQUAD / "corpus.jsonl.gz", "rt", encoding="utf-8") as rows:
        kept = [row for row in rows if json.loads(row)["_id"] in {f"{lang}-{n}" for lang in languages for n in chosen}]
    with gzip.open(tmp_path / "corpus.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(kept)
    whole = read_dataset(XQUAD, "all")
    qrels = {
        q: {a: s for a, s in judged.items() if a[:2] in languages and a[3:] in chosen}
        for q, judged in whole.qrels.items()
    }
    first: dict[tuple[str, str], Query] = {}
    for query in whole.queries:
        if query.language in languages and qrels[query.id]:
            first.setdefault((query.language, min(qrels[query.id])[3:]), query)
    assert (len(kept), len(first)) == (18, 18)
    dataset = Dataset("xquad", tmp_path / "corpus.jsonl.gz", list(first.values()), qrels)
    with Searcher(open_or_build(tmp_path / "a.zitat", dataset.corpus, 1.0)) as searcher:
        prefix = searcher.archive.store.languages_by_id()
        for pool in languages:
            runs = run_all(searcher, product, dataset.queries, (pool,), 10)
            assert measured(runs, dataset, (pool,), prefix)["nDCG@10"] > 0.9, pool
        assert measured(run_all(searcher, product, dataset.queries, (), 100), dataset, (), prefix)["AP"] > 0.8

"""A BEIR folder in memory: queries that have judgements, and samples without chance."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.dataset import Dataset, Query, read_dataset
from tests.eval.conftest import QUERIES


def test_queries_without_judgements_are_left_out(beir: Path) -> None:
    dataset = read_dataset(beir, "all")
    assert [query.id for query in dataset.queries] == ["q-wind", "q-strike", "q-meer"]
    assert dataset.queries[2] == Query("q-meer", "Windräder Meer", "de")
    assert dataset.qrels == {"q-wind": {"sea": 2}, "q-strike": {"harbour": 1}, "q-meer": {"meer": 1}}
    assert (dataset.name, dataset.corpus, dataset.languages) == ("tiny", beir / "corpus.jsonl.gz", ["de", "en"])


def test_another_name_gives_other_judgements(beir: Path) -> None:
    assert read_dataset(beir, "mono").qrels == {"q-meer": {"meer": 1}}


def test_judgements_that_are_not_there_are_an_error(beir: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.tsv"):
        read_dataset(beir, "nothing")


def numbered(counts: dict[str, int]) -> Dataset:
    queries = [Query(f"{language}-{n}", "x", language) for language, count in counts.items() for n in range(count)]
    return Dataset("made", Path("corpus.jsonl.gz"), queries, {query.id: {"a": 1} for query in queries})


def test_a_sample_is_spread_evenly_over_each_language() -> None:
    sample = numbered({"en": 10, "de": 4}).sample(4)
    assert [query.id for query in sample] == ["de-0", "de-1", "de-2", "de-3", "en-1", "en-3", "en-6", "en-8"]


def test_languages_that_ask_the_same_are_sampled_at_different_questions() -> None:
    sample = numbered({"en": 12, "de": 12, "fr": 12}).sample(2)
    numbers = [query.id.split("-")[1] for query in sample]
    assert len(set(numbers)) == len(numbers)


def test_a_sample_larger_than_a_language_is_all_of_it_once() -> None:
    assert [query.id for query in numbered({"en": 3}).sample(50)] == ["en-0", "en-1", "en-2"]


def test_without_a_number_a_sample_is_everything() -> None:
    dataset = numbered({"en": 3, "de": 2})
    assert dataset.sample(None) == dataset.queries


def test_these_queries_are_asked_once_each() -> None:
    assert len({query["_id"] for query in QUERIES}) == len(QUERIES)

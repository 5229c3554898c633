"""Finding out in which form a test set is published."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from eval.sets.beir import is_beir, judgement_names, read_beir
from eval.sets.ir_dataset import read_ir_dataset
from eval.sets.records import TestSet
from eval.sets.trec import read_trec
from index.errors import BadInput


def open_test_set(
    given: str, qrels: str | None = None, corpus: Sequence[Path] = (), field: str | None = None
) -> TestSet:
    """The test set that a folder, a file of topics, or an id of ir_datasets means.

    `qrels` chooses among several judgements, or is the file that holds them. `corpus` and `field` are for topics: where
    the documents are, and which field is asked.
    """
    path = Path(given)
    if is_beir(path):
        return read_beir(path, qrels or _only(path))
    if path.is_file():
        return read_trec(path, qrels, corpus, field)
    if path.exists():
        raise BadInput(f"{given} is no test set", "a BEIR folder has queries.jsonl and qrels/NAME.tsv, packed or not")
    return read_ir_dataset(given)


def _only(folder: Path) -> str:
    """The judgements that are meant where none are named: the only ones, else those of BEIR's test part, else "all"."""
    names = judgement_names(folder)
    for usual in ("test", "all"):
        if len(names) > 1 and usual in names:
            return usual
    if len(names) != 1:
        raise BadInput(f"{folder} has {len(names)} judgements", f"give --qrels one of {', '.join(names)}")
    return names[0]

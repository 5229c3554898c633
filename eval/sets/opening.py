"""Finding out in which form a test set is published."""

from __future__ import annotations

from pathlib import Path

from eval.sets.beir import is_beir, judgement_names, read_beir
from eval.sets.records import TestSet
from index.errors import BadInput


def open_test_set(given: str, qrels: str | None = None) -> TestSet:
    """The test set that a path or a name means; `qrels` chooses among several judgements."""
    folder = Path(given)
    if is_beir(folder):
        return read_beir(folder, qrels or _only(folder))
    raise BadInput(f"{given} is no test set", "give a folder with corpus.jsonl, queries.jsonl and qrels/NAME.tsv")


def _only(folder: Path) -> str:
    """The judgements that are meant where none are named: the only ones, else those of BEIR's test part, else "all"."""
    names = judgement_names(folder)
    for usual in ("test", "all"):
        if len(names) > 1 and usual in names:
            return usual
    if len(names) != 1:
        raise BadInput(f"{folder} has {len(names)} judgements", f"give --qrels one of {', '.join(names)}")
    return names[0]

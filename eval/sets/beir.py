"""A BEIR folder: corpus.jsonl, queries*.jsonl, qrels/NAME.tsv, each packed (.gz) or not (arXiv 2104.08663)."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from eval.sets.records import Gold, Qrels, Query, TestSet, with_parallel_answers
from index.errors import BadInput
from index.language import detect
from index.reading import read


def is_beir(folder: Path) -> bool:
    """Whether a folder has what a BEIR folder has."""
    return bool(_parts(folder, "corpus.jsonl") and _parts(folder, "queries*.jsonl"))


def judgement_names(folder: Path) -> list[str]:
    """The names under which there are judgements."""
    return sorted({file.name.removesuffix(".gz").removesuffix(".tsv") for file in _parts(folder, "qrels/*.tsv")})


def read_beir(folder: Path, qrels: str) -> TestSet:
    """The queries that have judgements under the name `qrels`; raises BadInput naming file, line and cure."""
    judged = _read_qrels(folder, qrels)
    rows = (row for file in _parts(folder, "queries*.jsonl") for row in _records(file))
    queries = with_parallel_answers(_query(row) for row in rows if str(row["_id"]) in judged)
    corpus = [str(file) for file in _parts(folder, "corpus.jsonl")]
    unknown = judged.keys() - {query.id for query in queries}
    if unknown:
        raise BadInput(
            f"{folder}: {len(unknown)} judged queries, such as {min(unknown)!r}, are not among the queries",
            "check that queries*.jsonl and qrels come from one data set",
        )
    return TestSet(folder.name, qrels, queries, judged, lambda: read(corpus), origin=str(folder.resolve()))


def _parts(folder: Path, pattern: str) -> list[Path]:
    """The files of that name, packed or not."""
    return sorted([*folder.glob(pattern), *folder.glob(f"{pattern}.gz")])


def _opened(file: Path) -> IO[str]:
    return gzip.open(file, "rt", encoding="utf-8", newline="") if file.suffix == ".gz" else open(file, encoding="utf-8")


def _records(file: Path) -> Iterator[dict[str, Any]]:
    with _opened(file) as lines:
        for number, line in enumerate(lines, 1):
            try:
                row = json.loads(line)
                yield {**row, "_id": str(row["_id"])}
            except (ValueError, KeyError, TypeError) as error:
                raise BadInput(f"{file}, line {number}: {error!r}", "each line is a JSON object with an _id") from None


def _query(row: dict[str, Any]) -> Query:
    answers = tuple(Gold(one["corpus_id"], one["start"], one["text"]) for one in row.get("answers", ()))
    return Query(row["_id"], row["text"], row.get("language") or detect(row["text"])[0], answers)


def _read_qrels(folder: Path, name: str) -> Qrels:
    files = [file for file in _parts(folder, "qrels/*.tsv") if file.name.removesuffix(".gz") == f"{name}.tsv"]
    if not files:
        raise BadInput(f"{folder}: no judgements {name!r}", f"give --qrels one of {', '.join(judgement_names(folder))}")
    with _opened(files[0]) as lines:
        return _graded(files[0], csv.reader(lines, delimiter="\t"))


def _graded(file: Path, rows: Iterable[list[str]]) -> Qrels:
    out: Qrels = {}
    for number, row in enumerate(rows, 1):
        if number == 1 and row[-1:] == ["score"]:
            continue
        try:
            query, article, grade = row
            out.setdefault(query, {})[article] = int(grade)
        except ValueError:
            cure = "each line is a query id, a corpus id and a whole number, with tabs between"
            raise BadInput(f"{file}, line {number}: {row}", cure) from None
    return out

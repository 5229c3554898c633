"""A BEIR folder: corpus.jsonl.gz, queries.jsonl.gz, qrels/NAME.tsv."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Gold:
    """An answer as the data set marks it: `text` stands at code point `start` of a corpus entry."""

    article: str
    start: int
    text: str


@dataclass(frozen=True)
class Query:
    """One question of a data set; `answers` is empty where it has none to be quoted."""

    id: str
    text: str
    language: str
    answers: tuple[Gold, ...] = ()


@dataclass(frozen=True)
class Dataset:
    """Queries and judgements in memory; the corpus stays in its file."""

    name: str
    corpus: Path
    queries: list[Query]
    qrels: dict[str, dict[str, int]]

    @property
    def languages(self) -> list[str]:
        """The languages of the queries."""
        return sorted({query.language for query in self.queries})

    def sample(self, per_language: int | None) -> list[Query]:
        """Every query, or `per_language` of each language spread evenly over the file; no chance is involved.

        Where the languages ask the same questions in the same order, each is given others.
        """
        if per_language is None:
            return self.queries
        out: list[Query] = []
        for number, language in enumerate(self.languages):
            own = [query for query in self.queries if query.language == language]
            step = max(len(own) / per_language, 1.0)
            shift = number / len(self.languages)
            out += [own[int((i + shift) * step)] for i in range(min(per_language, len(own)))]
        return out


def read_dataset(folder: Path, qrels: str) -> Dataset:
    """Read the queries that have judgements under the name `qrels`, and those judgements."""
    with open(folder / "qrels" / f"{qrels}.tsv", encoding="utf-8", newline="") as lines:
        judged: dict[str, dict[str, int]] = {}
        for row in csv.DictReader(lines, delimiter="\t"):
            judged.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    with gzip.open(folder / "queries.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    queries = [_query(row) for row in rows if row["_id"] in judged]
    return Dataset(folder.name, folder / "corpus.jsonl.gz", queries, judged)


def _query(row: dict[str, Any]) -> Query:
    answers = tuple(Gold(one["corpus_id"], one["start"], one["text"]) for one in row.get("answers", ()))
    return Query(row["_id"], row["text"], row["language"], answers)

"""A BEIR folder: corpus.jsonl, queries*.jsonl, qrels/NAME.tsv, each packed (.gz) or not (arXiv 2104.08663)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError, field_validator

from eval.sets.files import numbered_lines, parts, plain_name
from eval.sets.judgements import read_judgements
from eval.sets.records import Gold, Qrels, Query, TestSet, with_parallel_answers
from index.errors import BadInput
from index.reading import read
from retrieval.spoken import spoken


class _AnswerRow(BaseModel):
    corpus_id: str
    start: int = Field(ge=0)
    text: str


class _QueryRow(BaseModel, coerce_numbers_to_str=True):
    id: str = Field(alias="_id")
    text: str
    language: str | None = None
    answers: list[_AnswerRow] = []

    @field_validator("answers", mode="before")
    @classmethod
    def _with_places(cls, given: Any) -> Any:
        """Some sets list answers as bare strings, which stand nowhere: there is nothing to be quoted."""
        return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def is_beir(folder: Path) -> bool:
    """Whether a folder has what can be measured with: queries and judgements, with or without the articles."""
    return bool(parts(folder, "queries*.jsonl") and parts(folder, "qrels/*.tsv"))


def judgement_names(folder: Path) -> list[str]:
    """The names under which there are judgements."""
    return sorted({plain_name(file) for file in parts(folder, "qrels/*.tsv")})


def read_beir(folder: Path, qrels: str) -> TestSet:
    """The queries that have judgements under the name `qrels`; raises BadInput naming file, line and cure."""
    judged = _judgements(folder, qrels)
    queries = read_queries(parts(folder, "queries*.jsonl"), judged)
    unknown = judged.keys() - {query.id for query in queries}
    if unknown:
        raise BadInput(
            f"{folder}: {len(unknown)} judged queries, such as {min(unknown)!r}, are not among the queries",
            "check that queries*.jsonl and qrels come from one data set",
        )
    files = tuple(parts(folder, "corpus.jsonl"))
    names = [str(file) for file in files]
    corpus = (lambda: read(names)) if files else None
    origin = str(folder.resolve())
    return TestSet(folder.resolve().name, qrels, queries, judged, corpus, origin=origin, files=files)


def read_queries(files: Iterable[Path], judged: Qrels) -> tuple[Query, ...]:
    """The judged ones among the queries of some files, a JSON object a line; languages not said are told."""
    rows = (row for file in files for row in _rows(file))
    return with_parallel_answers(_query(row) for row in rows if row.id in judged)


def _rows(file: Path) -> Iterator[_QueryRow]:
    for number, line in numbered_lines(file):
        try:
            yield _QueryRow.model_validate_json(line)
        except ValidationError as error:
            [first, *_] = error.errors()
            said = f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")
            cure = 'each line is a JSON object with "_id" and "text"'
            raise BadInput(f"{file}, line {number}: {said}", cure) from None


def _query(row: _QueryRow) -> Query:
    answers = tuple(Gold(one.corpus_id, one.start, one.text) for one in row.answers)
    return Query(row.id, row.text, row.language or spoken(row.text)[0], answers)


def _judgements(folder: Path, name: str) -> Qrels:
    """Those of the folder that have this name, else of a file anywhere."""
    files = [file for file in parts(folder, "qrels/*.tsv") if plain_name(file) == name]
    if not files and not Path(name).is_file():
        known = ", ".join(judgement_names(folder))
        raise BadInput(f"{folder}: no judgements {name!r}", f"give --qrels one of {known}, or a file")
    return read_judgements(files[0] if files else Path(name))

"""Judgements as BEIR writes them (query, article, grade under a header) and as TREC does (query, 0, article, grade)."""

from __future__ import annotations

from pathlib import Path

from eval.sets.files import numbered_lines
from eval.sets.records import Qrels
from index.errors import BadInput

_HEADINGS = {"score", "grade", "rel", "relevance", "label"}  # of the last column


def read_judgements(file: Path) -> Qrels:
    """Grades by query and article; they may be graded, and negative ones are kept for measures that know them."""
    out: Qrels = {}
    for number, line in numbered_lines(file):
        cells = line.split("\t") if "\t" in line else line.split()
        if number == 1 and cells[-1].strip().casefold() in _HEADINGS:
            continue
        query, article, grade = _judgement(cells, f"{file}, line {number}")
        if out.setdefault(query, {}).setdefault(article, grade) != grade:
            raise BadInput(f"{file}, line {number}: {article!r} has two grades for {query!r}", "keep one of the lines")
    if not out:
        raise BadInput(f"{file} holds no judgement", "give a file with a line for each query and article")
    return out


def _judgement(cells: list[str], place: str) -> tuple[str, str, int]:
    try:
        query, *iteration, article, grade = (cell.strip() for cell in cells)
        if len(iteration) <= 1 and query and article:
            return query, article, _whole(grade)
    except ValueError:
        pass
    cure = "a line is: query, article, grade (BEIR), or: query, 0, article, grade (TREC); a grade is a whole number"
    raise BadInput(f"{place}: {cells} is no judgement", cure)


def _whole(grade: str) -> int:
    """Some sets write 1.0 for 1."""
    if not float(grade).is_integer():
        raise ValueError(grade)
    return int(float(grade))

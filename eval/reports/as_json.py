"""Evaluations as JSON, written and read back."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from eval.comparing import Comparison
from eval.measuring import Evaluation
from eval.reports.records import How, Report
from index.errors import BadInput


class Written(BaseModel):
    """What such a file holds."""

    how: How
    runs: list[Evaluation]
    comparisons: list[Comparison]


def as_json(report: Report) -> dict[str, Any]:
    """One object that holds every run and comparison, figures of single queries included."""
    return {
        "how": asdict(report.how),
        "runs": [asdict(run) for run in report.runs],
        "comparisons": [asdict(one) for one in report.comparisons],
    }


def write_json(report: Report, file: Path) -> None:
    """Write that object, always the same for the same figures."""
    text = json.dumps(as_json(report), ensure_ascii=False, allow_nan=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def read_json(file: Path) -> Written:
    """What was written earlier; raises BadInput where it is another file."""
    try:
        return Written.model_validate_json(file.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        told = f"{file} holds no evaluation: {where}: {first['msg']}"
        raise BadInput(told, "give a file that `zitat eval --json` of this version wrote") from None

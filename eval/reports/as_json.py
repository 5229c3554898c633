"""Evaluations as JSON, written and read back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from eval.measuring import Evaluation, Preference
from index.errors import BadInput


def as_json(evaluations: Sequence[Evaluation]) -> dict[str, Any]:
    """One object that holds every run, figures of single queries included."""
    return {"runs": [asdict(one) for one in evaluations]}


def write_json(evaluations: Sequence[Evaluation], file: Path) -> None:
    """Write that object, always the same for the same figures."""
    file.write_text(json.dumps(as_json(evaluations), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_json(file: Path) -> list[Evaluation]:
    """Evaluations written earlier; raises BadInput where it is another file."""
    try:
        runs = json.loads(file.read_text(encoding="utf-8"))["runs"]
        return [_evaluation(run) for run in runs]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{file} holds no evaluation: {error}", "give a file that `zitat eval --json` wrote") from None


def _evaluation(run: dict[str, Any]) -> Evaluation:
    known = {one.name for one in fields(Evaluation)}
    kept = {name: value for name, value in run.items() if name in known}
    if kept.get("preference"):
        kept["preference"] = Preference(**kept["preference"])
    return Evaluation(**kept)

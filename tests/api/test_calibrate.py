"""`zitat calibrate`: from judged questions, from the archive itself, and what it refuses."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest

from retrieval import open_archive
from retrieval.answering.confidence import NAME, calibration_of
from tests.api.conftest import Zitat

ROOT = Path(__file__).parents[2]


PORTS = ["Trieste", "Odesa", "Izmir", "Baku", "Poti"]


def written(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    answered = (ROOT / "seeds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    refused = (ROOT / "eval" / "questions" / "seeds.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [{"question": json.loads(line)["question"], "answerable": True} for line in answered]
    rows += [{"question": json.loads(line)["question"], "answerable": False} for line in refused]
    return written(tmp_path / "judged.jsonl", rows)


def test_judged_questions_are_fitted_and_kept_for_this_archive(zitat: Zitat, seeds: Path, judged: Path) -> None:
    said = zitat("calibrate", "--archive", seeds, "--questions", judged)
    assert said.status == 0, said.err
    assert [line.split(":")[0] for line in said.lines[:2]] == ["before", "after"]
    assert "45 judged questions" in said.lines[2]
    kept = json.loads((seeds / f"{NAME}.json").read_text(encoding="utf-8"))
    with open_archive(seeds) as searcher:
        own = calibration_of(searcher.archive)
        assert kept["encoder"] == searcher.archive.manifest.encoder
    assert (own.scale, own.offset) == (kept["scale"], kept["offset"]) != (1.0, 0.0)


def test_an_archive_too_small_to_make_questions_of_says_so(zitat: Zitat, seeds: Path) -> None:
    said = zitat("calibrate", "--archive", seeds)
    assert said.status == 2
    assert "the archive gives 3 questions, and 20 are needed: ingest more articles" in said.err
    assert not (seeds / f"{NAME}.json").exists()


def test_an_archive_is_fitted_on_questions_made_of_it(zitat: Zitat, tmp_path: Path) -> None:
    folder, archive = tmp_path / "articles", tmp_path / "ships.zitat"
    folder.mkdir()
    for at, (ship, port) in enumerate(product(["Aurora", "Borealis", "Cygnus", "Dorado", "Eridanus"], PORTS)):
        text = f"The ship {ship} reached the harbour of {port} with {at + 11} tons of grain and left again by night."
        (folder / f"{at:02}.txt").write_text(text, encoding="utf-8")
    assert zitat("ingest", folder, "--archive", archive).status == 0
    said = zitat("calibrate", "--archive", archive)
    assert said.status == 0, said.err
    before, after = (int(line.split(", ")[1].split()[0]) for line in said.lines[:2])
    kept = json.loads((archive / f"{NAME}.json").read_text(encoding="utf-8"))
    # All its articles are alike, so what is not there looks as if it were, and the fit must refuse more of it.
    assert kept["scale"] == 1.0
    assert kept["offset"] < 0
    assert before <= after
    assert "questions made from the archive" in kept["fitted_on"]
    assert "--questions FILE" in said.err


def test_questions_of_one_kind_are_refused(zitat: Zitat, seeds: Path, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [{"question": f"Who is number {n}?", "answerable": True} for n in range(30)]
    said = zitat("calibrate", "--archive", seeds, "--questions", written(tmp_path / "one.jsonl", rows))
    assert said.status == 2
    assert "30 answerable and 0 unanswerable" in said.err


@pytest.mark.parametrize("line", ["{", "[]", '"text"', '{"question": "Who?"}', '{"question": 3, "answerable": true}'])
def test_a_line_that_is_no_judged_question_is_named(zitat: Zitat, seeds: Path, tmp_path: Path, line: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"question": "Who met whom?", "answerable": true}\n' + line + "\n", encoding="utf-8")
    said = zitat("calibrate", "--archive", seeds, "--questions", path)
    assert said.status == 2
    assert f"line 2 of {path} is no judged question" in said.err
    assert '"answerable": true' in said.err


def test_a_missing_file_of_questions_is_said(zitat: Zitat, seeds: Path, tmp_path: Path) -> None:
    said = zitat("calibrate", "--archive", seeds, "--questions", tmp_path / "none.jsonl")
    assert (said.status, "none.jsonl: No such file" in said.err) == (2, True)

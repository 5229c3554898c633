"""Measuring refusal: figures by hand, cases over an archive that can be read, and no leak between folds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval.fitting import OF_TOKENS, PLAIN, Case, calibration, confidences, fitted, left_out, measures
from eval.refusal import cases, clusters, judged, read, report, write
from eval.sets.beir import read_beir
from retrieval import Searcher
from retrieval.options import language_code

TELLS = "candidates that meet most"
QUESTIONS = sorted((Path(__file__).parents[2] / "eval" / "questions").glob("*.jsonl"))


def made(count: int, languages: str = "en de") -> list[Case]:
    """Cases in which one signal alone tells, half of them answerable."""
    chance = np.random.default_rng(7)
    out = []
    for at in range(count):
        answerable = at % 2 == 0
        known = {name: float(chance.normal()) for name in {*OF_TOKENS, *PLAIN}}
        known |= {TELLS: float(chance.normal(2.0 * answerable)), "candidates": 100.0 if at % 3 else 5.0}
        spoken = languages.split()[at // 2 % len(languages.split())]
        out.append(Case(f"q{at // 2}", spoken, "made", answerable, f"g{at // 2 % 7}", known))
    return out


def test_precision_recall_and_error_are_those_computed_by_hand() -> None:
    # Refused: the second, third and fifth, of which two rightly; one unanswerable is answered.
    figures = measures([True, True, False, False, False], [0.9, 0.4, 0.1, 0.8, 0.3])
    assert figures["precision"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["recall"] == pytest.approx(2 / 3, abs=1e-3)
    assert figures["answered of answerable"] == 0.5
    # Of six pairs (answerable, not) the answerable one is above in five.
    assert figures["AUC"] == pytest.approx(5 / 6, abs=1e-3)
    # Each case is a bin of its own: (0.1 + 0.6 + 0.1 + 0.8 + 0.3) / 5
    assert figures["ECE"] == pytest.approx(0.38, abs=1e-3)


def test_ties_count_half() -> None:
    assert measures([True, False], [0.5, 0.5])["AUC"] == 0.5


def test_fitting_finds_the_signal_that_tells() -> None:
    judge = calibration(fitted(made(900)))
    for kind in ("tokens", "few"):
        weights = judge.models[kind].weights
        assert max(weights, key=lambda name: abs(weights[name].weight)) == TELLS
    assert measures([one.answerable for one in made(900)], confidences(made(900), judge))["AUC"] > 0.85


def test_a_case_is_judged_by_others_only() -> None:
    """Where a group's cases are all the wrong way round, fitting on them would show."""
    usual = made(900)
    turned = [case._replace(answerable=not case.answerable) if case.group == "g3" else case for case in usual]
    rows = [row for row, case in enumerate(turned) if case.group == "g3"]
    believed = left_out(turned, [case.group for case in turned])
    assert measures([turned[row].answerable for row in rows], [believed[row] for row in rows])["AUC"] < 0.3


def test_a_setting_that_counts_more_moves_the_balance() -> None:
    """Of the cases made, those of one setting are all unanswerable."""
    usual = made(600)
    wide = [case._replace(setting="wide", answerable=False) for case in made(60)]
    plain, counted = (calibration(fitted([*usual, *wide], counts)) for counts in ({}, {"wide": 10.0}))
    assert np.mean(confidences(usual, counted)) < np.mean(confidences(usual, plain)) - 0.1


def test_every_question_is_asked_with_its_articles_and_without(searcher: Searcher, beir: Path) -> None:
    dataset = read_beir(beir, "all")
    alone = dataset.with_queries(dataset.queries[:1])
    there, gone = cases(searcher, alone, alone.queries)
    assert (there.answerable, gone.answerable) == (True, False)
    assert (there.question, there.group) == (gone.question, "sea")
    assert there.signals["answered by any passage"] > gone.signals["answered by any passage"]


def test_questions_whose_article_is_not_in_the_archive_are_left_out(searcher: Searcher, beir: Path) -> None:
    dataset = read_beir(beir, "all")
    alone = replace(dataset, queries=dataset.queries[:1], qrels={"q-wind": {"elsewhere": 1}})
    assert list(cases(searcher, alone, alone.queries)) == []
    assert clusters(searcher.archive, ["elsewhere"]) == frozenset()


def test_cases_are_read_as_they_were_written(searcher: Searcher, tmp_path: Path) -> None:
    questions = tmp_path / "mine.jsonl"
    questions.write_text('{"question": "wind", "language": "en", "answerable": false}\n', encoding="utf-8")
    found = list(judged(searcher, questions))
    write(found, tmp_path / "cases.jsonl")
    assert read([tmp_path / "cases.jsonl"]) == found
    assert (found[0].setting, found[0].answerable) == ("mine", False)


def test_questions_about_one_topic_are_never_in_fit_and_test_both(searcher: Searcher, tmp_path: Path) -> None:
    questions = tmp_path / "mine.jsonl"
    lines = ['{"question": "wind", "language": "en", "topic": "air"}', '{"question": "sea", "language": "en"}']
    questions.write_text("\n".join(lines), encoding="utf-8")
    assert [case.group for case in judged(searcher, questions)] == ["air", "sea"]


def test_a_report_has_a_line_for_each_setting_and_language(capsys: pytest.CaptureFixture[str]) -> None:
    found = made(40)
    report(found, [0.9 if case.answerable else 0.1 for case in found])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["language"] for line in lines] == ["", "de", "en"]
    assert all((line["precision"], line["recall"], line["ECE"]) == (1.0, 1.0, 0.1) for line in lines)


@pytest.mark.parametrize("file", QUESTIONS, ids=[file.stem for file in QUESTIONS])
def test_judged_questions_are_each_asked_once_in_a_known_language(file: Path) -> None:
    asked = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len({one["question"] for one in asked}) == len(asked) > 20
    assert all(language_code(one["language"]) == one["language"] for one in asked)
    assert all(one.keys() <= {"question", "language", "answerable", "topic"} for one in asked)

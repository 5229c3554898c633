"""`zitat eval` from what is typed to what is printed and written, on a set of five articles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from tests.eval.conftest import CORPUS

Capture = pytest.CaptureFixture[str]

FINDER = '''
"""Finds articles by shared words."""
ARTICLES = {articles!r}

def search(question, count):
    words = set(question.lower().split())
    found = [(name, len(words & set(text.lower().strip(".").split()))) for name, _, text in ARTICLES]
    return sorted(found, key=lambda one: -one[1])[:count]

def in_languages(question, count, languages):
    spoken = {{name: language for name, language, _ in ARTICLES}}
    return [one for one in search(question, 100) if not languages or spoken[one[0]] in languages][:count]

def fails_on_winds(question, count):
    if "wind" in question:
        raise ValueError("no wind here")
    return search(question, count)
'''


@pytest.fixture
def finder(tmp_path: Path) -> str:
    """The file of a retriever that someone wrote."""
    (tmp_path / "finder.py").write_text(FINDER.format(articles=CORPUS), encoding="utf-8")
    return str(tmp_path / "finder.py")


def measured(*arguments: object, out: Path) -> dict[str, dict[str, Any]]:
    """The runs that a command writes as JSON, by name."""
    assert main(["eval", *map(str, arguments), "--json", str(out)]) == 0
    return {run["name"]: run for run in json.loads(out.read_text(encoding="utf-8"))["runs"]}


def test_a_function_is_measured_and_its_run_scores_the_same_when_it_is_read_again(
    beir: Path, finder: str, tmp_path: Path, capsys: Capture
) -> None:
    ranker = f"{finder}:search"
    runs = measured(beir, "--qrels", "all", "--ranker", ranker, "--write-runs", tmp_path / "runs", out=tmp_path / "a")
    found = runs[ranker]
    assert found["measures"]["nDCG@10"] == pytest.approx(1.0)
    assert (found["dataset"], found["qrels"], found["queries"]) == ("tiny", "all", 3)
    assert found["latency_ms"]["p50"] > 0
    assert ranker in capsys.readouterr().out
    [written] = (tmp_path / "runs").iterdir()
    [again] = measured(beir, "--qrels", "all", "--run", written, out=tmp_path / "b").values()
    assert again["measures"] == found["measures"]
    assert again["latency_ms"] == {}


def test_the_example_in_the_docs_is_measured(beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORPUS", str(beir / "corpus.jsonl.gz"))
    ranker = f"{Path(__file__).parents[2] / 'docs' / 'examples' / 'shared_words.py'}:search"
    found = measured(beir, "--qrels", "all", "--pairs", "--ranker", ranker, out=tmp_path / "a")[ranker]
    assert found["groups"]["same language"]["RR"] == 1.0


def test_queries_that_fail_count_nothing_and_are_told(beir: Path, finder: str, tmp_path: Path, capsys: Capture) -> None:
    ranker = f"{finder}:fails_on_winds"
    runs = measured(beir, "--qrels", "all", "--ranker", ranker, out=tmp_path / "a")
    assert runs[ranker]["measures"]["nDCG@10"] == pytest.approx(2 / 3)
    assert "1 of 3 queries failed and count 0; q-wind: " in capsys.readouterr().err


def test_pools_of_one_language_are_passed_on(beir: Path, finder: str, tmp_path: Path, capsys: Capture) -> None:
    ranker = f"{finder}:in_languages"
    found = measured(beir, "--qrels", "all", "--pairs", "--ranker", ranker, out=tmp_path / "a")[ranker]
    assert set(found["by_language_pair"]) == {"de>de", "en>en"}
    capsys.readouterr()
    assert main(["eval", str(beir), "--qrels", "all", "--pairs", "--ranker", f"{finder}:search"]) == 2
    assert "cannot be limited to a language" in capsys.readouterr().err


def test_topics_are_measured_with_the_same_figures(beir: Path, finder: str, tmp_path: Path) -> None:
    (tmp_path / "topics.tsv").write_text(
        "q-wind\tWhere do the wind turbines stand now?\nq-strike\tWas every harbour closed by a strike?\n",
        encoding="utf-8",
    )
    (tmp_path / "qrels.txt").write_text("q-wind 0 sea 2\nq-wind 0 hills 0\nq-strike 0 harbour 1\n")
    ranker = f"{finder}:search"
    arguments = (tmp_path / "topics.tsv", "--qrels", tmp_path / "qrels.txt", "--ranker", ranker)
    found = measured(*arguments, "--corpus", beir / "corpus.jsonl.gz", out=tmp_path / "a")[ranker]
    assert (found["dataset"], found["queries"], found["measures"]["RR"]) == ("topics", 2, 1.0)
    assert set(found["by_language"]) == {"en"}


def test_a_source_is_left_out_where_that_is_wanted(beir: Path, finder: str, tmp_path: Path) -> None:
    (tmp_path / "topics.tsv").write_text("1\tWind turbines stand\n", encoding="utf-8")
    (tmp_path / "qrels.txt").write_text("1 0 hills 1\n", encoding="utf-8")
    common = (tmp_path / "topics.tsv", "--qrels", tmp_path / "qrels.txt", "--ranker", f"{finder}:search")
    corpus = ("--corpus", beir / "corpus.jsonl.gz")
    [second] = measured(*common, *corpus, out=tmp_path / "a").values()
    [first] = measured(*common, *corpus, "--leave-out-source", out=tmp_path / "b").values()
    assert (second["measures"]["RR"], first["measures"]["RR"]) == (0.5, 1.0)


def test_pairs_need_articles_whose_language_is_known(finder: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "topics.tsv").write_text("1\tWind turbines stand\n", encoding="utf-8")
    (tmp_path / "qrels.txt").write_text("1 0 hills 1\n", encoding="utf-8")
    topics = [str(tmp_path / "topics.tsv"), "--qrels", str(tmp_path / "qrels.txt")]
    assert main(["eval", *topics, "--pairs", "--ranker", f"{finder}:in_languages"]) == 2
    assert "topics has articles is not known: give it a corpus" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["0", "-1", "some"])
def test_numbers_that_mean_nothing_are_refused(beir: Path, number: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["eval", str(beir), "--threads", number])
    assert f"'{number}' is not" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["no/such/folder"], "no/such/folder is no file or folder"),
        (["SET", "--qrels", "dev"], "no judgements 'dev': give --qrels one of all, mono"),
        (["SET", "--variant", "sparse"], "there is no variant 'sparse'"),
        (["SET", "--ranker", "json"], "names no function"),
        (["SET", "--endpoint", "http://127.0.0.1:9/?q={question}", "--hits", "a["], "JMESPath"),
        (["SET", "--url", "http://127.0.0.1:9"], "127.0.0.1:9 is not ready"),
    ],
)
def test_what_cannot_be_measured_is_one_line_with_the_cure(
    beir: Path, arguments: list[str], said: str, capsys: Capture
) -> None:
    given = [str(beir) if one == "SET" else one for one in arguments]
    assert main(["eval", *given]) == 2
    errors = capsys.readouterr().err.splitlines()
    assert said in errors[-1]
    assert errors[-1].startswith("zitat: ")


def test_ablation_says_what_each_part_adds(
    beir: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.rankers.building.cache_folder", lambda: tmp_path)  # models stay where they are
    status = main(["eval", str(beir), "--qrels", "all", "--ablate", "--archive", str(tmp_path / "tiny.z")])
    out = capsys.readouterr().out
    assert status == 0
    assert len(list((tmp_path / "eval").iterdir())) == 1  # without the language correction vectors are others
    rows = [line.split("|")[1].strip() for line in out[out.index("What each part adds") :].splitlines() if "|" in line]
    assert {"lexical leg", "late interaction", "language correction", "folding of duplicates"} <= set(rows)


def test_answers_are_measured_beside_the_ranking(
    beir: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("eval.rankers.building.cache_folder", lambda: tmp_path)  # models stay where they are
    common = (beir, "--qrels", "all", "--pairs", "--answers", "--variant", "zitat", "--variant", "lexical")
    runs = measured(*common, out=tmp_path / "a")
    assert "Zitat, answers" in capsys.readouterr().out
    answers = runs["Zitat"]["answers"]
    assert {"same language", "en>en", "de>de"} <= answers.keys()
    assert answers["same language"]["questions"] == 3
    assert 0 <= answers["same language"]["refusal recall"] <= 1
    assert runs["lexical leg alone"]["answers"] == {}
    told = measured(*common, "--never-refuse", out=tmp_path / "b")["Zitat"]["answers"]["same language"]
    assert (told["answered"], told["valid citations"]) == (1.0, 1.0)

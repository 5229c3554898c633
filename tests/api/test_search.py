"""`zitat search`: one JSON object for programs, a readable page for people."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from index.archive import Archive
from retrieval import SearchOptions, open_archive
from tests.api.conftest import Zitat

HYDROGEN = "001_b4c85a9a8ed16f0b"
PASSAGE = {"rank", "score", "chunk_id", "text", "start", "end", "highlights", "article", "also_in"}
ARTICLE = {"id", "title", "source", "author", "language", "published_at", "url", "content_hash"}
Outside = Callable[..., "subprocess.CompletedProcess[str]"]


def test_json_is_one_object_with_the_keys_promised(zitat: Zitat, seeds: Path) -> None:
    said = zitat("search", "Wasserstoffdiplomatie im Oktober 2022", "--json", "--archive", seeds)
    assert (said.status, said.err, len(said.lines)) == (0, "", 1)
    result = json.loads(said.out)
    assert set(result) == {"question", "understood", "passages", "took_ms"}
    assert result["question"] == "Wasserstoffdiplomatie im Oktober 2022"
    assert set(result["understood"]) == {"language", "dates"}
    assert result["understood"]["dates"] == [{"text": "Oktober 2022", "earliest": "2022-10-01", "latest": "2022-10-31"}]
    for rank, passage in enumerate(result["passages"], 1):
        assert passage["rank"] == rank
        assert set(passage) == PASSAGE
        assert set(passage["article"]) == ARTICLE
        assert all(set(span) == {"start", "end"} for span in passage["highlights"])


def test_offsets_in_json_cite_the_article_that_show_prints(zitat: Zitat, seeds: Path) -> None:
    result = json.loads(zitat("search", "エネルギー協力", "--json", "--archive", seeds).out)
    for passage in result["passages"]:
        article = json.loads(zitat("show", passage["article"]["id"], "--json", "--archive", seeds).out)
        assert article["text"][passage["start"] : passage["end"]] == passage["text"]
        assert article["content_hash"] == passage["article"]["content_hash"]


def test_a_person_sees_rank_title_source_date_language_and_marks(zitat: Zitat, seeds: Path) -> None:
    said = zitat("search", "office of hydrogen diplomacy", "-k", "2", "--archive", seeds)
    head, first, second = said.out.rstrip("\n").split("\n\n")
    assert head.startswith("understood as English · ")
    assert first.startswith('1. An office of "hydrogen diplomacy" is planned')
    assert second.startswith("2. ")
    assert "Trend · October 31, 2022 · English" in first
    assert re.search(r"\*\*[^*]*hydrogen[^*]*\*\*", first)
    assert re.search(rf"\[{HYDROGEN} \d+:\d+ sha256 [0-9a-f]{{12}}\]", first)
    assert "\x1b" not in said.out


def test_a_person_sees_the_dates_understood(zitat: Zitat, seeds: Path) -> None:
    said = zitat("search", "hydrogen in October 2022", "--archive", seeds)
    assert "October 2022: October 1, 2022 – October 31, 2022" in said.lines[0]


def test_a_person_is_told_when_nothing_is_found(zitat: Zitat, seeds: Path) -> None:
    said = zitat("search", "hydrogen", "--after", "2030-01-01", "--archive", seeds)
    assert said.status == 0
    assert "Nothing was found.\n(zitat stats; --language, " in said.out


def test_what_is_said_about_passages_is_in_the_language_of_the_question(zitat: Zitat, seeds: Path) -> None:
    said = zitat("search", "Wer reiste im Oktober 2022 nach Kasachstan?", "-k", "1", "--archive", seeds)
    assert said.lines[0].startswith("verstanden als: Deutsch · Oktober 2022: 1. Oktober 2022 – 31. Oktober 2022")
    assert "Trend · 31. Oktober 2022 · Englisch" in said.out
    nothing = zitat("search", "Was kostet der Hafen?", "--after", "2030-01-01", "--archive", seeds)
    assert "Nothing" not in nothing.out


def test_as_many_passages_are_found_as_the_service_finds_when_nobody_says_how_many(zitat: Zitat, seeds: Path) -> None:
    assert f"(default {SearchOptions().count})" in " ".join(zitat("search", "--help").out.split())
    whole = zitat("search", "hydrogen", "--json", "--per-article", "0", "--archive", seeds)
    with open_archive(seeds) as archive:
        asked = archive.search("hydrogen", SearchOptions(per_article=None))
    assert len(json.loads(whole.out)["passages"]) == len(asked.passages)


def test_other_articles_with_the_same_text_are_named(zitat: Zitat, seeds: Path, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "seeds" / "articles" / f"{HYDROGEN}.txt").read_text(encoding="utf-8")
    (tmp_path / "copy.txt").write_text(text, encoding="utf-8")
    assert zitat("ingest", tmp_path / "copy.txt", "--archive", seeds).status == 0
    assert "also in" in zitat("search", "hydrogen diplomacy", "-k", "1", "--archive", seeds).out


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["--language", "de"], {"002"}),
        (["--language", "de,en"], {"000", "001", "002"}),
        (["--language", "German"], {"002"}),
        (["--source", "Trend", "--source", "AZERTAC"], {"001", "002"}),
        (["--after", "2022-01-01"], {"001"}),
        (["--before", "2021-12-31"], {"000"}),
        (["--after", "2020-11-13", "--before", "2020-11-13"], {"000"}),
        (["--article", HYDROGEN], {"001"}),
        (["--language", "fr"], set()),
    ],
)
def test_filters_are_taken_from_the_command_line(
    zitat: Zitat, seeds: Path, arguments: list[str], ids: set[str]
) -> None:
    result = json.loads(zitat("search", "energy", "--json", "--archive", seeds, *arguments).out)
    assert {passage["article"]["id"][:3] for passage in result["passages"]} == ids


def test_per_article_0_lifts_the_limit(zitat: Zitat, seeds: Path) -> None:
    one = json.loads(zitat("search", "energy", "--json", "--per-article", "1", "--archive", seeds).out)
    everything = json.loads(zitat("search", "energy", "--json", "--per-article", "0", "--archive", seeds).out)
    with Archive(seeds) as archive:
        assert len(everything["passages"]) == len(archive.store.chunk_keys())
    assert len(one["passages"]) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([""], "the question is empty: type a question"),
        (["x" * 4_001], "4,001 characters: use at most 4,000"),
        (["\udcff"], "UTF-8"),
        (["wind", "-k", "0"], "0 passages were asked for"),
        (["wind", "-k", "many"], "invalid int value"),
        (["wind", "--after", "31.10.2022"], "'31.10.2022' is not a day: write it as 2022-10-31"),
        (["wind", "--after", "2022-02-30"], "'2022-02-30' is not a day"),
        (["wind", "--after", "2023-01-01", "--before", "2022-01-01"], "give the earlier date as --after"),
        (["wind", "--language", "klingonish"], "there is no language 'klingonish'"),
        (["wind", "--question-language", "klingonish"], "there is no language 'klingonish'"),
        (["wind", "--per-article", "-1"], "per_article is -1"),
        (["wind", "--article", HYDROGEN, "--article", "no"], "seeds.zitat: see `zitat list` for the ids"),
        ([], "required: question"),
    ],
)
def test_a_wrong_search_ends_with_status_2_and_the_cure(
    zitat: Zitat, seeds: Path, arguments: list[str], said: str
) -> None:
    found = zitat("search", *arguments, "--archive", seeds)
    assert found.status == 2
    assert said in found.err
    assert found.out == ""


@pytest.mark.parametrize(
    "command", [["search", "x"], ["list"], ["show", "x"], ["stats"], ["export"], ["verify"], ["delete", "x"]]
)
def test_an_archive_that_is_not_there_is_said_and_not_made(zitat: Zitat, tmp_path: Path, command: list[str]) -> None:
    said = zitat(*command, "--archive", tmp_path / "nowhere.zitat")
    assert said.status == 2
    assert "nowhere.zitat" in said.err
    assert "zitat ingest" in said.err
    assert list(tmp_path.iterdir()) == []


def test_the_archive_may_be_named_by_the_environment(
    zitat: Zitat, seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZITAT_ARCHIVE", str(seeds))
    assert zitat("search", "hydrogen").status == 0


def test_a_search_loads_nothing_heavy(outside: Outside, seeds: Path) -> None:
    code = (
        "import sys; from api.cli import main\n"
        "main(['search', 'Wasserstoff', '--language', 'en', '--archive', sys.argv[1]])\n"
        "heavy = 'torch transformers sentence_transformers pydantic trafilatura fastapi'.split()\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    ran = outside("-c", code, seeds)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[-1] == "[]"


def test_a_reader_who_has_seen_enough_is_no_error(outside: Outside, seeds: Path) -> None:
    for command in ("search Wasserstoff --json", "export", "list", "stats"):
        ran = outside(
            "-c",
            "import os, subprocess, sys\n"
            "os.environ.pop('PYTHONUNBUFFERED', None)  # what is printed late is the hard case\n"
            "run = [sys.executable, '-m', 'api.cli', *sys.argv[2].split(), '--archive', sys.argv[1]]\n"
            "process = subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE)\n"
            "process.stdout.close()\n"
            "print(process.stderr.read().decode(), process.wait())",
            seeds,
            command,
        )
        assert ran.stdout.strip() == "0", command


def test_a_terminal_that_cannot_show_the_text_is_told_the_cure(python: list[str], seeds: Path) -> None:
    command = ["env", "PYTHONIOENCODING=ascii", *python, "-m", "api.cli", "search", "Möglichkeiten"]
    ran = subprocess.run([*command, "--archive", str(seeds)], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 2
    assert "PYTHONUTF8=1" in ran.stderr
    assert "Traceback" not in ran.stderr

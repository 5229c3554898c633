"""`zitat ingest`: what it says, how it ends, and that a second run goes on where the first stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api.ingesting import _Lines
from index.archive import Archive
from index.ingesting.ingest import Summary
from index.reading.options import Progress
from index.verify import verify
from tests.api.conftest import SEEDS, Zitat
from tests.fakes import interruptible, story

Outside = Callable[..., "subprocess.CompletedProcess[str]"]
OFFLINE = """
import socket, sys

def refuse(*_: object, **__: object) -> None:
    raise OSError("the network is off")

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = socket.create_connection = refuse
from api.cli import main
archive, seeds = sys.argv[1:]
assert main(["ingest", seeds, "--archive", archive]) == 0
assert main(["search", "Wasserstoff", "--archive", archive]) == 0
"""


def lines(folder: Path, count: int) -> Path:
    """A file of so many articles, a record a line."""
    file = folder / "stories.jsonl"
    records = [{"id": f"story-{n}", "title": f"Story {n}", "text": story(n).text} for n in range(count)]
    file.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return file


def test_a_first_run_adds_and_a_second_finds_nothing_to_do(zitat: Zitat, tmp_path: Path) -> None:
    archive = tmp_path / "a.zitat"
    first, second = (zitat("ingest", SEEDS, "--archive", archive) for _ in range(2))
    assert (first.status, second.status) == (0, 0)
    assert first.out.startswith("3 added, 0 changed, 0 unchanged, 0 rejected; 9 passages in ")
    assert second.out.startswith("0 added, 0 changed, 3 unchanged, 0 rejected; 0 passages in ")


def test_where_there_is_no_terminal_progress_is_plain_lines(zitat: Zitat, tmp_path: Path) -> None:
    said = zitat("ingest", SEEDS, "--archive", tmp_path / "a.zitat")
    assert said.err.startswith("3 articles, ")
    assert " articles/s" in said.err
    assert not {"\r", "\x1b"} & set(said.err + said.out)


def test_bad_records_are_rejected_with_place_and_cure_and_the_rest_is_stored(zitat: Zitat, tmp_path: Path) -> None:
    good = json.dumps({"id": "good", "text": "The ministers met in Baku on Tuesday and agreed."})
    (tmp_path / "some.jsonl").write_text(f'{good}\n{{"id": "broken\n{{"id": "empty", "title": "No text"}}\n')
    said = zitat("ingest", tmp_path / "some.jsonl", "--archive", tmp_path / "a.zitat")
    assert said.status == 1
    assert "1 added, 0 changed, 0 unchanged, 2 rejected" in said.out
    rejected = [line for line in said.err.splitlines() if line.startswith("rejected")]
    assert ["some.jsonl, record 2" in rejected[0], "some.jsonl, record 3" in rejected[1]] == [True, True]


@pytest.mark.parametrize("make", [lambda file: file.write_bytes(b""), lambda file: None])
def test_status_is_2_where_nothing_could_be_done(zitat: Zitat, tmp_path: Path, make: Callable[[Path], object]) -> None:
    make(tmp_path / "news.txt")
    said = zitat("ingest", tmp_path / "news.txt", "--archive", tmp_path / "a.zitat")
    assert said.status == 2
    assert "news.txt" in said.err
    assert "0 added" in said.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "required: PATH"),
        (["x.csv", "--map", "text"], "'text' is not FIELD=NAME, for instance text=body_html"),
        (["x.csv", "--map", "=body"], "'=body' is not FIELD=NAME"),
        (["x.csv", "--chunk-tokens", "many"], "invalid int value"),
        (["x.csv", "--nonsense"], "unrecognized arguments"),
    ],
)
def test_a_wrong_ingest_ends_with_status_2_before_an_archive_is_made(
    zitat: Zitat, tmp_path: Path, arguments: list[str], said: str
) -> None:
    found = zitat("ingest", *arguments, "--archive", tmp_path / "a.zitat")
    assert found.status == 2
    assert said in found.err
    assert not (tmp_path / "a.zitat").exists()


def test_another_size_of_passages_than_the_archive_s_is_refused(zitat: Zitat, seeds: Path) -> None:
    said = zitat("ingest", SEEDS, "--chunk-tokens", "50", "--archive", seeds)
    assert said.status == 2
    assert "200 tokens, not 50" in said.err


@pytest.mark.parametrize("tokens", ["0", "-1", "511"])
def test_a_size_of_passages_that_cannot_be_is_refused_before_an_archive_is_made(
    zitat: Zitat, tmp_path: Path, tokens: str
) -> None:
    said = zitat("ingest", SEEDS, "--chunk-tokens", tokens, "--archive", tmp_path / "a.zitat")
    assert said.status == 2
    assert f"passages of {tokens} tokens cannot be made" in said.err
    assert not (tmp_path / "a.zitat").exists()


def test_the_archive_s_own_size_of_passages_may_be_named_and_0_may_not(zitat: Zitat, seeds: Path) -> None:
    assert zitat("ingest", SEEDS, "--chunk-tokens", "200", "--archive", seeds).status == 0
    said = zitat("ingest", SEEDS, "--chunk-tokens", "0", "--archive", seeds)
    assert (said.status, "200 tokens, not 0" in said.err) == (2, True)


def test_a_model_that_is_not_the_archive_s_is_refused_with_the_cure(zitat: Zitat, seeds: Path) -> None:
    manifest = json.loads((seeds / "manifest.json").read_text(encoding="utf-8"))
    (seeds / "manifest.json").write_text(json.dumps(manifest | {"model": "org/other model"}), encoding="utf-8")
    said = zitat("ingest", SEEDS, "--model", "bundled", "--archive", seeds)
    assert said.status == 0  # the fingerprint tells, not the name
    manifest["encoder"]["graph"] = "onnx-int8-1"
    for model, cure in (("bundled", "its model bundled is not"), ("org/other model", "leave --model out, or change")):
        (seeds / "manifest.json").write_text(json.dumps(manifest | {"model": model}), encoding="utf-8")
        said = zitat("ingest", SEEDS, "--model", "bundled", "--archive", seeds)
        assert said.status == 2
        assert cure in said.err
        assert f"`zitat reembed --archive {seeds} --model bundled`" in said.err


def test_fields_can_be_named(zitat: Zitat, tmp_path: Path) -> None:
    record = {"nr": "7", "kopf": "Ein Titel", "inhalt": "Die Minister trafen sich am Dienstag in Baku."}
    (tmp_path / "x.json").write_text(json.dumps([record]), encoding="utf-8")
    maps = ["--map", "text=inhalt", "--map", "title=kopf", "--map", "id=nr"]
    assert zitat("ingest", tmp_path / "x.json", *maps, "--archive", tmp_path / "a").status == 0
    article = json.loads(zitat("show", "7", "--json", "--archive", tmp_path / "a").out)
    assert (article["title"], article["text"]) == (record["kopf"], record["inhalt"])


def test_json_lines_come_in_through_a_pipe(outside: Outside, zitat: Zitat, tmp_path: Path) -> None:
    file = lines(tmp_path, 2)
    ran = outside("-m", "api.cli", "ingest", "-", "--archive", tmp_path / "a", input=file.read_text(encoding="utf-8"))
    assert (ran.returncode, ran.stdout.split(";")[0]) == (0, "2 added, 0 changed, 0 unchanged, 0 rejected")
    assert [line.split("\t")[0] for line in zitat("list", "--archive", tmp_path / "a").lines] == ["story-0", "story-1"]


def test_neither_ingest_nor_search_needs_a_network(outside: Outside, tmp_path: Path) -> None:
    ran = outside("-c", OFFLINE, tmp_path / "a", SEEDS)
    assert ran.returncode == 0, ran.stderr
    assert "hydrogen" in ran.stdout


@pytest.mark.slow
def test_an_interrupted_ingest_ends_cleanly_and_is_resumed(zitat: Zitat, python: list[str], tmp_path: Path) -> None:
    file, archive = lines(tmp_path, 120), tmp_path / "a.zitat"
    # Small batches, so that there is something stored to go on from.
    code = (
        "import sys; from index.ingesting import batches; batches.BATCH_TOKENS = 2_000;"
        "from api.cli import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", code, "ingest", str(file), "--archive", str(archive)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(  # type: ignore[call-overload]
        command, env=environment, process_group=0, preexec_fn=interruptible, **pipes
    )
    deadline = time.monotonic() + 60
    while not stored_in(archive) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "interrupted; what was stored stays stored" in err
    assert "Traceback" not in err
    kept = stored_in(archive)
    assert 0 < kept < 120
    assert f"{kept} added" in out
    with Archive(archive) as opened:
        assert verify(opened) == []
    said = zitat("ingest", file, "--archive", archive)
    assert said.status == 0
    assert said.out.startswith(f"{120 - kept} added, 0 changed, {kept} unchanged, 0 rejected")


def stored_in(folder: Path) -> int:
    """How many articles are in the archive, 0 where there is none yet."""
    if not (folder / "manifest.json").exists():
        return 0
    with Archive(folder) as archive:
        return int(archive.store.rows("SELECT count(*) FROM articles")[0][0])


def test_what_is_left_is_told_while_there_is_something_to_read(capsys: pytest.CaptureFixture[str]) -> None:
    for done, total in ((50, 200), (200, 200), (50, None)):
        lines = _Lines(Progress(done, total))
        lines.started -= 10
        lines(Summary(added=20))
    said = capsys.readouterr().err.splitlines()
    assert said == ["20 articles, 2.0 articles/s, 30 s left"] + ["20 articles, 2.0 articles/s"] * 2

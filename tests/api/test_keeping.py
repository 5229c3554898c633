"""show, list, delete, stats, export, verify and reembed: what they print and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import func, update

from index.archive import Archive
from index.truth.tables import encodings
from tests.api.conftest import SEEDS, Zitat
from tests.fakes import altered
from tests.seal import seal

HYDROGEN = "001_b4c85a9a8ed16f0b"
KEYS = ["id", "title", "text", "language", "published_at", "source", "author", "url", "content_hash"]


def sealed(folder: Path) -> str:
    with Archive(folder) as archive:
        return seal(archive.store)


def test_show_prints_what_is_known_and_the_whole_text(zitat: Zitat, seeds: Path) -> None:
    said = zitat("show", HYDROGEN, "--archive", seeds)
    assert said.status == 0
    head, text = said.out.split("\n\n", 1)
    assert [line.split(": ")[0] for line in head.splitlines()] == [
        "id", "title", "language", "published_at", "source", "content_hash"
    ]  # fmt: skip
    assert text.rstrip() == (SEEDS / f"{HYDROGEN}.txt").read_text(encoding="utf-8").rstrip()


def test_show_json_has_the_offsets_of_the_passages(zitat: Zitat, seeds: Path) -> None:
    article = json.loads(zitat("show", HYDROGEN, "--json", "--archive", seeds).out)
    assert list(article)[:9] == KEYS
    assert all(0 <= one["start"] < one["end"] <= len(article["text"]) for one in article["chunks"])
    assert (article["also_in"], article["earlier_versions"]) == ([], [])


def test_show_keeps_the_hash_of_an_earlier_version(zitat: Zitat, seeds: Path, tmp_path: Path) -> None:
    before = json.loads(zitat("show", HYDROGEN, "--json", "--archive", seeds).out)["content_hash"]
    (tmp_path / "new.jsonl").write_text(json.dumps({"id": HYDROGEN, "text": "The office was opened in Astana today."}))
    assert "1 changed" in zitat("ingest", tmp_path / "new.jsonl", "--archive", seeds).out
    after = json.loads(zitat("show", HYDROGEN, "--json", "--archive", seeds).out)
    assert [one["content_hash"] for one in after["earlier_versions"]] == [before] != [after["content_hash"]]
    assert f"UTC: {before}" in zitat("show", HYDROGEN, "--archive", seeds).out


def test_list_is_a_line_an_article(zitat: Zitat, seeds: Path) -> None:
    rows = [line.split("\t") for line in zitat("list", "--archive", seeds).lines]
    assert [(row[0][:3], row[1], row[2], row[3]) for row in rows] == [
        ("000", "2020-11-13", "en", ""),
        ("001", "2022-10-31", "en", "Trend"),
        ("002", "XXXX-11-29", "de", "AZERTAC"),
    ]
    assert all(len(row) == 5 for row in rows)
    for german in ("de", "DE", "German"):
        assert len(zitat("list", "--language", german, "--archive", seeds).lines) == 1
    assert len(zitat("list", "--source", "Trend", "--archive", seeds).lines) == 1


def test_a_deleted_article_is_gone_everywhere(zitat: Zitat, seeds: Path) -> None:
    said = zitat("delete", HYDROGEN, "--archive", seeds)
    assert (said.status, said.out) == (0, "1 deleted\n")
    found = json.loads(zitat("search", "hydrogen diplomacy", "--json", "--archive", seeds).out)
    assert {one["article"]["id"][:3] for one in found["passages"]} == {"000", "002"}
    assert zitat("show", HYDROGEN, "--archive", seeds).status == 2
    assert zitat("verify", "--archive", seeds).out == "everything matches\n"


def test_deleting_what_is_not_there_tells_by_the_status(zitat: Zitat, seeds: Path) -> None:
    said = zitat("delete", HYDROGEN, "nowhere", "--archive", seeds)
    assert (said.status, said.out) == (1, "1 deleted\n")
    assert "no article 'nowhere': see `zitat list`" in said.err
    assert zitat("delete", "nowhere", "--archive", seeds).status == 2


def test_an_id_that_is_no_text_is_an_error_with_its_cure(zitat: Zitat, seeds: Path) -> None:
    for command in ("show", "delete"):
        said = zitat(command, "\udcff", "--archive", seeds)
        assert (said.status, "UTF-8" in said.err) == (2, True)


def test_stats_counts(zitat: Zitat, seeds: Path) -> None:
    counts = json.loads(zitat("stats", "--json", "--archive", seeds).out)
    assert (counts["articles"], counts["dated"], counts["languages"]) == (3, 2, {"en": 2, "de": 1})
    assert (counts["earliest"], counts["latest"]) == ("2020-11-13", "2022-10-31")
    assert counts["bytes"] > 100_000
    assert "languages: en 2, de 1" in zitat("stats", "--archive", seeds).lines


def test_export_has_the_nine_keys_and_comes_back_to_the_same_archive(zitat: Zitat, seeds: Path, tmp_path: Path) -> None:
    said = zitat("export", "--archive", seeds)
    assert [list(json.loads(line)) for line in said.lines] == [KEYS] * 3
    assert said.status == 0
    file = tmp_path / "all.jsonl"
    assert zitat("export", "--output", file, "--archive", seeds).status == 0
    assert file.read_text(encoding="utf-8") == said.out
    assert zitat("ingest", file, "--archive", tmp_path / "again.zitat").status == 0
    assert zitat("export", "--archive", tmp_path / "again.zitat").out == said.out
    assert sealed(tmp_path / "again.zitat") == sealed(seeds)


def test_an_export_into_the_archive_it_came_from_changes_nothing(zitat: Zitat, seeds: Path, tmp_path: Path) -> None:
    before = sealed(seeds)
    zitat("export", "--output", tmp_path / "all.jsonl", "--archive", seeds)
    assert "0 added, 0 changed, 3 unchanged" in zitat("ingest", tmp_path / "all.jsonl", "--archive", seeds).out
    assert sealed(seeds) == before


def test_an_export_that_cannot_be_written_ends_with_a_sentence(zitat: Zitat, seeds: Path, tmp_path: Path) -> None:
    said = zitat("export", "--output", tmp_path / "no" / "such" / "folder.jsonl", "--archive", seeds)
    assert said.status == 2
    assert "folder.jsonl" in said.err


def test_an_earlier_export_is_not_lost_to_one_that_fails(zitat: Zitat, tmp_path: Path) -> None:
    (tmp_path / "backup.jsonl").write_text("what was saved")
    said = zitat("export", "--output", tmp_path / "backup.jsonl", "--archive", tmp_path / "mistyped.zitat")
    assert said.status == 2
    assert (tmp_path / "backup.jsonl").read_text() == "what was saved"
    assert [path.name for path in tmp_path.iterdir()] == ["backup.jsonl"]


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)


def test_verify_says_that_all_is_well(zitat: Zitat, seeds: Path) -> None:
    said = zitat("verify", "--archive", seeds)
    assert (said.status, said.out) == (0, "everything matches\n")


def test_a_damaged_truth_is_reported_with_status_1_and_repaired_where_it_can_be(zitat: Zitat, seeds: Path) -> None:
    with Archive(seeds) as archive:
        zeros = func.zeroblob(func.length(encodings.c.codes))
        altered(archive.store, update(encodings).where(encodings.c.chunk == 2).values(codes=zeros))
    said = zitat("verify", "--archive", seeds)
    assert said.status == 1
    assert "run `zitat verify --repair`" in said.out
    assert zitat("verify", "--repair", "--archive", seeds).status == 0
    assert zitat("verify", "--archive", seeds).out == "everything matches\n"


def test_a_damaged_index_is_mended_by_verify(zitat: Zitat, seeds: Path) -> None:
    flip(next((seeds / "derived").glob("rows-*/vectors")))
    assert zitat("verify", "--repair", "--archive", seeds).status == 0
    assert zitat("verify", "--archive", seeds).status == 0


def test_reembedding_with_the_model_it_has_does_nothing(zitat: Zitat, seeds: Path) -> None:
    before = sealed(seeds)
    said = zitat("reembed", "--model", "bundled", "--archive", seeds)
    assert (said.status, "already made with bundled" in said.out) == (0, True)
    assert sealed(seeds) == before


@pytest.mark.filterwarnings("ignore")  # torch's and transformers' own
def test_reembedding_with_a_model_that_is_not_there_leaves_the_archive_as_it_was(
    zitat: Zitat, seeds: Path, tmp_path: Path
) -> None:
    before = sealed(seeds)
    said = zitat("reembed", "--model", tmp_path / "no-model", "--archive", seeds)
    assert said.status == 2
    assert "cannot be loaded" in said.err
    assert sealed(seeds) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["reembed"], "required: --model"),
        (["show"], "required: id"),
        (["delete"], "required: ID"),
        (["nonsense"], "invalid choice"),
        ([], "required: COMMAND"),
    ],
)
def test_a_wrong_command_ends_with_status_2(zitat: Zitat, arguments: list[str], said: str) -> None:
    found = zitat(*arguments)
    assert found.status == 2
    assert said in found.err


@pytest.mark.parametrize("command", ["", "ingest", "search", "show", "list", "delete", "stats", "export", "verify"])
def test_help_is_given(zitat: Zitat, command: str) -> None:
    said = zitat(*command.split(), "--help")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith("usage: zitat")

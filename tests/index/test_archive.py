"""An archive on disk: one writer, many readers, and plain words where it cannot be opened."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from index.archive import Archive
from index.errors import ArchiveDamaged, ArchiveError, ArchiveLocked, ArchiveMissing, BadInput, EncoderMismatch
from index.truth.store import Store
from index.verify import repair
from retrieval import Searcher
from tests.fakes import Place, WordEncoder, stored, story
from tests.postgres import Server


def test_no_archive_is_said_with_the_cure(folder: Path) -> None:
    with pytest.raises(ArchiveMissing, match="zitat ingest"):
        Archive(folder)
    assert not folder.exists()


def test_a_second_archive_in_one_folder_is_refused(place: Place) -> None:
    stored(place, [story(1)])
    with pytest.raises(ArchiveError, match="already holds an archive"):
        Archive.create(place, WordEncoder())
    with Archive(place) as archive:
        assert archive.store.article("story-1") is not None


def test_an_archive_whose_making_was_stopped_is_made_anew(folder: Path) -> None:
    folder.mkdir()
    Store(folder / "archive.sqlite.new", create=True).close()
    with pytest.raises(ArchiveMissing):
        Archive(folder)
    assert stored(folder, [story(1)]).added == 1


def test_an_archive_made_but_not_yet_named_is_named_when_it_is_opened(folder: Path) -> None:
    Archive.create(folder, WordEncoder()).close()
    (folder / "archive.sqlite").rename(folder / "archive.sqlite.new")
    with Archive(folder) as archive:
        assert archive.store.sequence() == 0


def test_a_lost_manifest_is_damage_and_not_a_missing_archive(folder: Path) -> None:
    stored(folder, [story(1)])
    (folder / "manifest.json").unlink()
    with pytest.raises(ArchiveDamaged, match=r"manifest\.json is missing though the articles are there"):
        Archive(folder)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b'{"format": 1}',
        b'{"format": 9, "model": "x", "encoder": {}, "chunk_tokens": 3}',
        b'{"format": 1, "model": "x", "encoder": {}, "chunk_tokens": 3}',
        b'{"format": 1, "model": "x", "encoder": {"dimension": 64}, "chunk_tokens": 3, "generation": "two"}',
        b'{"format": 1, "model": "x", "encoder": [1], "chunk_tokens": 3}',
    ],
)
def test_a_garbled_manifest_is_damage(folder: Path, content: bytes) -> None:
    stored(folder, [story(1)])
    (folder / "manifest.json").write_bytes(content)
    with pytest.raises(ArchiveDamaged, match=r"manifest\.json"):
        Archive(folder)


def test_an_archive_on_a_server_is_named_by_its_address(postgres: Server) -> None:
    stored(url := postgres.new_database(), [story(1)])
    with pytest.raises(EncoderMismatch, match=f"^{url} was made with"):
        Searcher(url, WordEncoder(32))
    with Archive(url) as archive, archive.writing(), pytest.raises(EncoderMismatch, match=f"^{url} was made with"):
        repair(archive, WordEncoder(32))


def test_another_encoder_is_refused_naming_both_sides_and_the_cure(place: Place) -> None:
    stored(place, [story(1)])
    with pytest.raises(EncoderMismatch) as refusal:
        Searcher(place, WordEncoder(32, name="other words"))
    message = str(refusal.value)
    assert "dimension=64" in message
    assert "dimension=32" in message
    assert "model=other words" in message
    assert "open it without an encoder of your own" in message


@pytest.mark.parametrize(
    ("named", "cure"),
    [
        ("other words", "leave --model out, or change the archive over with `zitat reembed {} --model 'other words'`"),
        ("words", "its model words is not what it was: bring that back, or make .* `zitat reembed {} --model words`"),
        (
            None,
            "without an encoder of your own; if there was none, its model words .* `zitat reembed {} --model words`",
        ),
    ],
)
def test_the_cure_for_another_encoder_is_what_helps_there(place: Place, named: str | None, cure: str) -> None:
    stored(place, [story(1)])
    with Archive(place) as archive, pytest.raises(EncoderMismatch, match=cure.format(f"--archive {place}")):
        archive.manifest.check_encoder(WordEncoder(32), archive.location.name, named=named)


def test_an_archive_whose_model_is_no_longer_what_it_was_says_so(place: Place) -> None:
    Archive.create(place, WordEncoder(), model="bundled").close()
    with Archive(place) as archive, pytest.raises(EncoderMismatch, match="its model bundled is not what it was"):
        archive.own_encoder()


HOLD = """
import sys
from index.archive import Archive
with Archive(sys.argv[1]) as archive, archive.writing():
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_a_second_writer_is_refused_and_readers_go_on(place: Place, python: list[str]) -> None:
    stored(place, [story(1)])
    command = [*python, "-c", HOLD, str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "writing\n"
        with Archive(place) as archive, pytest.raises(ArchiveLocked) as refusal, archive.writing(wait=0.1):
            pass
        assert str(place) in str(refusal.value)
        assert "let it finish" in str(refusal.value)
        with Searcher(place, WordEncoder()) as archive:
            assert archive.search("report").passages
        other.kill()
    with Archive(place) as archive, archive.writing(wait=0.1):
        pass  # the lock went with the process


def test_a_writer_that_waits_gets_its_turn(place: Place, python: list[str]) -> None:
    stored(place, [story(1)])
    command = [*python, "-c", HOLD, str(place)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        other.stdout.readline()
        other.stdin.close()  # type: ignore[union-attr]
        with Archive(place) as archive, archive.writing(wait=30):
            pass


def test_what_a_writer_does_is_indexed_when_it_lets_go(place: Place) -> None:
    stored(place, [story(1), story(2)])
    with Archive(place) as archive:
        with archive.writing():
            archive.store.delete(["story-1"])
        assert archive.derived.load().state.sequence == archive.store.sequence()


def test_the_manifest_says_how_the_archive_was_made(folder: Path) -> None:
    encoder = WordEncoder()
    Archive.create(folder, encoder, model="words", chunk_tokens=50).close()
    said = json.loads((folder / "manifest.json").read_text())
    assert (said["model"], said["encoder"], said["chunk_tokens"]) == ("words", encoder.fingerprint, 50)


@pytest.mark.parametrize("tokens", [-1, 0, 15, 61, 200, 500])
def test_passages_that_the_encoder_cannot_take_are_refused(folder: Path, tokens: int) -> None:
    with pytest.raises(BadInput, match=f"{tokens} tokens .*from 16 to 60"):
        Archive.create(folder, WordEncoder(), chunk_tokens=tokens)
    assert not folder.exists()


@pytest.mark.parametrize(("given", "kept"), [(None, 60), (16, 16), (60, 60)])
def test_passages_fit_the_encoder_unless_said_otherwise(place: Place, given: int | None, kept: int) -> None:
    with Archive.create(place, WordEncoder(), chunk_tokens=given) as archive:
        assert archive.manifest.chunk_tokens == kept


def test_a_model_in_a_folder_is_found_from_any_working_directory(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models" / "mine").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    for given, kept in (("models/mine", str(tmp_path / "models" / "mine")), ("hub/name", "hub/name")):
        made = Archive.create(folder / given, WordEncoder(), model=given)
        assert made.manifest.model == kept
        made.close()

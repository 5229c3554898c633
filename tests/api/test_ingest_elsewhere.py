"""`zitat ingest` on a GPU or a cluster that is not there: said plainly, with the cure, and nothing is made."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from api.cli import main
from api.ingesting import _unmake
from index.archive import Archive
from tests.fakes import stored, story

ARTICLES = str(Path(__file__).parents[2] / "seeds" / "articles")


@pytest.mark.filterwarnings("ignore")  # torch's own
def test_a_gpu_that_is_not_there_is_named_with_the_cure_and_no_archive_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    folder = tmp_path / "news"
    assert main(["ingest", ARTICLES, "--archive", str(folder), "--device", "cuda"]) == 2
    assert "leave --device out" in capsys.readouterr().err
    assert not folder.exists()


def test_an_unknown_device_is_refused_by_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["ingest", ARTICLES, "--device", "tpu"])
    assert "cpu" in capsys.readouterr().err


def test_a_cluster_that_is_not_there_is_named_and_no_empty_archive_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same where Ray is not installed, which is another error."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    folder = tmp_path / "news"
    assert main(["ingest", ARTICLES, "--archive", str(folder), "--ray", f"127.0.0.1:{free}"]) == 2
    said = capsys.readouterr().err
    assert "ray start --head" in said or "zitat[ray]" in said
    assert not folder.exists()


def test_a_cluster_that_is_not_there_takes_no_article_from_an_archive_that_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "news"
    assert main(["ingest", ARTICLES, "--archive", str(folder)]) == 0
    assert main(["ingest", ARTICLES, "--archive", str(folder), "--ray", "127.0.0.1:1"]) == 2
    with Archive(folder) as archive:
        assert archive.store.counts()["articles"] == 3


def test_an_archive_that_holds_something_after_all_stays(tmp_path: Path) -> None:
    """A batch that was stored just before its ingest failed was not counted."""
    folder = tmp_path / "news"
    stored(folder, [story(0)])
    archive = Archive(folder)
    archive.close()
    _unmake(archive)
    with Archive(folder) as again:
        assert again.store.counts()["articles"] == 1


def test_a_compact_archive_keeps_no_second_copy_of_the_vectors_and_stays_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "news"
    assert main(["ingest", ARTICLES, "--archive", str(folder), "--compact"]) == 0
    assert main(["ingest", ARTICLES, "--archive", str(folder)]) == 0
    with Archive(folder) as archive:
        assert archive.manifest.index == "compact"
    assert list(folder.glob("derived/rows-*/key")) != []
    assert list(folder.glob("derived/rows-*/vectors")) == []
    capsys.readouterr()
    assert main(["search", "Who will host the hydrogen diplomacy office?", "--archive", str(folder), "-k", "1"]) == 0
    assert "hydrogen diplomacy" in capsys.readouterr().out

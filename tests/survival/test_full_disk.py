"""A full disk: a clear error, and an archive that holds what it was said to hold."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from index.archive import Archive
from index.errors import ArchiveMissing
from index.verify import verify
from tests.fakes import stored, story
from tests.seal import seal
from tests.survival.writer import Job

FILL = """
import resource, sys
from pathlib import Path
from index.errors import ArchiveFull
from tests.survival.writer import Job, run
folder, limit = Path(sys.argv[1]), int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    run(Job(folder, articles=int(sys.argv[3]), batch_tokens=2000))
except ArchiveFull as full:
    print("FULL", full)
"""
SMALL_DISK = 'mount -t tmpfs -o size="$1" none "$0" && shift && "$@"; cp -a "$0" "$0.kept"'
ARTICLES = 150


def _checked(folder: Path, made: subprocess.CompletedProcess[str]) -> None:
    assert made.stdout.startswith("FULL "), made.stdout + made.stderr
    assert "free some disk space" in made.stdout
    said = Job(folder).said.read_text().split()
    with Archive(folder) as archive:
        archive.view()
        assert verify(archive) == []
        ids = {a.article.id for a in archive.store.each_article()}
        assert ids >= {f"story-{n}" for n in range(int(said[-1]) if said else 0)}
        assert len(ids) < ARTICLES
    stored(folder, map(story, range(ARTICLES)))
    with Archive(folder) as archive:
        assert verify(archive) == []
        resumed = seal(archive.store)
    stored(folder.with_name("direct"), map(story, range(ARTICLES)))
    with Archive(folder.with_name("direct")) as direct:
        assert resumed == seal(direct.store)


@pytest.mark.parametrize("limit", [250_000, 300_000, 450_000])
def test_a_file_that_may_not_grow_is_a_full_disk(folder: Path, python: list[str], limit: int) -> None:
    command = [*python, "-c", FILL, str(folder), str(limit), str(ARTICLES)]
    _checked(folder, subprocess.run(command, capture_output=True, text=True, check=False))


def test_a_disk_too_full_for_a_new_archive_leaves_none(folder: Path, python: list[str]) -> None:
    command = [*python, "-c", FILL, str(folder), "60000", "3"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.stdout.startswith("FULL "), made.stderr
    with pytest.raises(ArchiveMissing):
        Archive(folder)
    assert stored(folder, [story(1)]).added == 1


@pytest.mark.parametrize("size", ["500k", "700k"])
def test_a_small_file_system_that_fills_up(tmp_path: Path, python: list[str], size: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    command = [*python, "-c", FILL, str(disk / "news.zitat"), "0", str(ARTICLES)]
    made = subprocess.run(
        ["unshare", "-rm", "sh", "-c", SMALL_DISK, str(disk), size, *command],
        capture_output=True,
        text=True,
        check=False,
    )
    if not made.stdout and ("mount:" in made.stderr or "unshare" in made.stderr):
        pytest.skip(f"this machine lets nobody mount: {made.stderr.strip()}")
    _checked(tmp_path / "disk.kept" / "news.zitat", made)

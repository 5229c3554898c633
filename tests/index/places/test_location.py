"""Where an archive is: what is said where the package for a server is missing, or the archive goes."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.archive import Archive
from index.errors import ArchiveError, ArchiveMissing
from index.places.location import located
from tests.fakes import stored, story


def test_an_address_without_its_package_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("index.places.server", "index.truth.postgres"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ArchiveError, match=r"pip install 'zitat\[postgres\]'"):
        located("postgresql://127.0.0.1/news")


def test_who_waits_for_an_archive_that_is_taken_away_is_told_so(folder: Path) -> None:
    stored(folder, [story(1)])
    place = located(folder)
    with Archive(folder) as archive:
        manifest = archive.manifest
    with ThreadPoolExecutor(1) as pool:
        with place.lock(0):
            waiting = pool.submit(lambda: located(folder).lock(30).__enter__())
            time.sleep(0.3)
            place.remove(manifest)
        with pytest.raises(ArchiveMissing, match="run this again"):
            waiting.result()

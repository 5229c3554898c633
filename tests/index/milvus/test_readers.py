"""Two readers in processes of their own while one writes: whole states only, each of them later than the one before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.fakes import draft
from tests.index.milvus.servers import add, opened, sound

ROOT = Path(__file__).parents[3]
ARTICLES, EDITIONS = 3, 6


def edition(number: int) -> list[object]:
    """Articles that all say which edition they are of: they are replaced together."""
    return [draft(f"news-{n}", f"Bulletin {n} is of edition e{number}x today.") for n in range(ARTICLES)]


def read_on(folder: str, uri: str, stop: str) -> None:
    """In a process of its own: print, for each search, of which editions the passages are, until a file is there."""
    from retrieval import Searcher
    from tests.fakes import WordEncoder

    with opened(Path(folder), uri) as (archive, _), Searcher(Path(folder), WordEncoder()) as searcher:
        searcher.archive.derived = archive.derived
        searcher.archive._loaded = None
        print("ready", flush=True)
        stopped = False
        while not stopped:
            stopped = Path(stop).exists()
            texts = [passage.text for passage in searcher.search("Bulletin of edition today").passages]
            print(json.dumps([text.split(" e")[-1].split("x")[0] for text in texts]), flush=True)


def test_readers_see_whole_editions_one_after_another(folder: Path, uri: str, tmp_path: Path) -> None:
    add(folder, uri, edition(0))
    stop = tmp_path / "stop"
    code = f"from {__name__} import read_on; read_on({str(folder)!r}, {uri!r}, {str(stop)!r})"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    readers = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    for number in range(1, EDITIONS):
        add(folder, uri, edition(number))
    stop.touch()
    for reader in readers:
        said, _ = reader.communicate(timeout=60)
        assert reader.returncode == 0
        seen = [json.loads(line) for line in said.splitlines()]
        assert all(len(editions) == ARTICLES and len(set(editions)) == 1 for editions in seen), seen
        numbers = [int(editions[0]) for editions in seen]
        assert numbers == sorted(numbers)
        assert numbers[-1] == EDITIONS - 1
    with opened(folder, uri) as (archive, remote):
        sound(archive, remote)

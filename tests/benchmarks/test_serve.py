"""The benchmark of the service counts right: throughput, percentiles, errors, and memory that workers share."""

from __future__ import annotations

import mmap
import os
import time
from pathlib import Path

import pytest

from benchmarks.serve import COLUMNS, Asked, Tally, loaded, row
from benchmarks.worker_memory import held_by, totals

SMAPS = """\
7f0000000000-7f0000200000 r--s 00000000 08:01 42                         /data/news.zitat/derived/vectors-1.faiss
Size:               2048 kB
Rss:                2048 kB
Pss:                1024 kB
Private_Clean:         0 kB
Private_Dirty:         0 kB
7f0000300000-7f0000400000 rw-p 00000000 00:00 0
Rss:                1024 kB
Pss:                1024 kB
Private_Clean:        24 kB
Private_Dirty:      1000 kB
7f0000500000-7f0000600000 r-xp 00000000 08:01 43                         /data/news.zitat-other/lib.so
Rss:                1024 kB
Pss:                 512 kB
"""


def test_a_file_that_two_workers_map_counts_half_for_each() -> None:
    held = totals(SMAPS, "/data/news.zitat")
    assert held == (4.0, 2.5, 1.0, 2.0, 1.0)
    assert totals(SMAPS, "/data/none")[3:] == (0.0, 0.0)


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="only Linux tells what a process holds")
def test_what_this_process_maps_of_a_folder_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "vectors"
    file.write_bytes(os.urandom(4 << 20))
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        assert sum(mapped[at] for at in range(0, len(mapped), mmap.PAGESIZE)) > 0  # every page has been looked at
        held = held_by(os.getpid(), tmp_path)
    assert held.mapped == pytest.approx(4.0, abs=0.1)
    assert 0 < held.uss <= held.pss <= held.rss


def test_a_point_tells_what_came_and_what_went_wrong() -> None:
    tally = Tally(2.0)
    for _ in range(10):
        tally.count(time.perf_counter() - 0.1, Asked())
    tally.count(time.perf_counter(), Asked("503"))
    point = {"workers": 2, "clients": 4} | tally.figures()
    assert point["per_second"] == 5.0
    assert point["errors"] == {"503": 1}
    assert point["ms"]["p50"] == pytest.approx(100, abs=20)
    memory = [
        dict(zip(("rss", "pss", "uss", "mapped", "mapped_pss"), held, strict=True)) for held in ((4, 3, 2, 2, 1),) * 2
    ]
    cells = row(point | {"memory_mb": memory}).strip("| ").split(" | ")
    assert len(cells) == len(COLUMNS)
    assert cells[:3] == ["2", "4", "5.0"]
    assert cells[6:] == ["503 1", "4", "3", "2", "2", "1"]


def test_a_point_with_too_few_answers_for_percentiles_is_a_row_all_the_same() -> None:
    cells = row({"workers": 1, "clients": 1} | Tally(1.0).figures()).strip("| ").split(" | ")
    assert cells == ["1", "1", "0.0", "–", "–", "–", "0", "–", "–", "–", "–", "–"]


def test_no_question_is_asked_twice_in_one_benchmark() -> None:
    asked: list[str] = []

    def asking(question: str) -> Asked:
        asked.append(question)
        time.sleep(0.001)
        return Asked()

    for _ in range(2):
        loaded(0.03, 3, lambda: asking, ["One title", "Another title"])
    assert len(asked) == len(set(asked)) > 6

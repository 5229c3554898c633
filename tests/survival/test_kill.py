"""SIGKILL at random moments: what was acknowledged is there, nothing is torn, and the work can be taken up again."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from index.archive import Archive
from index.errors import ArchiveMissing
from index.verify import verify
from index.view import DerivedDamaged
from tests.fakes import WordEncoder, stored, story
from tests.seal import seal
from tests.survival.writer import Job, start_change_over

pytestmark = pytest.mark.slow


class Drill:
    """Kills one job after another at moments spread over their whole lives, until `kills` hit a living process."""

    def __init__(self, job: Job, kills: int, editions: int = 2) -> None:
        self.job, self.kills, self.editions = job, kills, editions
        self.seed = random.randrange(2**32)
        self.random = random.Random(self.seed)
        self.seen: Counter[str] = Counter()
        self.expected: dict[int, str] = {}
        self.life: dict[int, float] = {}

    def run(self) -> None:
        self._undisturbed()
        rounds = 0
        while self.seen["killed alive"] < self.kills:
            rounds += 1
            folder = self.job.folder.with_name(f"round-{rounds}")
            for edition in range(1, self.editions + 1):
                self._until_done(replace(self.job, folder=folder, edition=edition))
        print(f"seed {self.seed}, {rounds} archives, lives of {self.life} s: {dict(self.seen)}")

    def run_beginnings(self) -> None:
        """Kill each archive once, soon, then let it be made."""
        self._undisturbed()
        rounds = 0
        while self.seen["killed alive"] < self.kills:
            rounds += 1
            job = replace(self.job, folder=self.job.folder.with_name(f"round-{rounds}"))
            self._outlives(job, self.random.uniform(0, self.life[1] / 4))
            self._check(job)
            assert self._outlives(job, None)
            self._check(job)
        print(f"seed {self.seed}, {rounds} archives, lives of {self.life} s: {dict(self.seen)}")

    def _undisturbed(self) -> None:
        self.job.warm_up()
        for edition in range(1, self.editions + 1):
            job = replace(self.job, edition=edition)
            start = time.monotonic()
            process = job.start()
            process.join()
            self.life[edition] = time.monotonic() - start
            with Archive(job.folder) as archive:
                self.expected[edition] = seal(archive.store)

    def _until_done(self, job: Job) -> None:
        """Start, kill, check, and again, until a run is quicker than its executioner."""
        job.said.unlink(missing_ok=True)
        while not self._outlives(job, self._moment(job)):
            self._check(job)
        self._check(job)
        with Archive(job.folder) as archive:
            assert seal(archive.store) == self.expected[job.edition], f"seed {self.seed}"

    def _moment(self, job: Job) -> float | None:
        """Seconds to live; once there were enough kills, a job may end."""
        return self.random.uniform(0, 1.2 * self.life[job.edition]) if self.seen["killed alive"] < self.kills else None

    def _outlives(self, job: Job, after: float | None) -> bool:
        """Start the job and kill it after so many seconds; whether it came to its end before that."""
        process = job.start()
        process.join(after)
        if process.is_alive():
            with suppress(ProcessLookupError):  # it may end at just this moment
                os.kill(process.pid, signal.SIGKILL)  # type: ignore[arg-type]
            process.join()
        if process.exitcode != 0:
            assert process.exitcode == -signal.SIGKILL, f"seed {self.seed}: the writer failed on its own"
            self.seen["killed alive"] += 1
            self.seen["killed after an acknowledgement"] += job.said.exists() and job.said.stat().st_size > 0
        return process.exitcode == 0

    def _check(self, job: Job) -> None:
        said = job.said.read_text().split() if job.said.exists() else []
        acknowledged = max((int(line) for line in said if line.isdigit()), default=0)
        try:
            archive = Archive(job.folder)
        except ArchiveMissing:  # killed before it was made
            assert not acknowledged
            self.seen["not made yet"] += 1
            return
        with archive:
            self._note_lag(archive)
            archive.view()
            assert verify(archive) == [], f"seed {self.seed}"
            wanted = job.drafts()[:acknowledged]
            texts = {a.article.id: a.article for a in archive.store.each_article()}
            for one in wanted:
                assert one.name in texts, f"seed {self.seed}: {one.name} was acknowledged"
                assert texts[one.name].published_at == one.published_at
                assert job.bundled or texts[one.name].text == one.text

    def _note_lag(self, archive: Archive) -> None:
        try:
            behind = archive.derived.load().state.sequence < archive.store.sequence()
            self.seen["indexes behind"] += behind
        except DerivedDamaged:
            self.seen["indexes not there"] += 1


def test_eighty_two_kills_lose_and_tear_nothing(tmp_path: Path) -> None:
    drill = Drill(Job(tmp_path / "undisturbed"), kills=82)
    drill.run()
    assert drill.seen["killed alive"] >= 82
    assert drill.seen["killed after an acknowledgement"] >= 4
    assert drill.seen["indexes behind"] >= 3


def test_twelve_kills_while_the_archive_is_made_leave_none_or_a_sound_one(tmp_path: Path) -> None:
    drill = Drill(Job(tmp_path / "undisturbed", articles=8), kills=12, editions=1)
    drill.run_beginnings()
    assert drill.seen["killed alive"] >= 12


def test_kills_with_the_bundled_encoder_lose_and_tear_nothing(tmp_path: Path) -> None:
    drill = Drill(Job(tmp_path / "undisturbed", bundled=True, batch_tokens=1), kills=6, editions=1)
    drill.run()
    assert drill.seen["killed alive"] >= 6


def test_kills_while_reembedding_leave_the_old_generation_or_the_new(tmp_path: Path) -> None:
    folder, direct = tmp_path / "news.zitat", tmp_path / "direct"
    stored(folder, map(story, range(30)))
    stored(direct, map(story, range(30)), WordEncoder(32, name="other words"))
    kills = 0
    for _ in range(8):
        process = start_change_over(folder)
        process.join(random.uniform(0.05, 0.5))
        if process.is_alive():
            os.kill(process.pid, signal.SIGKILL)  # type: ignore[arg-type]
            kills += 1
        process.join()
        with Archive(folder) as archive:
            archive.view()
            assert verify(archive) == []
            assert len(archive.store.chunk_keys()) == 90
    assert kills >= 3
    process = start_change_over(folder)
    process.join()
    assert process.exitcode == 0
    with Archive(folder) as archive, Archive(direct) as other:
        assert archive.manifest.generation >= 2
        assert verify(archive) == []
        assert seal(archive.store) == seal(other.store)

"""`zitat migrate` moves what a service keeps beside its archive, too, or nothing at all."""

from __future__ import annotations

import stat
from contextlib import closing
from pathlib import Path

import pytest

from api.service import moving
from api.service.job_store import JobStore, ended
from api.service.jobs import Jobs
from api.service.key_file import key_file
from index.archive import Archive
from index.errors import ArchiveMissing
from index.places.location import located
from retrieval.answering.confidence import Fitted, calibration_of, keep
from tests.api.conftest import Zitat
from tests.api.service.served import record, until
from tests.fakes import Place, WordEncoder, stored, story
from tests.postgres import Server


@pytest.fixture
def other(place: Place, folder: Path, postgres: Server) -> Place:
    """A place on the other engine."""
    return postgres.new_database() if isinstance(place, Path) else folder


def served(place: Place) -> tuple[str, str, list[str]]:
    """An archive that a service was over: a key of it, and its jobs, the first of which has ended."""
    stored(place, [story(0)])
    with Archive(place) as archive:
        keep(archive, Fitted(archive.manifest.encoder, 1.5, -0.25, "xquad"))
    with closing(key_file(place)) as keys, closing(JobStore(place)) as jobs:
        token, key = keys.add("admin", "newsroom")
        made = [jobs.add([record(number, "zebra")]) for number in (1, 2, 3)]
        jobs.save(ended(made[0], "done"), 1)
        jobs.save(made[1], 2)
    return token, key.id, [job.id for job in made]


def test_keys_calibration_and_jobs_are_where_the_articles_are(place: Place, other: Place, zitat: Zitat) -> None:
    token, key_id, ids = served(place)
    said = zitat("migrate", place, other)
    assert said.status == 0, said.err
    assert said.lines[-1] == "moved with it: 1 key, the calibration, 2 jobs that have not ended"
    with closing(key_file(other)) as keys:
        found = keys.holder(token)
        assert found is not None
        assert found.id == key_id
    with Archive(other) as archive:
        calibration = calibration_of(archive)
        assert (calibration.scale, calibration.offset) == (1.5, -0.25)
    with closing(JobStore(other)) as jobs:
        waiting = jobs.next()
        assert waiting is not None
        assert (waiting.job.id, waiting.attempts) == (ids[1], 2)
    run(other, ids)
    with Archive(other) as archive:
        assert [one.article.id for one in archive.store.each_article()] == ["story-0", "story-2", "story-3"]


def run(place: Place, ids: list[str]) -> None:
    """Have a service run what waits."""
    service = Jobs(place, WordEncoder)
    service.start()
    try:
        assert [until(lambda one=one: service.job(one)).state for one in ids] == ["done"] * 3
    finally:
        service.stop()


def test_keys_in_a_file_are_for_the_owner_alone(postgres: Server, folder: Path, zitat: Zitat) -> None:
    served(url := postgres.new_database())
    assert zitat("migrate", url, folder).status == 0
    assert stat.S_IMODE((folder / "keys.json").stat().st_mode) == 0o600


def test_other_keys_at_the_new_place_are_left_alone(postgres: Server, folder: Path, zitat: Zitat) -> None:
    served(url := postgres.new_database())
    folder.mkdir()
    with closing(key_file(folder)) as keys:
        token, _ = keys.add("read")
    said = zitat("migrate", url, folder)
    assert said.status == 2
    assert "has other keys than" in said.err
    with closing(key_file(folder)) as keys:
        assert keys.holder(token)
    assert not (folder / "manifest.json").exists()


def test_articles_that_are_being_stored_are_waited_for(place: Place, other: Place, zitat: Zitat) -> None:
    served(place)
    with closing(JobStore(place)) as service, service.running() as mine:
        assert mine
        said = zitat("migrate", place, other)
    assert "are being stored now" in said.err
    with pytest.raises(ArchiveMissing):
        Archive(other)


def test_what_is_sent_at_the_last_moment_stops_the_move(
    place: Place, other: Place, zitat: Zitat, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(place)
    before = moving.Belongings._verify

    def late(beside: moving.Belongings, calibration: str | None) -> None:
        with closing(JobStore(place)) as jobs:
            jobs.add([record(9, "late")])
        before(beside, calibration)

    monkeypatch.setattr(moving.Belongings, "_verify", late)
    said = zitat("migrate", place, other)
    assert "1 jobs were sent to" in said.err
    with closing(located(other)) as target:
        assert not target.exists()
    monkeypatch.undo()
    assert zitat("migrate", place, other).status == 0  # and can be repeated
    with closing(JobStore(other)) as jobs:
        assert len(jobs.ids()) == 4

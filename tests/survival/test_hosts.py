"""Three hosts over one PostgreSQL server: whichever is asked, all of them know, and killing one loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from api.service.key_file import key_file
from index.archive import Archive
from index.places.location import located
from index.verify import verify
from retrieval.answering.confidence import NAME, Fitted, keep
from tests.postgres import Server
from tests.survival.hosts import Host, hosts, made, runner, until, word

pytestmark = pytest.mark.slow

NAMES = ("alpha", "beta", "gamma")
LONG = range(1_000, 1_080)  # articles of a job that lasts some seconds


@pytest.fixture(scope="module")
def url(postgres: Server) -> str:
    url = postgres.new_database()
    made(url)
    return url


@pytest.fixture(scope="module")
def fleet(url: str, python: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Host]]:
    folder = tmp_path_factory.mktemp("hosts")
    with hosts(python, url, [folder / name for name in NAMES]) as fleet:
        yield fleet


def test_what_any_host_was_sent_every_host_finds_once_its_job_is_done(fleet: list[Host]) -> None:
    sent = [host.send(10 + at, 20 + at) for at, host in enumerate(fleet)]
    told = [fleet[(at + 1) % 3].ended(location) for at, location in enumerate(sent)]
    assert [(job["state"], job["added"]) for job in told] == [("done", 2)] * 3
    for host in fleet:
        assert [number for number in (10, 11, 12, 20, 21, 22) if not host.finds(number)] == []
        assert host.articles() == 7


def test_what_is_deleted_on_one_host_is_gone_on_all_at_once(fleet: list[Host]) -> None:
    fleet[0].ended(fleet[0].send(30))
    assert all(host.finds(30) for host in fleet)
    assert fleet[1].client.delete("/v1/articles/story-30").status_code == 204
    assert not any(host.finds(30) for host in fleet)
    assert [host.client.get("/v1/articles/story-30").status_code for host in fleet] == [404] * 3


def test_a_key_counts_on_every_host_at_once_and_no_longer_once_revoked(fleet: list[Host], url: str) -> None:
    def statuses(token: str | None) -> list[int]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return [host.client.get("/v1/stats", headers=headers).status_code for host in fleet]

    with closing(key_file(url)) as keys:
        try:
            assert statuses(None) == [200] * 3
            (first, revoked), (other, _) = keys.add("read"), keys.add("admin")
            assert (statuses(None), statuses(first), statuses(other)) == ([401] * 3, [200] * 3, [200] * 3)
            keys.revoke(revoked.id)
            assert (statuses(first), statuses(other)) == ([401] * 3, [200] * 3)
        finally:
            with closing(located(url)) as location:
                location.drop("keys")
    assert statuses(None) == [200] * 3


def test_a_calibration_counts_on_every_host_from_the_next_question_on(fleet: list[Host], url: str) -> None:
    def answered() -> list[bool]:
        asked = {"question": f"What tells of {word(0)}?"}
        return [host.client.post("/v1/ask", json=asked).raise_for_status().json()["answered"] for host in fleet]

    before = answered()
    with Archive(url) as archive:
        for offset, told in ((-60.0, [False] * 3), (60.0, [True] * 3)):
            keep(archive, Fitted(archive.manifest.encoder, 1.0, offset, "a test"))
            assert answered() == told
        archive.location.drop(NAME)
    assert answered() == before


def test_the_job_of_a_killed_host_is_finished_by_the_others_and_nothing_is_lost(
    fleet: list[Host], url: str, postgres: Server
) -> None:
    before = fleet[0].articles()
    sent = [fleet[0].send(*LONG), *(host.send(40 + at) for at, host in enumerate(fleet))]
    until(lambda: fleet[0].job(sent[0])["added"])
    killed = next(host for host in fleet if host.name == runner(postgres, url))
    killed.kill()
    left = [host for host in fleet if host is not killed]
    assert left[0].job(sent[0])["state"] == "running"
    with ThreadPoolExecutor(2) as pool:  # both go on answering meanwhile
        assert all(pool.map(lambda host: host.finds(10), left))
    told = [left[at % 2].ended(location) for at, location in enumerate(sent)]
    assert [job["state"] for job in told] == ["done"] * 4
    assert [job["added"] + job["unchanged"] for job in told] == [len(LONG), 1, 1, 1]
    for host in left:
        assert host.articles() == before + len(LONG) + 3
        assert all(host.finds(number) for number in (LONG[0], LONG[-1], 40, 41, 42))
    with pytest.raises(httpx.TransportError):
        killed.client.get("/healthz")
    with Archive(url) as archive:
        archive.view()  # the indexes of this process follow, too
        assert verify(archive) == []

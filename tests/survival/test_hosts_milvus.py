"""Two hosts over one PostgreSQL server and one milvus-lite server: whichever of them is killed, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pymilvus", reason="pymilvus is not here: pip install 'zitat[milvus]'")
pytest.importorskip("milvus_lite", reason="milvus-lite is not here: pip install 'zitat[milvus]'")

from index.archive import Archive
from index.verify import verify
from tests.index.milvus.servers import Lite
from tests.postgres import Server
from tests.survival.hosts import Host, hosts, made, runner, until

pytestmark = pytest.mark.slow

LONG = range(1_000, 1_040)


@pytest.fixture
def milvus(tmp_path: Path) -> Iterator[Lite]:
    server = Lite(tmp_path / "milvus")
    yield server
    server.stop()


def test_all_see_what_any_stored_or_deleted_whoever_is_killed(
    postgres: Server, milvus: Lite, python: list[str], tmp_path: Path
) -> None:
    url = postgres.new_database()
    made(url, milvus.uri("fleet"))
    with hosts(python, url, [tmp_path / "alpha", tmp_path / "beta"]) as fleet:
        first, second = fleet
        sent = [one.send(10 + at) for at, one in enumerate(fleet)]
        assert [second.ended(sent[0])["state"], first.ended(sent[1])["state"]] == ["done"] * 2
        assert [[one.finds(number) for number in (10, 11)] for one in fleet] == [[True, True]] * 2
        assert first.client.delete("/v1/articles/story-10").status_code == 204
        assert not any(one.finds(10) for one in fleet)

        milvus.kill()
        until(lambda: [ready(one) for one in fleet], lambda told: told == [503, 503])
        milvus.start()
        until(lambda: [ready(one) for one in fleet], lambda told: told == [200, 200])
        assert all(one.finds(11) for one in fleet)

        long = first.send(*LONG)
        until(lambda: first.job(long)["added"])
        killed = next(one for one in fleet if one.name == runner(postgres, url))
        killed.kill()
        (left,) = [one for one in fleet if one is not killed]
        told = left.ended(long, seconds=90)
        assert (told["state"], told["added"] + told["unchanged"]) == ("done", len(LONG))
        assert all(left.finds(number) for number in (11, LONG[0], LONG[-1]))
        assert left.articles() == 2 + len(LONG)
    with Archive(url) as archive:
        assert verify(archive) == []


def ready(one: Host) -> int:
    return one.client.get("/readyz").status_code

"""Keys and jobs of an archive on a server: the same as in files, for all hosts at once."""

from __future__ import annotations

import threading
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text

from api.service import job_places, key_file
from api.service.job_store import JobStore
from api.service.key_file import KeyFile, SharedKeys
from api.service.keys import check_bind
from api.service.settings import Settings
from index.archive import Archive
from index.errors import ArchiveMissing, BadInput
from index.truth.postgres import KEYS, Session, parse_address
from tests.api.conftest import Zitat
from tests.fakes import WordEncoder, stored
from tests.postgres import Server


@pytest.fixture
def url(postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "cache"))
    url = postgres.new_database()
    Archive.create(url, WordEncoder()).close()
    return url


def test_a_key_made_over_one_connection_counts_over_another_until_it_is_revoked(url: str) -> None:
    with closing(SharedKeys(url)) as here, closing(SharedKeys(url)) as there:
        assert there.known() is None
        token, key = here.add("admin", "newsroom")
        assert there.holder(token) == key
        assert there.revoke("newsroom") == key
        assert (here.holder(token), here.known()) == (None, ())  # nobody is let in, as in a file


def test_keys_made_at_once_on_many_hosts_are_all_kept(url: str) -> None:
    hosts = [SharedKeys(url) for _ in range(6)]
    threads = [threading.Thread(target=host.add, args=("read", str(at))) for at, host in enumerate(hosts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key.name for key in hosts[0].all()) == [str(at) for at in range(6)]
    for host in hosts:
        host.close()


def test_keys_that_another_command_changes_are_waited_for_and_no_longer(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_file, "WAIT", 0.1)
    with closing(Session(parse_address(url), KEYS)) as other, closing(SharedKeys(url)) as keys:
        assert other.try_lock()
        with pytest.raises(BadInput, match="being changed by another command"):
            keys.add("read")
        other.unlock()
        assert keys.add("read")


def test_what_cannot_be_read_is_named_with_its_cure_and_without_a_password(url: str) -> None:
    with Archive(url) as archive:
        archive.location.keep("keys", "{")
    refusal = pytest.raises(BadInput, match=r"postgresql://zitat@.* cannot be read.*backup")
    with closing(SharedKeys(url.replace("zitat@", "zitat:secret@"))) as keys, refusal as told:
        keys.all()
    assert "secret" not in str(told.value)


def test_keys_of_no_archive_are_not_made(postgres: Server) -> None:
    with closing(SharedKeys(postgres.new_database())) as keys, pytest.raises(ArchiveMissing, match="zitat ingest PATH"):
        keys.add("read")


def test_the_command_changes_the_keys_of_all_hosts_and_a_file_goes_first_where_one_is_chosen(
    zitat: Zitat, url: str, tmp_path: Path
) -> None:
    made = zitat("keys", "add", "--archive", url)
    assert "asks everybody for a key from now on" in made.err
    with closing(SharedKeys(url)) as keys:
        held = keys.holder(made.lines[0])
    assert held
    assert zitat("keys", "list", "--archive", url).lines[0].startswith(held.id)
    check_bind(Settings(url, host="0.0.0.0"))
    with pytest.raises(BadInput, match="there are no API keys"):
        check_bind(Settings(url, host="0.0.0.0", keys=tmp_path / "keys.json"))
    assert zitat("keys", "revoke", held.id, "--archive", url).status == 0
    zitat("keys", "add", "--archive", url, "--keys", tmp_path / "keys.json")
    assert len(KeyFile(tmp_path / "keys.json").all()) == 1


def test_an_archive_of_before_there_were_jobs_gets_the_table_that_the_code_reads(url: str) -> None:
    options = {"options": "-c search_path=zitat"}
    engine = create_engine(url.replace("postgresql", "postgresql+psycopg"), connect_args=options)
    with engine.begin() as db:
        db.execute(text("DROP TABLE jobs"))
        db.execute(text("UPDATE alembic_version SET version_num = 'a001'"))
    with closing(JobStore(url)) as jobs:
        assert (jobs.next(), jobs.unended(), jobs.job("x")) == (None, 0, None)
        made = jobs.add([{"text": "a \0 b"}])
        assert jobs.records(made.id) == [{"text": "a \0 b"}]
    with engine.connect() as db:
        ours = lambda _, name, kind, *__: kind != "table" or name == "jobs"  # noqa: E731
        context = MigrationContext.configure(db, opts={"include_object": ours, "compare_type": True})
        assert compare_metadata(context, job_places.jobs.metadata) == []
    engine.dispose()


def test_one_of_all_hosts_may_run_jobs_and_who_lost_that_right_tells_nothing_more(url: str, postgres: Server) -> None:
    with closing(JobStore(url)) as here, closing(JobStore(url)) as there:
        job = here.add([{"text": "one"}])
        with here.running() as mine:
            with there.running() as theirs:
                assert (mine, theirs) == (True, False)
            here.save(job, 1)
            postgres.run("SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory'")
            with there.running() as theirs:  # the right went with the connection
                assert theirs
                there.save(job, 2)
                with pytest.raises(Exception, match="does not answer"):
                    here.save(job, 1)
        assert [one.attempts for one in (there.next(),) if one] == [2]
    assert stored(url, []).seen == 0

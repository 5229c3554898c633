"""Keys: made once, never kept, revoked at once; and what protects a service that has none."""

from __future__ import annotations

import json
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.service.key_file import KeyFile
from api.service.keys import check_bind
from api.service.settings import Settings
from index.errors import BadInput
from tests.api.conftest import Zitat
from tests.api.service.served import words_served

ARTICLE = {"id": "new", "text": "A new story about gamma."}


@pytest.fixture(scope="module")
def served_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "news.zitat"


@pytest.fixture(scope="module")
def service(served_folder: Path) -> Iterator[httpx.Client]:
    allowed = ("http://chat.example.org",)
    with words_served(served_folder, cors=allowed) as address, httpx.Client(base_url=address) as client:
        yield client


@pytest.fixture
def keys(served_folder: Path) -> KeyFile:
    """The file that the service looks at."""
    return KeyFile(served_folder / "keys.json")


@pytest.fixture
def open_service(service: httpx.Client, keys: KeyFile) -> Iterator[httpx.Client]:
    """A service that begins without keys."""
    yield service
    keys.path.unlink(missing_ok=True)


@pytest.fixture
def any_origin(folder: Path) -> Iterator[httpx.Client]:
    with words_served(folder, cors=("*",)) as address, httpx.Client(base_url=address) as client:
        yield client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def test_a_key_is_shown_once_and_kept_as_a_hash_for_the_owner_alone(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    token, key = file.add("admin", "newsroom")
    kept = file.path.read_text()
    assert token not in kept
    assert token[8:20] not in kept
    assert (key.role, key.name, key.last_four) == ("admin", "newsroom", token[-4:])
    assert json.loads(kept)["keys"][0]["created"] == key.created
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert file.holder(token) == key
    assert [file.holder(wrong) for wrong in ("", token[:-1], token + "x", token.upper(), "\ud800")] == [None] * 5


def test_keys_differ_in_everything(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    made = [file.add("read") for _ in range(20)]
    assert len({token for token, _ in made}) == len({key.id for _, key in made}) == 20
    assert all(len(token) > 40 for token, _ in made)


def test_keys_made_at_once_by_many_are_all_kept(tmp_path: Path) -> None:
    files = [KeyFile(tmp_path / "keys.json") for _ in range(8)]
    threads = [threading.Thread(target=file.add, args=("read", str(at))) for at, file in enumerate(files)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(key.name for key in files[0].all()) == [str(at) for at in range(8)]


def test_a_file_left_by_a_crash_does_not_make_keys_readable_to_others(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    left = tmp_path / "keys.json.new"
    left.write_text("half")
    left.chmod(0o644)
    file.add("read")
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "[]", '{"keys": 5}', '{"keys": [{"id": "x"}]}', "\udcff"])
def test_a_damaged_file_is_named_with_its_cure(tmp_path: Path, content: str) -> None:
    file = KeyFile(tmp_path / "keys.json")
    file.path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadInput, match=r"keys\.json cannot be read.*backup"):
        file.all()


@pytest.mark.parametrize(("role", "name"), [("root", ""), ("read", "x" * 101), ("read", "a\nb")])
def test_roles_and_names_are_checked(tmp_path: Path, role: str, name: str) -> None:
    file = KeyFile(tmp_path / "keys.json")
    with pytest.raises(BadInput):
        file.add(role, name)  # type: ignore[arg-type]
    assert not file.exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "news.example.org", ""])
def test_binding_elsewhere_without_keys_is_refused_with_the_cure(tmp_path: Path, host: str) -> None:
    with pytest.raises(BadInput, match="zitat keys add"):
        check_bind(Settings(tmp_path, host=host))
    file = KeyFile(tmp_path / "keys.json")
    _, key = file.add("read")
    check_bind(Settings(tmp_path, host=host))
    file.revoke(key.id)
    with pytest.raises(BadInput, match="zitat keys add"):
        check_bind(Settings(tmp_path, host=host))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "localhost", "::1"])
def test_loopback_needs_no_keys(tmp_path: Path, host: str) -> None:
    check_bind(Settings(tmp_path, host=host))


def test_without_keys_one_may_do_everything_on_the_own_machine(open_service: httpx.Client) -> None:
    assert open_service.post("/v1/search", json={"question": "alpha"}).is_success
    assert open_service.post("/v1/articles", json=ARTICLE).status_code == 202
    assert open_service.get("/v1/stats", headers=bearer("whatever a program must send")).is_success


@pytest.mark.parametrize(
    "host", ["evil.example.org", "evil.example.org:8000", "localhost.example.org", "192.0.2.7", "[::2]", "[", ""]
)
def test_without_keys_no_other_name_of_this_machine_is_answered(open_service: httpx.Client, host: str) -> None:
    for response in (
        open_service.get("/v1/articles", headers={"Host": host}),
        open_service.post("/v1/articles", json=ARTICLE, headers={"Host": host}),
    ):
        assert response.status_code == 403
        assert "zitat keys add" in response.json()["cure"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "127.0.0.1:1", "[::1]:8000", "localhost."])
def test_without_keys_every_name_of_loopback_is_answered(open_service: httpx.Client, host: str) -> None:
    assert open_service.get("/v1/articles", headers={"Host": host}).is_success


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example.org"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_without_keys_no_foreign_page_can_write_or_ask(open_service: httpx.Client, headers: dict[str, str]) -> None:
    refused = [
        open_service.post("/v1/articles", json=ARTICLE, headers=headers),
        open_service.delete("/v1/articles/story-1", headers=headers),
        open_service.post("/v1/search", json={"question": "alpha"}, headers=headers),
    ]
    assert [response.status_code for response in refused] == [403] * 3
    assert open_service.get("/v1/articles/story-1").is_success


def test_without_keys_the_own_page_and_allowed_ones_may_write(open_service: httpx.Client) -> None:
    for origin in (str(open_service.base_url).rstrip("/"), "http://chat.example.org"):
        assert open_service.post("/v1/articles", json=ARTICLE, headers={"Origin": origin}).status_code == 202


def test_any_origin_may_ask_but_not_write(any_origin: httpx.Client) -> None:
    headers = {"Origin": "http://some.example.org"}
    assert any_origin.post("/v1/search", json={"question": "alpha"}, headers=headers).is_success
    assert any_origin.post("/v1/articles", json=ARTICLE, headers=headers).status_code == 403


def test_without_keys_nobody_is_answered_whom_a_proxy_brings(open_service: httpx.Client) -> None:
    for headers in ({"X-Forwarded-For": "192.0.2.7"}, {"Forwarded": "for=192.0.2.7"}):
        assert open_service.get("/v1/articles", headers=headers).status_code == 403


def test_with_keys_who_has_none_is_told_how_and_readers_cannot_write(open_service: httpx.Client, keys: KeyFile) -> None:
    reading, _ = keys.add("read")
    writing, _ = keys.add("admin")
    for headers in ({}, bearer("zitat_wrong"), {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}):
        response = open_service.get("/v1/articles", headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"].startswith("Bearer")
        assert response.headers["Content-Type"] == "application/problem+json"
    assert open_service.get("/v1/articles", headers=bearer(reading)).is_success
    assert open_service.get("/v1/articles", headers={"X-API-Key": reading}).is_success
    assert open_service.get("/v1/articles", headers={"Authorization": f"bearer  {reading}"}).is_success
    assert open_service.post("/v1/articles", json=ARTICLE, headers=bearer(reading)).status_code == 403
    assert open_service.delete("/v1/articles/story-1", headers=bearer(reading)).status_code == 403
    assert open_service.get("/v1/jobs/x", headers=bearer(reading)).status_code == 403
    assert open_service.post("/v1/articles", json=ARTICLE, headers=bearer(writing)).status_code == 202
    assert open_service.get("/v1/articles", headers=bearer(writing)).is_success


def test_with_keys_a_request_may_come_by_any_name_and_from_any_page(open_service: httpx.Client, keys: KeyFile) -> None:
    token, _ = keys.add("admin")
    brought = {"Host": "news.example.org", "Origin": "http://evil.example.org", "X-Forwarded-For": "192.0.2.7"}
    assert open_service.post("/v1/articles", json=ARTICLE, headers=bearer(token) | brought).status_code == 202


def test_a_key_revoked_while_serving_is_refused_from_the_next_request_on(
    open_service: httpx.Client, keys: KeyFile
) -> None:
    staying, _ = keys.add("read")
    going, key = KeyFile(keys.path).add("read")  # as another process does
    assert open_service.get("/v1/articles", headers=bearer(going)).is_success
    KeyFile(keys.path).revoke(key.id)
    assert open_service.get("/v1/articles", headers=bearer(going)).status_code == 401
    assert open_service.get("/v1/articles", headers=bearer(staying)).is_success


def test_revoking_the_last_key_opens_nothing(open_service: httpx.Client, keys: KeyFile) -> None:
    token, key = keys.add("admin")
    keys.revoke(key.id)
    assert open_service.get("/v1/articles", headers=bearer(token)).status_code == 401
    assert open_service.get("/v1/articles").status_code == 401


def test_a_damaged_file_of_keys_lets_nobody_in_and_is_not_shown(open_service: httpx.Client, keys: KeyFile) -> None:
    token, _ = keys.add("admin")
    keys.path.write_text("{")
    response = open_service.get("/v1/articles", headers=bearer(token))
    assert response.status_code == 503
    assert str(keys.path) not in response.text


def test_the_command_makes_lists_and_revokes_keys(zitat: Zitat, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    made = zitat("keys", "add", "--role", "admin", "--name", "Нюсрум", "--keys", file)
    assert (made.status, len(made.lines)) == (0, 1)
    held = KeyFile(file).holder(made.lines[0])
    assert held
    assert (held.role, held.name) == ("admin", "Нюсрум")
    listed = zitat("keys", "list", "--keys", file)
    assert listed.lines[0].split("\t") == [held.id, "admin", held.created, f"…{made.lines[0][-4:]}", "Нюсрум"]
    assert zitat("keys", "list", "--archive", tmp_path).out == listed.out  # the file of an archive lies in it
    assert "answers nobody" in zitat("keys", "revoke", held.id, "--keys", file).err
    assert KeyFile(file).all() == ()


def test_the_first_key_warns_that_a_service_which_runs_asks_for_keys_from_now_on(zitat: Zitat, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    first, second = (zitat("keys", "add", "--keys", file) for _ in range(2))
    assert "asks everybody for a key from now on" in first.err
    assert str(file) in first.err
    assert "from now on" not in second.err


def test_a_key_is_revoked_by_its_name_where_no_other_has_it(zitat: Zitat, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    page, *twins = (KeyFile(file).add("read", name)[1] for name in ("page", "press", "press"))
    KeyFile(file).add("read")
    assert zitat("keys", "revoke", "page", "--keys", file).lines == [f"key {page.id} is revoked"]
    both = zitat("keys", "revoke", "press", "--keys", file)
    assert both.status == 2
    assert all(key.id in both.err for key in twins)
    assert zitat("keys", "revoke", "", "--keys", file).status == 2  # a key without a name is named by its id alone
    assert [key.name for key in KeyFile(file).all()] == ["press", "press", ""]
    assert zitat("keys", "revoke", twins[0].id, "--keys", file).status == 0
    assert zitat("keys", "revoke", "press", "--keys", file).lines == [f"key {twins[1].id} is revoked"]


def test_a_name_that_is_the_id_of_another_key_means_that_key(tmp_path: Path) -> None:
    file = KeyFile(tmp_path / "keys.json")
    meant = file.add("read", "page")[1]
    file.add("read", meant.id)
    assert file.revoke(meant.id) == meant


def test_the_command_says_what_it_cannot_do(zitat: Zitat, tmp_path: Path) -> None:
    assert "no key 'x'" in zitat("keys", "revoke", "x", "--keys", tmp_path / "keys.json").err
    nowhere = zitat("keys", "add", "--archive", tmp_path / "none")
    assert nowhere.status == 2
    assert "make the archive first" in nowhere.err
    assert not (tmp_path / "none").exists()


def test_a_large_upload_is_not_read_of_those_who_may_not_send_it(open_service: httpx.Client, keys: KeyFile) -> None:
    token, _ = keys.add("read")
    address = open_service.base_url
    head = (
        f"POST /v1/articles HTTP/1.1\r\nHost: {address.host}:{address.port}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: 50000000\r\n\r\n"
    )
    with socket.create_connection((address.host, address.port), timeout=10) as connection:
        connection.sendall(head.encode())  # and never a body
        assert connection.recv(1000).startswith(b"HTTP/1.1 403")

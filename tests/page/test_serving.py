"""How the page is sent: its headers, what a browser may keep, behind a proxy, and where a key is needed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Route, expect

from api.cli import main
from api.service.settings import Settings
from tests.api.service.served import FREE, served
from tests.page.conftest import Visit
from tests.page.steps import ask, open_citation, turn

FOLDER = Path(__file__).parents[2] / "api" / "page"
TRADE = "How much did Azerbaijan and Germany trade?"
WANTED = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
}


@pytest.fixture
def http(seeds: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=seeds) as client:
        yield client


def test_the_page_forbids_what_it_does_not_need(http: httpx.Client) -> None:
    page = http.get("/")
    assert set(page.headers["content-security-policy"].split("; ")) == WANTED
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "content-security-policy" not in http.get("/docs").headers


def test_its_files_are_kept_for_good_and_the_page_is_asked_for_anew(http: httpx.Client) -> None:
    page = http.get("/")
    assert page.headers["cache-control"] == "no-cache"
    assert http.get("/", headers={"if-none-match": page.headers["etag"]}).status_code == 304
    files = re.findall(r'(?:src|href)="(page/[^"]+)"', page.text)
    assert len(files) > 20
    for name in files:
        file = http.get(f"/{name}").raise_for_status()
        assert "immutable" in file.headers["cache-control"]
        assert file.headers["content-type"].split(";")[0] in ("text/css", "text/javascript")
    older = re.sub("page/[^/]+", "page/older", files[0])
    assert http.get(f"/{older}").headers["cache-control"] == "no-cache"


def test_every_module_is_announced_to_the_browser(http: httpx.Client) -> None:
    told = set(re.findall(r'href="page/[^/]+/([a-z0-9]+\.js)"', http.get("/").text)) | {"main.js"}
    assert told == {file.name for file in FOLDER.glob("*.js")}


def test_every_file_can_be_read_in_one_go() -> None:
    files = [one for one in FOLDER.rglob("*") if one.suffix in (".js", ".css", ".html")]
    lengths = {one.name: len(one.read_text(encoding="utf-8").splitlines()) for one in files}
    assert {name: lines for name, lines in lengths.items() if lines > 300} == {}
    assert not [one.name for one in files if "innerHTML" in one.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", ["index.html", "none.js", "messages", "%2e%2e/pages.py", "..%2f..%2fservice/pages.py"])
def test_nothing_else_is_sent(http: httpx.Client, name: str) -> None:
    assert http.get(f"/page/x/{name}").status_code == 404


def test_it_is_sent_packed_to_those_who_can_unpack(http: httpx.Client) -> None:
    packed = http.get("/", headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == http.get("/", headers={"accept-encoding": "identity"}).text
    assert http.head("/").status_code == 200


def test_the_page_works_under_a_path_behind_a_proxy(visit: Visit, seeds: str) -> None:
    def passed(route: Route) -> None:
        assert "/archive/" in route.request.url, route.request.url
        route.continue_(url=route.request.url.replace("/archive/", "/", 1))

    page = visit(f"{seeds}/archive/", passed=passed)
    open_citation(page, ask(page, TRADE))
    expect(page.locator("#panel mark.quote")).to_be_visible()
    assert page.url.startswith(f"{seeds}/archive/#conversation=")


@pytest.mark.complaints("401", "403")
def test_a_key_is_asked_for_and_kept_only_if_the_reader_says_so(
    visit: Visit, made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(made, tmp_path / "seeds.zitat")
    capsys.readouterr()
    assert main(["keys", "add", "--role", "read", "--name", "page", "--archive", str(folder)]) == 0
    token = next(word for word in capsys.readouterr().out.split() if len(word) > 30)
    with served(Settings(archive=folder, limits=FREE)) as address:
        page = visit(address)
        dialog = page.get_by_role("dialog", name="A key is needed")
        dialog.get_by_label("Key", exact=True).fill("wrong")
        dialog.get_by_role("button", name="Use this key").click()
        expect(dialog).to_contain_text("The service does not know this key")
        dialog.get_by_label("Key", exact=True).fill(token)
        dialog.get_by_role("button", name="Use this key").click()
        expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()
        expect(ask(page, TRADE).locator(".sentence").first).to_be_visible()
        assert page.evaluate("[localStorage, sessionStorage].map(one => one.getItem('zitat.key'))") == [None, token]


def test_a_browser_that_keeps_nothing_shows_the_page_all_the_same(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    page.context.add_init_script(
        "for (const name of ['localStorage', 'sessionStorage'])"
        " Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });"
    )
    page.reload()
    expect(ask(page, TRADE).locator(".sentence").first).to_be_visible()


def test_whatever_is_stored_in_the_browser_the_page_opens(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    page.evaluate("""() => { localStorage.setItem("zitat.conversations", '[{"id": "x", "title": "Old", "changed": 0}]');
        localStorage.setItem("zitat.conversation.x", "{no json"); localStorage.setItem("zitat.theme", "pink"); }""")
    page.goto(f"{seeds}/#conversation=x")
    page.reload()
    expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()
    ask(page, TRADE)
    expect(turn(page).locator(".sentence").first).to_be_visible()

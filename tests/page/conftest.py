"""A real Chromium before a real service, with the bundled encoder: one a session each, and a fresh profile a test."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright import sync_api

from api.cli import main
from api.service.settings import Settings
from tests.api.service.served import FREE, served
from tests.page.articles import VARIED

SEEDS = Path(__file__).parents[2] / "seeds" / "articles"
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
PATIENCE = 20_000  # milliseconds, on a busy machine
LAPTOP = {"width": 1280, "height": 860}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "complaints(*words): what the browser may complain of in this test")


@dataclass
class Seen:
    """What a page did besides what it was asked: requests, and complaints of the browser."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


Visit = Callable[..., "sync_api.Page"]


@pytest.fixture(scope="module")
def browser() -> Iterator[sync_api.Browser]:
    """Chromium; while Playwright is on, its thread runs an event loop, which tests of other files must not find."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no Chromium: install it with `apt-get install chromium`")
    sync_api.expect.set_options(timeout=PATIENCE)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of the seeds."""
    folder = tmp_path_factory.mktemp("page") / "seeds.zitat"
    assert main(["ingest", str(SEEDS), "--archive", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def seeds(made: Path) -> Iterator[str]:
    """The address of a service over the seeds."""
    with served(Settings(archive=made, limits=FREE)) as address:
        yield address


@pytest.fixture(scope="session")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service over articles in many scripts, one of them hostile, two of them copies."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "varied.jsonl").write_text("\n".join(map(json.dumps, VARIED)), encoding="utf-8")
    assert main(["ingest", str(folder / "varied.jsonl"), "--archive", str(folder / "varied.zitat")]) == 0
    with served(Settings(archive=folder / "varied.zitat", limits=FREE)) as address:
        yield address


@pytest.fixture
def visit(browser: sync_api.Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """Open an address in a profile of its own. At the end, no page may have left its origin or made Chromium complain.

    `@pytest.mark.complaints("401")` allows those that hold one of its words.
    """
    allowed = [word for mark in request.node.iter_markers("complaints") for word in mark.args]
    with ExitStack() as stack:

        def opened(
            address: str, passed: Callable[[sync_api.Route], None] | None = None, **profile: object
        ) -> sync_api.Page:
            chosen = {"viewport": LAPTOP, "locale": "en-GB", "reduced_motion": "reduce"} | profile
            context = stack.enter_context(browser.new_context(**chosen))  # type: ignore[arg-type]
            context.set_default_timeout(PATIENCE)
            seen, page = Seen(), context.new_page()
            page.on("request", lambda one: seen.requests.append(one.url))
            page.on(
                "console", lambda one: seen.complaints.append(one.text) if one.type in ("error", "warning") else None
            )
            page.on("pageerror", lambda one: seen.complaints.append(str(one)))
            stack.callback(_quiet, seen, "/".join(address.split("/")[:3]), allowed)
            if passed:  # every request through a proxy of the test's
                page.route("**/*", passed)
            page.goto(address)
            return page

        yield opened


def _quiet(seen: Seen, origin: str, allowed: list[str]) -> None:
    assert [url for url in seen.requests if not url.startswith((f"{origin}/", "data:", f"blob:{origin}/"))] == []
    assert [text for text in seen.complaints if not any(word in text for word in allowed)] == []

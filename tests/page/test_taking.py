"""Answers can be taken along, and articles brought."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from api.service.settings import Settings
from index.archive import Archive
from index.encoders.bundled import BundledEncoder
from tests.api.service.served import FREE, served
from tests.page.conftest import Visit
from tests.page.steps import ask

BRIDGE = "How long will the repairs of the iron bridge in Marlbrook take?"
REPAIRS = "the repairs of the iron bridge would take nineteen months"


def _copied(page: Page, asked: Locator, form: str) -> str:
    asked.get_by_role("button", name="Copy with citations").click()
    page.get_by_role("menuitem", name=form, exact=True).click()
    expect(page.locator(".toast").last).to_have_text("Copied")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_an_answer_is_copied_with_its_citations_in_three_forms(visit: Visit, varied: str) -> None:
    page = visit(varied, permissions=["clipboard-read", "clipboard-write"])
    asked = ask(page, BRIDGE)
    plain = _copied(page, asked, "As plain text")
    assert REPAIRS in plain
    assert (
        "[1] Marlbrook closes its iron bridge to cars. Herald, 3 Feb 2021, English. https://news.example.org/herald"
        in plain
    )
    linked = _copied(page, asked, "As Markdown")
    assert "[\\[1\\]](<https://news.example.org/herald>)" in linked
    noted = _copied(page, asked, "As Markdown with footnotes")
    assert "[^1]: *Marlbrook closes its iron bridge to cars.* Herald, 3 Feb 2021, English: “" in noted


def test_markdown_of_a_hostile_article_stays_text(visit: Visit, varied: str) -> None:
    page = visit(varied, permissions=["clipboard-read", "clipboard-write"])
    copied = _copied(page, ask(page, "How much does the lighthouse of Quillport cost?"), "As Markdown with footnotes")
    assert r"\<img src=x" in copied
    assert r"\[costs\](javascript" in copied
    assert "<img" not in copied.replace(r"\<img", "")


def test_a_conversation_is_exported(visit: Visit, varied: str) -> None:
    page = visit(varied)
    ask(page, BRIDGE)
    page.get_by_role("button", name="More").click()
    with page.expect_download() as taken:
        page.get_by_role("menuitem", name="Export as JSON").click()
    exported = json.loads(Path(taken.value.path()).read_text(encoding="utf-8"))
    assert exported["turns"][0]["question"] == BRIDGE
    page.get_by_role("button", name="More").click()
    with page.expect_download() as taken:
        page.get_by_role("menuitem", name="Export as Markdown").click()
    assert REPAIRS in Path(taken.value.path()).read_text(encoding="utf-8")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[str]:
    """A service over an archive without articles."""
    Archive.create(tmp_path / "empty.zitat", BundledEncoder()).close()
    with served(Settings(archive=tmp_path / "empty.zitat", limits=FREE)) as address:
        yield address


def test_an_empty_archive_says_how_to_fill_it_and_takes_articles(visit: Visit, empty: str, tmp_path: Path) -> None:
    lines = [{"id": "one", "headline": "Bridge", "body": f"Mayor Holloway said {REPAIRS}."}, {"title": "no text"}]
    (tmp_path / "news.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    (tmp_path / "note.md").write_text("The ferry of Marlbrook runs twice as often.", encoding="utf-8")
    page = visit(empty)
    expect(page.get_by_role("heading", name="This archive holds no articles yet")).to_be_visible()
    expect(page.locator("pre")).to_contain_text("zitat ingest")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Add articles").click()
    dialog = page.get_by_role("dialog", name="Add articles")
    dialog.locator("input[type=file]").set_input_files([tmp_path / "news.jsonl", tmp_path / "note.md"])
    expect(dialog.locator(".job", has_text="news.jsonl")).to_contain_text("Added: 1")
    expect(dialog.locator(".job", has_text="news.jsonl")).to_contain_text("Rejected: 1")
    expect(dialog.locator(".remarks").first).to_contain_text("#2")
    expect(dialog.locator(".job", has_text="note.md")).to_contain_text("Added: 1")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()
    expect(ask(page, BRIDGE).locator(".sentence q").first).to_contain_text(REPAIRS)


def test_a_file_dropped_anywhere_on_the_page_is_added(visit: Visit, empty: str) -> None:
    page = visit(empty)
    expect(page.locator(".drop")).to_be_visible()
    brought = page.evaluate_handle(
        """() => { const brought = new DataTransfer();
        brought.items.add(new File(["The ferry of Marlbrook runs twice as often."], "note.txt"));
        return brought; }"""
    )
    page.locator("#top").dispatch_event("drop", {"dataTransfer": brought})
    job = page.get_by_role("dialog", name="Add articles").locator(".job")
    expect(job).to_contain_text("note.txt")
    expect(job).to_contain_text("Added: 1")


def test_a_file_that_cannot_be_read_here_says_what_can(visit: Visit, seeds: str, tmp_path: Path) -> None:
    (tmp_path / "news.pdf").write_bytes(b"%PDF-")
    page = visit(seeds)
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Add articles").click()
    page.locator("dialog input[type=file]").set_input_files(tmp_path / "news.pdf")
    problem = page.locator(".job").get_by_role("alert")
    problem.get_by_text("Details").click()
    expect(problem).to_contain_text("news.pdf")
    expect(problem).to_contain_text("zitat ingest")

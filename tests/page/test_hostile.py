"""Text of articles is text: it runs nothing, loads nothing, and is shown as it was written."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.page.articles import HOSTILE, HOSTILE_QUOTE
from tests.page.conftest import Visit
from tests.page.steps import ask, open_citation

COST = "How much does the lighthouse of Quillport cost?"


def test_a_hostile_article_is_shown_word_for_word_and_does_nothing(visit: Visit, varied: str) -> None:
    page = visit(varied)
    answered = ask(page, COST)
    expect(answered.locator(".sentence q").first).to_contain_text("**lighthouse**")
    panel = open_citation(page, answered)
    expect(panel.locator("h2.title")).to_have_text("<u>Quillport</u> lighthouse")
    expect(panel.locator("mark.quote")).to_have_text(HOSTILE_QUOTE)
    assert panel.locator(".article-text").evaluate("node => node.textContent") == HOSTILE
    for name in ("Sources", "Passages", "Timeline"):
        answered.get_by_role("button", name=name).click()
        expect(answered.locator(".view")).to_contain_text("<i>Evil Post</i>")
    answered.locator(".answer .cite").first.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("<img src=x")
    page.reload()
    expect(page.locator(".sentence q").first).to_contain_text("**lighthouse**")
    shown = ".panel, .turn, .card"
    assert page.locator(f":is({shown}) :is(script, img, iframe, style, u, i, [onerror], [onmouseover])").count() == 0
    assert page.evaluate("window.hit ?? null") is None
    assert all(link.startswith(("#", "https://news.example.org/")) for link in links(page))


def links(page: Page) -> list[str]:
    found: list[str] = page.eval_on_selector_all(".turn a, .panel a", "all => all.map(one => one.getAttribute('href'))")
    return found


def test_a_character_that_overrides_direction_has_nothing_to_override(visit: Visit, varied: str) -> None:
    page = visit(varied)
    panel = open_citation(page, ask(page, COST))
    controls = panel.locator(".article-text .control")
    expect(controls).to_have_count(1)
    assert controls.evaluate("node => [node.textContent.length, getComputedStyle(node).unicodeBidi]") == [1, "isolate"]


def test_a_question_is_text_as_well(visit: Visit, varied: str) -> None:
    page = visit(varied)
    asked = ask(page, "<img src=x onerror=\"window.hit='asked'\"> What is <b>Quillport</b>?")
    expect(asked.locator("h2")).to_contain_text("<b>Quillport</b>")
    assert asked.locator("img").count() == 0
    assert page.evaluate("window.hit ?? null") is None

"""For everybody: by keyboard alone, on a phone, in the dark, with a screen reader."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.page.conftest import Visit
from tests.page.steps import ask, open_citation, said, turn

TRADE = "How much did Azerbaijan and Germany trade?"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
SMALLEST = 44  # CSS pixels that a finger needs


def faults(page: Page) -> list[str]:
    """What axe finds wrong, with the element."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]
    ]


def test_everything_can_be_done_from_the_keyboard(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    expect(page.get_by_role("textbox", name="Question")).to_be_focused()
    page.keyboard.type(TRADE)
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("In 2020.")
    page.keyboard.press("Enter")
    expect(turn(page).locator(".foot")).to_be_visible()
    expect(turn(page).locator("h2")).to_have_text(f"{TRADE}\nIn 2020.", use_inner_text=True)
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("j")
    first = turn(page).locator(".answer .cite").first
    expect(first).to_be_focused()
    expect(page.get_by_role("tooltip")).to_be_visible()
    page.keyboard.press("Enter")
    panel = page.locator("#panel")
    expect(panel.locator("mark.quote")).to_be_visible()
    expect(panel.get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(first).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_role("textbox", name="Question")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Filters")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("#main").focus()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


def test_every_stop_of_the_tab_key_can_be_seen(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    ask(page, TRADE)
    page.keyboard.press("Escape")
    for _ in range(25):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            """() => { const one = document.activeElement, box = one.getBoundingClientRect();
            const shown = getComputedStyle(one).outlineStyle !== "none" || one.closest(".box") !== null;
            return one === document.body || (shown && box.width > 0 && box.bottom > 0 && box.top < innerHeight); }"""
        )
        assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_a_phone_shows_all_without_scrolling_sideways_and_the_article_covers_the_page(visit: Visit, seeds: str) -> None:
    page = visit(seeds, **PHONE)
    answered = ask(page, TRADE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.evaluate(
        f"""() => [...document.querySelectorAll("button:not(.chip), select")]
        .filter((one) => one.checkVisibility())
        .map((one) => [one.getBoundingClientRect(), one.outerHTML.slice(0, 120)])
        .filter(([box]) => box.width < {SMALLEST} || box.height < {SMALLEST})"""
    )
    assert small == []
    panel = open_citation(page, answered)
    box = panel.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert page.locator(".column").evaluate("node => node.inert")
    panel.get_by_role("button", name="Close").click()
    assert not page.locator(".column").evaluate("node => node.inert")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Visit, seeds: str, scheme: str) -> None:
    page = visit(seeds, color_scheme=scheme, bypass_csp=True)
    expect(page.locator(".histogram")).to_be_visible()
    assert faults(page) == []
    answered = ask(page, "Azərbaycan və Almaniya arasında ticarət dövriyyəsi nə qədər olub?")
    for name in ("sources", "passages", "timeline"):
        answered.get_by_role("button", name=said(name, "az")).click()
        assert faults(page) == [], name
    open_citation(page, answered)
    assert faults(page) == []
    page.keyboard.press("Escape")
    ask(page, "Who won the football World Cup in 1954?")
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="More").click()
    assert faults(page) == []
    page.get_by_role("menuitem", name="Add articles").click()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filters").click()
    expect(page.locator("dialog .histogram")).to_be_visible()
    assert faults(page) == []


def test_the_dark_follows_the_system_until_the_reader_chooses(visit: Visit, seeds: str) -> None:
    def paper(page: Page) -> int:
        colour = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        return sum(map(int, colour.removeprefix("rgb(").removesuffix(")").split(",")))

    page = visit(seeds, color_scheme="dark")
    expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()
    assert paper(page) < 150
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitemradio", name="Light", exact=True).click()
    assert paper(page) > 700
    page.reload()
    expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()
    assert paper(page) > 700

"""What the browser keeps, and what happens when it is odd, full, or asked for something else meanwhile."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.page.conftest import Visit
from tests.page.steps import ask, said, turn

TRADE = "How much did Azerbaijan and Germany trade?"
LIST, ENTRY = "zitat.conversations", "zitat.conversation."
FILL = """() => {
  for (let size = 2 ** 22; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; ; at++) {
      try { localStorage.setItem(`other.${size}.${at}`, "x".repeat(size)); } catch { break; }
    }
  }
}"""


def keep(page: Page, **values: str) -> None:
    page.evaluate(
        "values => Object.entries(values).forEach(([name, value]) => localStorage.setItem(name, value))", values
    )


@pytest.mark.parametrize("language", ["constructor", "xx", ""])
def test_an_odd_interface_language_is_passed_over(visit: Visit, seeds: str, language: str) -> None:
    page = visit(seeds)
    keep(page, **{"zitat.interface": language})
    page.reload()
    expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()


def test_a_browser_with_an_odd_name_for_its_language_is_shown_dates(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    page.add_init_script("Object.defineProperty(navigator, 'languages', { get: () => ['en-US@posix'] })")
    page.reload()
    expect(page.locator(".holds")).to_contain_text("2022")
    expect(ask(page, TRADE).locator(".sentence .facts").first).to_contain_text("20")


@pytest.mark.parametrize(
    "kept",
    [
        "{",
        "5",
        '{"turns": 5}',
        '{"turns": [null, {"question": "Who met in Baku?", "state": "done", "answer": {"sentences": 3}}]}',
    ],
)
def test_a_conversation_that_cannot_be_read_does_not_keep_the_page_from_opening(
    visit: Visit, seeds: str, kept: str
) -> None:
    page = visit(seeds)
    listed = json.dumps([None, {"id": "odd", "title": "Odd", "changed": 0}])
    keep(page, **{LIST: listed, f"{ENTRY}odd": kept})
    page.goto(f"{seeds}/#conversation=odd")
    page.reload()
    answered = ask(page, TRADE)
    expect(answered.locator(".sentence q").first).to_be_visible()


def test_a_full_browser_still_answers_and_changes_its_colours(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    page.evaluate(FILL)
    page.reload()
    expect(ask(page, TRADE).locator(".sentence q").first).to_be_visible()
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitemradio", name="Dark", exact=True).click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_forgetting_all_leaves_nothing_of_any_conversation(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    for question in (TRADE, "Who took part in the meeting?"):
        ask(page, question)
        page.get_by_role("button", name="New conversation").first.click()
    keep(page, **{f"{ENTRY}unlisted": "{}"})
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="Forget all").click()
    assert page.evaluate(f"Object.keys(localStorage).filter(name => name.startsWith('{ENTRY}'))") == []


def test_the_way_to_the_question_leaves_the_conversation_as_it_is(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    ask(page, TRADE)
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Question")).to_be_focused()
    expect(turn(page).locator("h2")).to_have_text(TRADE)
    expect(page).to_have_url(re.compile("#conversation="))


@pytest.mark.complaints("ERR_FAILED")
def test_a_question_asked_again_before_it_is_answered_is_answered_once(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/v1/ask", hold)
    page.get_by_role("textbox", name="Question").fill(TRADE)
    page.keyboard.press("Enter")
    expect(turn(page).locator(".waiting")).to_be_visible()
    turn(page).get_by_role("button", name="Ask again").click()
    page.wait_for_timeout(300)  # what was stopped has been told so
    expect(turn(page).get_by_text("Stopped.")).to_have_count(0)
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    expect(turn(page).locator("h2")).to_be_focused()
    assert len(held) == 2
    held[1].continue_()
    expect(turn(page).locator(".foot")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


@pytest.mark.complaints("ERR_FAILED")
def test_a_conversation_forgotten_while_it_is_answered_stays_forgotten(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    ask(page, TRADE)
    page.route("**/v1/ask", lambda route: None)  # is never answered
    page.get_by_role("textbox", name="Question").fill("And with Japan?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="Forget “").click()
    expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()
    page.wait_for_timeout(300)  # what ran has been told to stop
    assert page.evaluate(f"Object.keys(localStorage).filter(name => name.startsWith('{ENTRY}'))") == []
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_a_link_to_a_question_asks_it_as_it_was_understood(visit: Visit, seeds: str) -> None:
    page = visit(f"{seeds}/#ask=trade+in+2020&in=de&dates=only")
    expect(turn(page).locator(".foot")).to_be_visible()
    expect(turn(page).get_by_label(said("questionLanguage", "de"))).to_have_value("de")
    expect(turn(page).locator(".chip", has_text="Nur")).to_be_visible()


def test_a_passage_opens_in_a_tab_of_its_own_at_its_place(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    answered = ask(page, TRADE)
    answered.get_by_role("button", name="Passages").click()
    first = answered.locator(".passages a").first
    title = first.inner_text()
    with page.context.expect_page() as opened:
        first.click(modifiers=["ControlOrMeta"])
    expect(opened.value.locator("#panel h2.title")).to_have_text(re.compile(re.escape(title.rstrip("…"))))
    expect(opened.value.locator("#panel mark.quote").first).to_be_visible()

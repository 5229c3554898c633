"""A question becomes an answer that streams in, cites, and can be followed up, stopped, edited and kept."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Visit
from tests.page.steps import answer, ask, said, turn, words

TRADE = "Azərbaycan və Almaniya arasında ticarət dövriyyəsi nə qədər olub?"
BEFORE = """(mark) => {
  const range = document.createRange();
  range.setStart(mark.closest(".article-text"), 0);
  range.setEndBefore(mark);
  return range.toString();
}"""
WATCH = """
addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  const state = [document.querySelectorAll(".sentence").length, Boolean(document.querySelector(".foot"))];
  const told = (window.told ??= []);
  if (String(told.at(-1)) !== String(state)) told.push(state);
}).observe(document, { childList: true, subtree: true }));
"""


def test_an_answer_is_quoted_cited_and_opened_at_exactly_the_quote(visit: Visit, seeds: str) -> None:
    told = answer(seeds, TRADE)
    first = told["citations"][0]
    page = visit(seeds)
    answered = ask(page, TRADE)
    expect(answered.locator(".sentence q")).to_have_text([one["text"] for one in told["sentences"]])
    expect(answered.locator(".sentence mark").first).to_have_text(words(first))
    answered.get_by_role("link", name=said("citationNumber", "az", n=1)).first.click()
    panel = page.get_by_role("complementary", name="Article")
    expect(panel.locator("mark.quote")).to_be_in_viewport()
    shown = panel.locator(".article-text")
    article = httpx.get(f"{seeds}/v1/articles/{first['article_id']}").json()
    assert shown.evaluate("node => node.textContent") == article["text"]
    assert panel.locator("mark.quote").evaluate("node => node.textContent") == first["quote"]
    assert panel.locator("mark.quote mark.span").evaluate("node => node.textContent") == words(first)
    before = panel.locator("mark.quote").evaluate(BEFORE)
    assert len(before) == first["start"]


def test_sentences_come_one_by_one_before_the_answer_is_whole(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    page.context.add_init_script(WATCH)
    page.reload()
    ask(page, TRADE)
    told = page.evaluate("window.told")
    assert [1, False] in told, told
    assert told[-1][1]


def test_streamed_sentences_are_announced_whole_and_once(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    answered = ask(page, TRADE)
    heard = page.locator("#live p").all_text_contents()
    sentences = answered.locator(".sentence q").all_text_contents()
    assert heard[0] == f"{sentences[0]} {said('citationNumber', 'az', n=1)}"
    assert len(heard) == len(set(heard)) == len(sentences) + answered.locator(".disagreement").count()


def test_figures_that_contradict_each_other_stand_side_by_side(visit: Visit, seeds: str) -> None:
    (told,) = answer(seeds, TRADE)["disagreements"]
    conflict = ask(visit(seeds), TRADE).locator(".disagreement")
    expect(conflict).to_contain_text(told["text"])
    expect(conflict.locator(".value")).to_have_text(told["values"])
    expect(conflict.locator(".cite")).to_have_text([str(n) for n in told["citations"]])


def test_a_question_without_an_answer_is_refused_and_shows_the_nearest_passages(visit: Visit, seeds: str) -> None:
    question = "Who won the football World Cup in 1954?"
    told = answer(seeds, question)
    answered = ask(visit(seeds), question)
    expect(answered.locator("h2")).to_have_text(question)
    missing = sorted(told["unmet"], key=lambda one: one["start"])
    expect(answered.locator("h2 .missing")).to_have_text([one["text"] for one in missing])
    [reason] = [notice["text"] for notice in told["notices"] if notice["kind"] == "refusal"]
    expect(answered.locator(".refusal")).to_have_text(reason)  # and nothing that says the same again
    expect(answered.locator(".sentence")).to_have_count(0)
    assert answered.locator(".passages li").count() > 0


def test_a_follow_up_is_understood_from_the_turn_before(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    ask(page, "Which aluminium company works with Azerbaijan?")
    followed = ask(page, "And how much did the two countries trade?")
    expect(followed.locator(".sentence q", has_text="$626.8 million")).to_be_visible()
    expect(followed.locator(".chip.wide")).to_contain_text("aluminium company")
    followed.get_by_role("button", name="Edit what is searched for").click()
    field = followed.get_by_role("textbox", name="Question")
    expect(field).to_have_value(re.compile("aluminium company"))
    field.fill("Who attended the meeting of the energy ministry?")
    field.press("Enter")
    expect(turn(page, 2).locator("h2")).to_have_text("Who attended the meeting of the energy ministry?")
    expect(turn(page, 2).locator(".foot")).to_be_visible()


def test_the_link_to_a_follow_up_asks_what_it_was_taken_to_ask(visit: Visit, seeds: str) -> None:
    page = visit(seeds, permissions=["clipboard-read", "clipboard-write"])
    ask(page, "Which aluminium company works with Azerbaijan?")
    followed = ask(page, "And how much did the two countries trade?")
    followed.get_by_role("button", name=said("copyLink", "en")).click()
    address: str = page.evaluate("navigator.clipboard.readText()")
    [asked] = parse_qs(address.partition("#")[2])["ask"]
    assert asked != "And how much did the two countries trade?"
    assert "aluminium company" in asked


@pytest.mark.complaints("ERR_FAILED")
def test_an_answer_can_be_stopped_and_asked_again(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    page.route("**/v1/ask", lambda route: None)  # is never answered
    page.get_by_role("textbox", name="Question").fill(TRADE)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop").click()
    expect(turn(page).get_by_text("Stopped.")).to_be_visible()
    page.unroute("**/v1/ask")
    turn(page).get_by_role("button", name="Ask again").last.click()
    expect(turn(page).locator(".sentence q").first).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)


def test_a_conversation_is_still_there_after_a_reload_and_can_be_forgotten(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    ask(page, TRADE)
    page.get_by_role("button", name="New conversation").first.click()
    expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("navigation").get_by_role("button", name=TRADE, exact=True).click()
    expect(turn(page).locator(".sentence q").first).to_be_visible()
    page.reload()
    expect(turn(page).locator(".sentence q").first).to_be_visible()
    page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="Forget “").click()
    expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter(name => name.startsWith('zitat.conversation.'))") == []


@pytest.mark.complaints("503")
def test_an_error_says_what_to_do_and_can_be_tried_again(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    said = '{"title": "Overloaded", "detail": "200 requests wait already", "cure": "later", "status": 503}'
    page.route("**/v1/ask", lambda route: route.fulfill(status=503, body=said, content_type="application/problem+json"))
    _typed(page, TRADE)
    problem = turn(page).get_by_role("alert")
    expect(problem).to_contain_text("The service is busy.")
    expect(problem).to_contain_text("Try again in a moment.")
    problem.get_by_text("Details").click()
    expect(problem).to_contain_text("200 requests wait already")
    page.unroute("**/v1/ask")
    problem.get_by_role("button", name="Ask again").click()
    expect(turn(page).locator(".sentence q").first).to_be_visible()


def test_sentences_that_are_taken_back_are_gone(visit: Visit, seeds: str) -> None:
    told = answer(seeds, TRADE)
    wrong = {"sentence": told["sentences"][0] | {"text": "A model made this up.", "citations": []}, "citations": []}
    events = [
        ("passages", {"understood": told["understood"], "passages": told["passages"]}),
        ("sentence", wrong),
        ("restarted", {"notice": {"kind": "fallback", "text": "Quoted instead."}}),
        ("sentence", {"sentence": told["sentences"][0], "citations": told["citations"][:1]}),
        ("error", {"status": 504, "title": "Timed out", "detail": "the stage did not end", "cure": "ask again"}),
    ]
    page = visit(seeds)
    _streamed(page, events)
    _typed(page, TRADE)
    expect(turn(page).get_by_role("alert")).to_contain_text(said("problem.slow", "az"))
    expect(turn(page).locator(".sentence q")).to_have_text([told["sentences"][0]["text"]])
    turn(page).locator(".answer .cite").first.click()
    expect(page.locator("#panel mark.quote")).to_be_visible()


def test_a_stream_that_breaks_off_is_an_error(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    _streamed(page, [])
    _typed(page, TRADE)
    expect(turn(page).get_by_role("alert")).to_contain_text("The service cannot be reached.")


def _streamed(page: Page, events: list[tuple[str, object]]) -> None:
    body = ": still at work\n\n" + "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
    page.route("**/v1/ask", lambda route: route.fulfill(body=body, content_type="text/event-stream"))


def _typed(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Enter")

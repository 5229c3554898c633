"""The article beside the answer: the quote in it, citations before and after, other outlets, any script."""

from __future__ import annotations

from urllib.parse import quote

import httpx
import pytest
from playwright.sync_api import expect

from tests.page.articles import ARABIC, JAPANESE
from tests.page.conftest import Visit
from tests.page.steps import ask, open_citation, turn

MEETING = "Who took part in the meeting of the energy ministry and the German Energy Agency?"
BRIDGE = "How long will the repairs of the iron bridge in Marlbrook take?"


def test_next_and_previous_lead_through_the_citations(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    answered = ask(page, MEETING)
    quotes = answered.locator(".sentence q").all_inner_texts()
    assert len(quotes) >= 2
    panel = open_citation(page, answered)
    expect(panel.locator("mark.quote")).to_have_text(quotes[0])
    panel.get_by_role("button", name="Next citation").click()
    expect(panel.locator("mark.quote")).to_have_text(quotes[1])
    expect(panel.get_by_role("status")).to_contain_text("2 of")
    expect(answered.locator(".answer .cite.current")).to_have_text(["2"])
    page.keyboard.press("k")
    expect(panel.locator("mark.quote")).to_have_text(quotes[0])
    page.keyboard.press("ArrowRight")
    expect(panel.locator("mark.quote")).to_have_text(quotes[1])


def test_the_card_of_a_citation_shows_what_it_rests_on(visit: Visit, varied: str) -> None:
    page = visit(varied)
    answered = ask(page, BRIDGE)
    answered.locator(".answer .cite").first.hover()
    card = page.get_by_role("tooltip")
    expect(card).to_be_visible()
    for text in ("Herald", "3 Feb 2021", "English", "nineteen months"):
        expect(card).to_contain_text(text)
    page.mouse.move(0, 0)
    expect(card).to_be_hidden()


def test_other_outlets_with_the_same_story_are_offered(visit: Visit, varied: str) -> None:
    page = visit(varied)
    panel = open_citation(page, ask(page, BRIDGE))
    elsewhere = panel.locator(".elsewhere")
    expect(elsewhere).to_contain_text("The same story elsewhere")
    expect(elsewhere.locator("li")).to_have_count(1)
    elsewhere.get_by_role("link").click()
    expect(panel.locator("h2.title")).to_have_text("Iron bridge closed")
    expect(panel.get_by_role("link", name="To the original")).to_have_attribute(
        "href", "https://news.example.org/gazette"
    )


def test_an_arabic_answer_runs_from_right_to_left(visit: Visit, varied: str) -> None:
    page = visit(varied)
    answered = ask(page, "كم تبلغ تكلفة الميناء الجديد في المكلا؟")
    quote = answered.locator(".sentence q").first
    expect(quote).to_have_attribute("dir", "rtl")
    expect(quote).to_have_attribute("lang", "ar")
    panel = open_citation(page, answered)
    expect(panel.locator(".article-text")).to_have_attribute("dir", "rtl")
    assert panel.locator(".article-text").evaluate("node => node.textContent") == ARABIC
    expect(panel.locator("mark.quote")).to_have_text(quote.inner_text())


def test_a_japanese_quote_is_exact_behind_characters_of_two_units(visit: Visit, varied: str) -> None:
    page = visit(varied)
    answered = ask(page, "札幌と旭川を結ぶ鉄道の建設費はいくらですか？")
    quote = answered.locator(".sentence q").first
    expect(quote).to_have_attribute("lang", "ja")
    panel = open_citation(page, answered)
    assert panel.locator(".article-text").evaluate("node => node.textContent") == JAPANESE
    expect(panel.locator("mark.quote")).to_have_text(quote.inner_text())
    assert quote.inner_text() in JAPANESE


def test_a_link_to_a_quotation_opens_it(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    answered = ask(page, MEETING)
    quote = answered.locator(".sentence q").first.inner_text()
    address = answered.locator(".answer .cite").first.get_attribute("href")
    elsewhere = visit(f"{seeds}/{address}")
    expect(elsewhere.locator("#panel mark.quote")).to_have_text(quote)


def test_a_quotation_of_an_article_that_has_changed_says_so(visit: Visit, varied: str) -> None:
    article = httpx.get(f"{varied}/v1/articles/herald").json()
    assert not article["content_hash"].startswith("0000")
    page = visit(f"{varied}/#article=herald&start=0&end=40&version=0000000000000000")
    expect(page.locator("#panel .changed")).to_contain_text("has changed since it was quoted")
    expect(page.locator("#panel mark.quote")).to_have_count(0)


@pytest.mark.complaints("404")
def test_a_deleted_article_is_said_to_be_missing(visit: Visit, varied: str) -> None:
    page = visit(f"{varied}/#article=none&start=0&end=4")
    expect(page.locator("#panel").get_by_role("alert")).to_contain_text("This article is not in the archive.")


def test_a_link_to_a_question_asks_it_under_the_same_filters(visit: Visit, varied: str) -> None:
    page = visit(f"{varied}/#ask={quote(BRIDGE)}&languages=en&after=2021-02-04&before=2021-02-04")
    expect(turn(page).locator(".foot")).to_be_visible()
    expect(turn(page).locator(".chip.on")).to_have_text(["English", "4 Feb 2021"])
    expect(turn(page).locator(".facts").first).to_contain_text("Gazette")

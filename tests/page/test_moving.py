"""Back and forward lead through what was opened; tabs keep each other's conversations; what is long stays in reach."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.page.conftest import Visit
from tests.page.steps import answer, ask, open_citation, said, turn

MEETING = "Who took part in the meeting of the energy ministry and the German Energy Agency?"
TRADE = "How much did Azerbaijan and Germany trade?"
LONG = f"{MEETING} {'And who else was there, and when, and where? ' * 60}".strip()


def in_sight(element: Locator) -> bool:
    inside: bool = element.evaluate(
        """node => { const box = node.getBoundingClientRect();
        const room = (node.closest(".scroller, .panel") ?? document.body).getBoundingClientRect();
        return box.height > 0 && box.top >= room.top - 1 && box.top < room.bottom; }"""
    )
    return inside


def test_back_closes_the_article_then_leads_to_the_question_before_and_never_out_of_the_page(
    visit: Visit, seeds: str
) -> None:
    page = visit(seeds)
    ask(page, TRADE)
    page.get_by_role("button", name="New conversation").first.click()
    answered = ask(page, MEETING)
    panel = open_citation(page, answered)
    page.go_back()
    expect(panel).to_be_hidden()
    expect(turn(page).locator("h2")).to_have_text(MEETING)
    page.go_back()  # the empty page of the new conversation
    expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()
    page.go_back()
    expect(turn(page).locator("h2")).to_have_text(TRADE)
    page.go_back()
    expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()
    for _ in range(4):
        page.go_forward()
    expect(turn(page).locator("h2")).to_have_text(MEETING)
    expect(panel.locator("mark.quote")).to_be_visible()
    expect(panel.get_by_role("button", name="Next citation")).to_be_visible()


def test_back_closes_a_list_below_the_answer_and_forward_opens_it(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    answered = ask(page, MEETING)
    for name in ("Sources", "Timeline"):
        answered.get_by_role("button", name=name).click()
    expect(answered.locator(".timeline")).to_be_visible()
    page.go_back()
    expect(answered.locator(".sources")).to_be_visible()
    expect(answered.get_by_role("button", name="Sources")).to_have_attribute("aria-expanded", "true")
    page.go_back()
    expect(answered.locator(".view > *")).to_have_count(0)
    expect(turn(page).locator("h2")).to_have_text(MEETING)
    page.go_forward()
    expect(answered.locator(".sources")).to_be_visible()


@pytest.mark.parametrize("close", ["Escape", "button"])
def test_what_was_opened_and_closed_leaves_no_step_behind(visit: Visit, seeds: str, close: str) -> None:
    page = visit(seeds)
    answered = ask(page, MEETING)
    panel = open_citation(page, answered)
    expect(page).to_have_url(re.compile("#conversation=.*&article="))
    if close == "Escape":
        page.keyboard.press("Escape")
    else:
        panel.get_by_role("button", name="Close").click()
    expect(panel).to_be_hidden()
    expect(page).not_to_have_url(re.compile("article="))
    page.go_back()
    expect(page.get_by_role("heading", name="Ask the archive")).to_be_visible()


def test_an_article_that_was_open_is_open_again_after_a_reload_beside_its_conversation(
    visit: Visit, seeds: str
) -> None:
    page = visit(seeds)
    quote = open_citation(page, ask(page, MEETING)).locator("mark.quote").inner_text()
    page.reload()
    expect(page.locator("#panel mark.quote")).to_have_text(quote)
    expect(turn(page).locator("h2")).to_have_text(MEETING)
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    expect(turn(page).locator("h2")).to_have_text(MEETING)


def test_the_lists_below_an_answer_open_in_sight(visit: Visit, seeds: str) -> None:
    page = visit(seeds, viewport={"width": 900, "height": 480})
    answered = ask(page, MEETING)
    for name, opened in (("Sources", ".sources"), ("Passages", ".passages"), ("Timeline", ".timeline")):
        page.locator("#main").evaluate("node => node.scrollTo(0, 0)")
        answered.get_by_role("button", name=name).evaluate("node => node.click()")  # without scrolling to it
        assert in_sight(answered.locator(opened).first), name


def test_the_way_to_the_original_stays_in_reach_however_far_one_reads(visit: Visit, varied: str) -> None:
    page = visit(varied, viewport={"width": 1000, "height": 400})
    panel = open_citation(page, ask(page, "How long will the repairs of the iron bridge in Marlbrook take?"))
    link = panel.get_by_role("link", name="To the original")
    for place in ("0", "node.scrollHeight"):
        panel.locator(".body").evaluate(f"node => node.scrollTo(0, {place})")
        assert in_sight(link)
        assert link.evaluate("node => node.getBoundingClientRect().bottom <= innerHeight")


def test_a_very_long_question_is_shown_by_its_first_lines_until_more_is_wanted(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    heading = ask(page, LONG).locator("h2")
    short = heading.evaluate("node => node.clientHeight")
    assert short < 200
    more = turn(page).get_by_role("button", name="Show all")
    more.click()
    expect(heading).to_have_text(LONG)
    assert heading.evaluate("node => node.clientHeight") > 2 * short
    turn(page).get_by_role("button", name="Show less").click()
    assert heading.evaluate("node => node.clientHeight") == short
    page.get_by_role("button", name="New conversation").first.click()
    ask(page, TRADE)
    expect(turn(page).get_by_role("button", name="Show all")).to_be_hidden()


def two_tabs(visit: Visit, address: str) -> tuple[Page, Page]:
    page = visit(address)
    other = page.context.new_page()
    other.goto(address)
    expect(other.get_by_role("heading", name="Ask the archive")).to_be_visible()
    return page, other


def listed(page: Page) -> Locator:
    return page.locator("#sidebar li > button:first-child")


def test_a_conversation_of_one_tab_appears_in_the_other_and_neither_is_lost(visit: Visit, seeds: str) -> None:
    page, other = two_tabs(visit, seeds)
    other.get_by_role("button", name="Conversations").click()
    ask(page, TRADE)
    expect(listed(other)).to_have_text([TRADE])
    ask(other, MEETING)
    expect(listed(page)).to_have_text([MEETING, TRADE])
    page.reload()
    expect(listed(page)).to_have_text([MEETING, TRADE])


def test_questions_asked_in_one_conversation_in_two_tabs_are_all_kept(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    ask(page, TRADE)
    other = page.context.new_page()
    other.goto(page.url)
    ask(other, MEETING)
    expect(turn(page, 2).locator("h2")).to_have_text(MEETING)  # it appears without a reload
    ask(page, "Which aluminium company works with Azerbaijan?")
    expect(page.locator("article.turn")).to_have_count(3)
    other.reload()
    expect(other.locator("article.turn h2")).to_have_text(
        [TRADE, MEETING, "Which aluminium company works with Azerbaijan?"]
    )


def test_a_conversation_that_the_list_lost_is_listed_again(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    ask(page, TRADE)
    page.evaluate("localStorage.setItem('zitat.conversations', '[]')")  # as a tab that wrote at the same time would
    page.reload()
    expect(listed(page)).to_have_text([TRADE])


def test_as_many_passages_are_shown_as_the_service_finds_by_itself(visit: Visit, varied: str) -> None:
    page = visit(varied)
    question = "How long will the repairs of the iron bridge in Marlbrook take?"
    with page.expect_request("**/v1/ask") as asked:
        answered = ask(page, question)
    assert "count" not in asked.value.post_data_json
    answered.get_by_role("button", name="Passages").click()
    expect(answered.locator(".passages li")).to_have_count(len(answer(varied, question)["passages"]))


def test_a_turn_speaks_the_language_of_its_question_and_the_page_its_own(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    answered = ask(page, "Wer nahm an dem Treffen des Energieministeriums mit der Deutschen Energie-Agentur teil?")
    expect(answered).to_have_attribute("lang", "de")
    for name in ("sources", "passages", "timeline"):
        expect(answered.get_by_role("button", name=said(name, "de"))).to_be_visible()
    expect(answered.locator(".facts").first).to_contain_text("Englisch")
    panel = open_citation(page, answered)
    expect(panel.locator(".facts").first).to_contain_text("Englisch")
    page.keyboard.press("Escape")
    expect(page.get_by_role("textbox", name="Question")).to_be_visible()
    page.reload()
    expect(turn(page).get_by_role("button", name=said("sources", "de"))).to_be_visible()
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def test_dates_and_languages_are_told_in_words_where_the_browser_knows_none_in_the_language(
    visit: Visit, seeds: str
) -> None:
    page = visit(seeds)
    answered = ask(page, "Azərbaycan və Almaniya arasında ticarət dövriyyəsi nə qədər olub?")
    told = answered.locator(".sentence .facts").first.inner_text()
    assert not re.search(r"M\d\d| · en$", told), told
    assert "2020" in told


def test_a_short_question_in_letters_that_reach_far_down_offers_no_more(visit: Visit, seeds: str) -> None:
    page = visit(seeds, locale="ar", viewport={"width": 390, "height": 844})
    asked = ask(page, "أين سيفتتح مكتب دبلوماسية الهيدروجين؟")
    expect(asked.get_by_role("button", name=said("showAll", "ar"))).to_be_hidden()


def test_a_refusal_and_what_stands_around_it_are_in_one_language(visit: Visit, seeds: str) -> None:
    page = visit(f"{seeds}/#ask={quote('Wer gewann 1954 die Fußball-Weltmeisterschaft?')}&languages=de")
    refused = turn(page)
    expect(refused.locator(".refusal .label")).to_contain_text("Dies sind die nächstliegenden Passagen.")
    expect(refused.locator(".refusal p").last).to_have_text(said("filteredOut", "de"))
    expect(refused.get_by_role("button", name=said("passages", "de"))).to_be_visible()
    expect(refused.locator(".passages li").first).to_be_visible()


def test_lists_are_separated_as_the_language_does(visit: Visit, varied: str) -> None:
    page = visit(varied, locale="ar")
    expect(page.locator(".holds")).to_contain_text("الإنجليزية، ")
    assert ", " not in page.locator(".holds").inner_text()


def test_the_full_stop_of_an_abbreviation_ends_the_sentence_too(visit: Visit, seeds: str) -> None:
    russian = visit(seeds, locale="ru").locator(".holds")
    expect(russian).to_contain_text(re.compile(r"2022\s*г\.$"))
    expect(visit(seeds, locale="fr").locator(".holds")).to_contain_text(re.compile(r"2022\.$"))


HEADLINES = {
    "en": [
        "Ministers of eleven countries met in the old harbour of Quillport to talk about the light…",
        "Bridge closed",
    ],
    "de": [f"{'Sehr lange Überschrift über Brücken und Häfen ' * 4}in Marlbrook und anderswo"],
    "ja": ["新しい鉄道の計画が" * 20],
}


def test_headlines_to_start_from_are_whole_or_end_with_a_word(visit: Visit, varied: str) -> None:
    """The service tells of titles that are long or were broken off; what is shown is what is asked."""
    page = visit(varied)
    page.route("**/v1/stats", lambda route: route.fulfill(json=STATS))
    page.route("**/v1/timeline*", lambda route: route.fulfill(json={"periods": [], "undated": 9}))
    page.route(
        "**/v1/articles?*",
        lambda route: route.fulfill(
            json={"articles": [listing(title) for title in HEADLINES[route.request.url.split("language=")[1][:2]]]}
        ),
    )
    page.reload()
    expect(page.locator(".headlines .title")).to_have_count(3)
    titles = page.locator(".headlines .title").all_inner_texts()
    assert titles[0] == "Bridge closed"
    assert HEADLINES["de"][0].startswith(titles[1])
    assert HEADLINES["de"][0][len(titles[1])] == " "
    assert 50 < len(titles[2]) <= 100
    with page.expect_request("**/v1/ask") as asked:
        page.locator(".headlines button").nth(1).click()
    assert asked.value.post_data_json["question"] == titles[1]


STATS = {
    "articles": 9, "chunks": 9, "near_duplicates": 0, "dated": 0, "earliest": None, "latest": None, "model": "m",
    "chunk_tokens": 200, "generation": 1, "languages": {"en": 4, "de": 3, "ja": 2}, "sources": {},
}  # fmt: skip


def listing(title: str) -> dict[str, object]:
    return {"id": title, "title": title, "source": None, "language": "en", "published_at": None}


def test_a_source_that_is_not_among_the_most_frequent_is_suggested_as_it_is_typed(visit: Visit, varied: str) -> None:
    page = visit(varied)
    page.route("**/v1/stats", lambda route: route.fulfill(json=STATS | {"sources": {f"S{n}": 9 for n in range(9)}}))
    page.reload()
    page.get_by_role("button", name="Filters").click()
    dialog = page.get_by_role("dialog", name="Filters")
    expect(dialog.get_by_role("checkbox", name="Gazette")).to_have_count(0)
    dialog.get_by_role("searchbox", name="Sources").fill("gaz")
    dialog.get_by_role("checkbox", name="Gazette").check()
    dialog.get_by_role("button", name="Apply").click()
    with page.expect_request("**/v1/ask") as asked:
        answered = ask(page, "How long will the repairs of the iron bridge in Marlbrook take?")
    assert asked.value.post_data_json["sources"] == ["Gazette"]
    assert json.loads(asked.value.post_data or "")["languages"] == []
    expect(answered.locator(".facts").first).to_contain_text("Gazette")

"""What limits and orders an answer can be seen and changed, before the question and after it."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from playwright.sync_api import Locator, Page, Request, expect

from tests.page.conftest import Visit
from tests.page.steps import ask, said, turn


def test_a_language_chosen_in_the_filters_limits_the_answer_and_its_chip_takes_it_off(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    dialog = _filters(page)
    dialog.get_by_role("checkbox", name="German").check()
    dialog.get_by_role("button", name="Apply").click()
    expect(page.locator("#composer .chip")).to_have_text(["German"])
    answered = ask(page, "What did Azerbaijan and Japan talk about?")
    facts = answered.locator(".sentence .facts").all_inner_texts()
    assert ["German" in one for one in facts] == [True] * len(facts)
    assert facts
    with page.expect_request("**/v1/ask") as asked:
        answered.get_by_role("button", name="Remove German").click()
    assert asked.value.post_data_json["languages"] == []
    expect(turn(page).locator(".foot")).to_be_visible()
    expect(turn(page).locator(".chip.on")).to_have_count(0)


def test_a_refusal_says_that_filters_may_have_left_the_answer_out(visit: Visit, seeds: str) -> None:
    question = "Who won the football World Cup in 1954?"
    refused = visit(f"{seeds}/#ask={quote(question)}&languages=en").locator(".refusal p")
    expect(refused).to_have_count(2)
    expect(refused.last).to_have_text(said("filteredOut", "en"))
    expect(ask(visit(seeds), question).locator(".refusal p")).to_have_count(1)


def test_the_histogram_shows_the_archive_and_chooses_dates(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    dialog = _filters(page)
    bars = dialog.locator(".histogram .bar")
    expect(bars).to_have_count(24)  # November 2020 to October 2022
    assert [at for at, bar in enumerate(bars.all()) if float(bar.get_attribute("height") or 0) > 0] == [0, 23]
    box = dialog.locator(".histogram svg").bounding_box()
    assert box
    page.mouse.move(box["x"] + 3, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + 30)
    page.mouse.up()
    expect(dialog.get_by_label("From", exact=True)).to_have_value("2020-11-01")
    assert dialog.get_by_label("To", exact=True).input_value() < "2021-08"
    dialog.get_by_role("button", name="Apply").click()
    answered = ask(page, "How large was the trade turnover?")
    assert all("2020" in one for one in answered.locator(".sentence .facts").all_inner_texts())


def test_dates_and_language_that_were_understood_can_be_corrected(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    answered = ask(page, "What was discussed in November 2020?")
    chip = answered.get_by_role("button", name="(“November 2020”)")
    expect(chip).to_have_text(re.compile("^1\\W+30 Nov 2020 \\(“November 2020”\\)$"))
    chip.click()
    with page.expect_request("**/v1/ask") as asked:
        page.get_by_role("menuitemradio", name="Only these dates").click()
    assert asked.value.post_data_json["dates_filter"] is True
    expect(turn(page).get_by_role("button", name=re.compile("^Only 1\\W+30 Nov 2020"))).to_be_visible()
    with page.expect_request("**/v1/ask") as asked:
        turn(page).get_by_label("Language of the question").select_option("de")
    assert asked.value.post_data_json["question_language"] == "de"
    expect(turn(page).locator(".foot")).to_be_visible()


def test_order_and_preference_reach_the_service(visit: Visit, seeds: str) -> None:
    page = visit(seeds)
    dialog = _filters(page)
    dialog.get_by_role("radio", name="My language first").check()
    dialog.get_by_role("radio", name="By time").check()
    dialog.get_by_role("button", name="Apply").click()
    sent: list[Request] = []
    page.on("request", lambda one: sent.append(one) if one.url.endswith("/v1/ask") else None)
    ask(page, "What is planned in Kazakhstan?")
    body = json.loads(sent[0].post_data or "")
    assert (body["preference"], body["chronological"]) == ("mine-first", True)


def test_passages_are_ordered_by_time_and_shown_on_a_line(visit: Visit, varied: str) -> None:
    page = visit(varied)
    answered = ask(page, "What will happen to the iron bridge and the lighthouse?")
    answered.get_by_role("button", name="Passages").click()
    answered.get_by_role("button", name="By time").click()
    years = [text.split(" · ")[1][-4:] for text in answered.locator(".passages .facts").all_inner_texts()]
    assert years == sorted(years, reverse=True)
    assert len(set(years)) > 1
    answered.get_by_role("button", name="Timeline").click()
    expect(answered.locator(".line .dot")).to_have_count(len(years))
    assert answered.locator(".line .dot.cited").count() >= 1
    answered.locator(".line .dot").first.click()
    expect(page.locator("#panel .article-text")).to_be_visible()


def _filters(page: Page) -> Locator:
    page.get_by_role("button", name="Filters").click()
    dialog = page.get_by_role("dialog", name="Filters")
    expect(dialog.locator(".histogram")).to_be_visible()
    return dialog

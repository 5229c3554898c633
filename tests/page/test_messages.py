"""The page speaks ten languages, chosen from the browser, and says the same in each."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.page.conftest import Visit

FOLDER = Path(__file__).parents[2] / "api" / "page"
MESSAGES = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in (FOLDER / "messages").glob("*.json")}
PLACES = re.compile(r"\{\w+\}")
CODE = "\n".join(file.read_text(encoding="utf-8") for file in [*FOLDER.glob("*.js"), FOLDER / "index.html"])


def test_there_are_ten_languages() -> None:
    assert set(MESSAGES) == {"ar", "az", "de", "en", "es", "fr", "ja", "ru", "tr", "zh"}


@pytest.mark.parametrize("language", sorted(MESSAGES))
def test_a_language_says_all_that_english_says(language: str) -> None:
    messages, english = MESSAGES[language], MESSAGES["en"]
    assert messages.keys() == english.keys()
    assert all(text.strip() for text in messages.values())
    for key, text in english.items():
        assert sorted(PLACES.findall(messages[key])) == sorted(PLACES.findall(text)), key


def test_every_message_is_used() -> None:
    made = ("problem.", "cure.", "job.", "theme.")  # their names are put together
    unused = [key for key in MESSAGES["en"] if not key.startswith(made) and f'"{key}"' not in CODE]
    assert [key for key in unused if not re.search(rf"\b{key}\b", CODE)] == []


@pytest.mark.parametrize("language", sorted(MESSAGES))
def test_the_page_is_in_the_language_of_the_browser(visit: Visit, seeds: str, language: str) -> None:
    page = visit(seeds, locale=language)
    expect(page.get_by_role("heading", level=2).first).to_have_text(MESSAGES[language]["welcome"])
    root = page.locator("html")
    expect(root).to_have_attribute("lang", language)
    expect(root).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    expect(page.get_by_role("textbox", name=MESSAGES[language]["question"])).to_be_visible()


def test_another_language_can_be_chosen_and_stays(visit: Visit, seeds: str) -> None:
    page = visit(seeds, locale="pt-BR")  # which the page does not speak
    page.get_by_role("button", name="Language of this page").click()
    page.get_by_role("menuitemradio", name="Deutsch").click()
    expect(page.get_by_role("heading", name=MESSAGES["de"]["welcome"])).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name=MESSAGES["de"]["welcome"])).to_be_visible()

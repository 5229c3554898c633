"""Figures, dates and names are the same in every script and in every way of writing them, and only then."""

from __future__ import annotations

import pytest

from retrieval.answering.generative.anchors import anchors_of, is_found, keys_of

SAME = [
    ("Exports were 626.8 million.", "en", "Die Exporte betrugen 626,8 Millionen.", "de"),
    ("Exports were 1,234,567 dollars.", "en", "Экспорт составил 1 234 567 долларов.", "ru"),
    ("Es kamen 12.500 Menschen.", "de", "There came 12,500 people.", "en"),
    ("In 2021 there were 45 cases.", "en", "في عام ٢٠٢١ كانت هناك ٤٥ حالة.", "ar"),
    ("Cases reached 45 in 2021.", "en", "२०२१ में ४५ मामले थे।", "hi"),
    ("They met on 31 October 2022.", "en", "Sie trafen sich am 31.10.2022.", "de"),
    ("They met in October 2022.", "en", "Они встретились 31 октября 2022 года.", "ru"),
    ("There were three ships.", "en", "There were 3 ships.", "en"),
    ("Ilham Aliyev spoke.", "en", "Выступил Ильхам Алиев.", "ru"),
    ("Putin spoke in Kharkiv.", "en", "Говорил Путин в Харькове.", "ru"),
    ("Zelensky spoke.", "en", "Selenskyj sprach.", "de"),
]
DIFFERENT = [
    ("Exports were 626.8 million.", "en", "Die Exporte betrugen 628,6 Millionen.", "de"),
    ("Exports were 5 million.", "en", "Exports were 5 billion.", "en"),
    ("Exports were 5 million.", "en", "Die Exporte betrugen 5 Milliarden.", "de"),
    ("Exports were 5 dollars.", "en", "Exports were 5 million dollars.", "en"),
    ("Exports were 5 dollars.", "en", "Die Exporte betrugen 5 Millionen Dollar.", "de"),
    ("It was in 2012.", "en", "It was in 2021.", "en"),
    ("They met on 30 October 2022.", "en", "Sie trafen sich am 31.10.2022.", "de"),
    ("They met in November 2022.", "en", "Они встретились 31 октября 2022 года.", "ru"),
    ("They met on 31 October 2022.", "en", "They met in October 2022.", "en"),
    ("There were three ships.", "en", "There were four ships.", "en"),
    ("Ilham Aliyev spoke.", "en", "Выступил Никол Пашинян.", "ru"),
    ("He went to Austria.", "en", "He went to Australia.", "en"),
    ("He went to Iran.", "en", "He went to Iraq.", "en"),
]


def held(text: str, language: str, source: str, spoken: str) -> list[bool]:
    keys = keys_of(source, spoken)
    return [is_found(anchor, keys) for anchor in anchors_of(text, language, spoken)]


@pytest.mark.parametrize(("text", "language", "source", "spoken"), SAME)
def test_the_same_written_otherwise_is_found(text: str, language: str, source: str, spoken: str) -> None:
    names = {"Exports", "Exporte", "Menschen", "Cases"}
    anchors = [a for a in anchors_of(text, language, spoken) if text[a.start : a.end] not in names]
    keys = keys_of(source, spoken)
    assert anchors
    assert all(is_found(anchor, keys) for anchor in anchors)


@pytest.mark.parametrize(("text", "language", "source", "spoken"), DIFFERENT)
def test_another_figure_date_or_name_is_not_found(text: str, language: str, source: str, spoken: str) -> None:
    assert not all(held(text, language, source, spoken))


def test_small_words_at_the_beginning_are_no_names() -> None:
    assert anchors_of("The ships were there.", "en", "en") == []


def test_what_is_not_dated_has_no_date() -> None:
    assert [a.kind for a in anchors_of("They met yesterday.", "en", "en")] == []


@pytest.mark.parametrize(
    "text", ["", " ", "👩‍👩‍👧‍👦", "1", "...", "ا", "¼ ² ⅷ", "10^" + "9" * 400, "١٢٬٣٤٥٫٦٧", "1.2.3.4"]
)
def test_odd_text_breaks_nothing(text: str) -> None:
    assert all(held(text, "en", text, "en"))

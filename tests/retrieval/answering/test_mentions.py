"""Before a reader is told that nothing speaks of a name, it is looked for by itself, in every script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from retrieval import Searcher
from retrieval.answering.evidence import sentences_of
from retrieval.answering.mentions import mentioned
from retrieval.answering.records import Unmet
from retrieval.answering.unmet import unmet
from retrieval.found import Found
from retrieval.holdings import Holdings
from tests.fakes import draft

Made = Callable[..., Searcher]
HELD = Holdings(frozenset({"ar", "de", "en", "ja", "ru"}))
ARTICLES = [
    draft("ar", "وقع التفجير في قرية سترة في البحرين.", language="ar"),
    draft("ja", "トルコで会議が開かれた。", language="ja"),
    draft("ru", "Лукашенко встретился с Мишустиным.", language="ru"),
    draft("en", "The results were normalised in Oslo.", language="en"),
]


def named(archive_of: Made, question: str, name: str) -> tuple[Found, Unmet, Callable[[str], Found]]:
    searcher = archive_of(*ARTICLES)
    start = question.index(name)

    def look(text: str) -> Found:
        return searcher.find(text)

    return replace(searcher.find(question), holdings=HELD), Unmet(name, start, start + len(name)), look


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("Сколько человек погибло при взрыве в Бахрейне?", "Бахрейне"),
        ("Wer traf sich in Bahrain?", "Bahrain"),
        ("Was geschah in der Türkei?", "Türkei"),
        ("Who met Lukashenko?", "Lukashenko"),
        ("Wo liegt Oslo?", "Oslo"),
    ],
)
def test_a_name_that_is_there_in_another_language_is_found(archive_of: Made, question: str, name: str) -> None:
    assert mentioned(*named(archive_of, question, name))


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What happened in Mali?", "Mali"),  # which is in "normalised"
        ("Was geschah in Bhutan?", "Bhutan"),
        ("Who met Quidditch Potter?", "Quidditch Potter"),
        ("Who met Lukashenko Potter?", "Lukashenko Potter"),
    ],
)
def test_a_name_that_is_nowhere_is_not(archive_of: Made, question: str, name: str) -> None:
    assert not mentioned(*named(archive_of, question, name))


def test_a_refusal_names_only_what_a_search_for_it_does_not_find(archive_of: Made) -> None:
    many = [draft(str(at), f"Взрыв номер {at} в городе.", language="ru") for at in range(12)]
    searcher = archive_of(*many, ARTICLES[0])
    found = replace(searcher.find("Взрыв в городе в Бахрейне или в Бутане?"), holdings=HELD)
    evidence = sentences_of(found)
    assert {one.text for one in unmet(found, evidence)} == {"Бахрейне", "Бутане"}
    assert {one.text for one in unmet(found, evidence, searcher.find)} == {"Бутане"}


def test_an_empty_archive_mentions_nothing(archive_of: Made) -> None:
    searcher = archive_of()
    found = searcher.find("Wo liegt Oslo?")
    assert not mentioned(found, Unmet("Oslo", 9, 13), searcher.find)

"""The catalogues: complete, compiled from their sources, grammatical in number, and right in both directions."""

from __future__ import annotations

import ast
import io
import string
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from retrieval.answering.answerer import FALLBACK, UNPROVED, WITHHELD
from retrieval.answering.phrases import ISOLATE, POP, language_name, read_in, say, say_many, shown_date

ROOT = Path(__file__).parents[3]
LOCALE = ROOT / "retrieval" / "answering" / "locale"
SOURCES = sorted(LOCALE.glob("*/LC_MESSAGES/zitat.po"))
LANGUAGES = [source.parts[-3] for source in SOURCES]
PROMISED = (
    "zh es ar fr ru pt de ja hi id tr fa it ko vi pl uk th nl az kk ka hy sw he el sr ro hu cs fi sv da no".split()
)
ONE, MANY = WITHHELD


def catalogue(source: Path) -> Catalog:
    with source.open("rb") as file:
        return read_po(file, abort_invalid=True)


def said_in_code() -> Iterator[str]:
    """Every phrase that code gives to `say` as it stands."""
    for folder in ("retrieval", "api"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("say", "EndpointFailed"):
                    at = 1 if getattr(node.func, "id", "") == "say" else 0
                    if len(node.args) > at and isinstance(phrase := node.args[at], ast.Constant):
                        yield str(phrase.value)


def fields(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


def test_there_are_the_languages_promised() -> None:
    assert set(PROMISED) <= set(LANGUAGES)


@pytest.mark.parametrize("source", SOURCES, ids=LANGUAGES)
def test_a_catalogue_is_compiled_from_its_source(source: Path) -> None:
    fresh = io.BytesIO()
    write_mo(fresh, entries := catalogue(source))
    fresh.seek(0)
    with source.with_suffix(".mo").open("rb") as file:
        kept, made = GNUTranslations(file), GNUTranslations(fresh)
    cure = "run: pybabel compile -D zitat -d retrieval/answering/locale"
    for phrase in (message.id for message in entries if isinstance(message.id, str)):
        assert phrase == "" or kept.gettext(phrase) == made.gettext(phrase), cure
    for count in range(202):
        assert kept.ngettext(ONE, MANY, count) == made.ngettext(ONE, MANY, count), cure


@pytest.mark.parametrize("source", SOURCES, ids=LANGUAGES)
def test_a_catalogue_has_every_phrase_that_is_said(source: Path) -> None:
    known = {str(message.id if isinstance(message.id, str) else message.id[0]) for message in catalogue(source)}
    assert {*said_in_code(), ONE, FALLBACK, UNPROVED} <= known


@pytest.mark.parametrize("source", SOURCES, ids=LANGUAGES)
def test_a_translation_has_the_fields_of_its_phrase(source: Path) -> None:
    entries = catalogue(source)
    for message in entries:
        if message.id:
            ids, texts = ((one,) if isinstance(one, str) else one for one in (message.id, message.string))
            assert not message.fuzzy
            assert len(texts) == (1 if isinstance(message.id, str) else entries.num_plurals)
            assert all(text and fields(text) == fields(ids[-1]) for text in texts), message.id


def test_a_phrase_is_said_in_the_language_asked_for() -> None:
    assert say("de", "According to {source}", source="AZERTAC") == "Laut AZERTAC"
    assert say("tr", "According to {source}", source="AZERTAC") == "Kaynak: AZERTAC"
    assert say("nb", "Sources") == say("no", "Sources") == "Kilder"


@pytest.mark.parametrize("language", ["en", "und", "xx", "", "../de", "qaa"])
def test_a_language_without_a_catalogue_is_english(language: str) -> None:
    assert say(language, "According to {source}", source="Trend") == "According to Trend"
    assert shown_date("2022-10-31", language) == "October 31, 2022"


@pytest.mark.parametrize(
    ("language", "read"),
    [("rn", "fr"), ("ln", "fr"), ("be", "ru"), ("sk", "cs"), ("ca", "es"), ("ha", "en"), ("am", "en"), ("de", "de"),
     ("nn", "nn"), ("xx", "en"), ("../de", "en")],
)  # fmt: skip
def test_who_has_no_catalogue_is_spoken_to_in_a_language_likely_read(language: str, read: str) -> None:
    assert read_in(language) == read
    assert say(language, "Sources") == say(read, "Sources")


def test_a_number_is_said_in_the_same_language() -> None:
    assert say_many("rn", ONE, MANY, 2) == say_many("fr", ONE, MANY, 2)


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert say("de", "understood as {question}", question="{x} %s") == "verstanden als: {x} %s"


@pytest.mark.parametrize(
    ("language", "count", "begins"),
    [
        ("en", 1, "1 sentence of"),
        ("en", 2, "2 sentences of"),
        ("de", 1, "1 Satz des"),
        ("ru", 21, "21 предложение "),
        ("ru", 3, "3 предложения "),
        ("ru", 5, "5 предложений "),
        ("pl", 22, "22 zdania "),
        ("cs", 5, "5 vět "),
        ("ro", 20, "20 de propoziții "),
        ("fr", 1234, "1\u202f234 phrases "),
        ("de", 1234, "1.234 Sätze "),
        ("ja", 2, "言語モデルの2文"),
        ("ar", 3, "حُذفت 3 جمل "),
        ("ar", 11, "حُذفت 11 جملة "),
        ("he", 2, "שני משפטים "),
    ],
)
def test_a_number_has_its_grammatical_form(language: str, count: int, begins: str) -> None:
    assert say_many(language, ONE, MANY, count).startswith(begins)


def test_what_runs_the_other_way_is_isolated() -> None:
    assert say("ar", "According to {source}", source="Trend") == f"بحسب {ISOLATE}Trend{POP}"
    assert say("en", "According to {source}", source="واس") == f"According to {ISOLATE}واس{POP}"
    assert say("ar", "According to {source}", source="واس") == "بحسب واس"
    assert say("de", "According to {source}", source="新华社") == "Laut 新华社"
    assert say("ur", "According to {source}", source="Trend") == "According to Trend"  # said in English
    assert say("ps", "According to {source}", source="Trend") == say("fa", "According to {source}", source="Trend")


@pytest.mark.parametrize(
    ("published_at", "language", "shown"),
    [
        ("2022-10-31", "de", "31. Oktober 2022"),
        ("2022-10-31T08:00:00Z", "en", "October 31, 2022"),
        ("2022-10", "en", "October 2022"),
        ("2022-10", "ru", "октябрь 2022\u202fг."),
        ("2022", "zh", "2022年"),
        ("2022", "en", "2022"),
        ("XXXX-11-29", "de", "29. November, Jahr nicht angegeben"),
        ("XXXX-02-29", "en", "February 29, year not given"),
        ("XXXX-11", "ru", "ноябрь, год не указан"),
        ("2020?-11-13", "en", "November 13, 2020, year inferred"),
        ("2021-02-30", "en", "2021-02-30"),
        ("soon", "en", "soon"),
        (None, "fr", "sans date"),
        ("2022-10-31", "ja", "2022年10月31日"),
    ],
)
def test_a_date_is_shown_as_exactly_as_it_is_known(published_at: str | None, language: str, shown: str) -> None:
    assert shown_date(published_at, language) == shown


FIRST = "The archive's first article is of {date}. These are the nearest passages."
NEWEST = "The newest report is of {date}."
DIFFERING = "The sources disagree: {values}."


@pytest.mark.parametrize(
    ("published_at", "language", "newest"),
    [
        ("2026-11-22", "ru", "Дата последнего сообщения: 22 ноября 2026\u202fг."),
        ("2026", "ru", "Дата последнего сообщения: 2026."),
        ("XXXX-11", "ru", "Дата последнего сообщения: ноябрь, год не указан."),
        ("2026-11-22", "hu", "A legfrissebb hír kelte: 2026. november 22."),
        ("2026-11", "hu", "A legfrissebb hír kelte: 2026. november."),
        ("2026", "sr", "Датум најновијег извештаја: 2026."),
        ("2026-11", "bg", "Дата на най-новото съобщение: ноември 2026\u202fг."),
        ("2026-11-22", "uk", "Дата останнього повідомлення: 22 листопада 2026\u202fр."),
        ("2026-11-22", "de", "Neuester Bericht: 22. November 2026."),
    ],
)
def test_the_full_stop_of_an_abbreviation_ends_the_sentence_too(published_at: str, language: str, newest: str) -> None:
    assert say(language, NEWEST, date=shown_date(published_at, language)) == newest


@pytest.mark.parametrize("language", [*LANGUAGES, "en"])
def test_a_sentence_has_one_full_stop_after_whatever_it_ends_with(language: str) -> None:
    for known in ("2026-11-22", "2026-11", "2026", "XXXX-11-29"):
        date = shown_date(known, language)
        first, newest = (say(language, phrase, date=date) for phrase in (FIRST, NEWEST))
        assert ".." not in first + newest
        assert language == "th" or newest[-1] in ".。։।"  # Thai has none
    abbreviated, plain = (say(language, DIFFERING, values=f"9 – 5 {unit}") for unit in ("x.", "x"))
    assert ".." not in abbreviated
    assert f"5 {ISOLATE}x." in abbreviated or "5 x." in abbreviated
    assert language == "th" or not plain.endswith("x")


def test_languages_are_named_in_the_readers_own() -> None:
    assert language_name("de", "fr") == "allemand"
    assert language_name("ja", "xx") == "Japanese"
    assert language_name("qaa", "en") == "qaa"


@pytest.mark.parametrize("language", [*LANGUAGES, "en"])
def test_every_language_shows_every_kind_of_date(language: str) -> None:
    kinds = ["2022-10-31", "2022-10", "2022", "XXXX-11-29", "XXXX-11", "2020?-11-13", None]
    written = [shown_date(kind, language) for kind in kinds]
    assert all(written)
    assert len({*written}) == len(kinds)
    assert not any("{" in one or "XXXX" in one or "?" in one for one in written)

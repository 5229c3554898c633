"""Answers as Markdown: the numbers stand where they are said to, and articles stay data."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.markdown import Writer, as_markdown, passages_as_markdown, plain, spoken, with_markers
from retrieval.answering import (
    Answer,
    AnswerSentence,
    AnswerUnderstood,
    Citation,
    Disagreement,
    Notice,
    PassagesFound,
    Restarted,
    SentenceReady,
)
from retrieval.results import ArticleCard, DateRange, Passage, SearchResult, Span, Understood


def citation(n: int, quote: str, article_id: str = "a1", **fields: object) -> Citation:
    known: dict[str, object] = {
        "content_hash": "c" * 64, "start": 100, "end": 100 + len(quote), "span": None, "title": "Trade grows",
        "source": "Trend", "published_at": "2022-10-31", "language": "en", "url": None,
    }  # fmt: skip
    return Citation(n=n, article_id=article_id, quote=quote, **known | fields)  # type: ignore[arg-type]


def passage(text: str, **fields: object) -> Passage:
    card: dict[str, object] = {
        "id": "a1", "title": "Trade grows", "source": "Trend", "author": None, "language": "en",
        "published_at": None, "url": None, "content_hash": "c" * 64,
    }  # fmt: skip
    article = ArticleCard(**card | fields)  # type: ignore[arg-type]
    return Passage(1, 0.9, "a1#0", text, 0, len(text), (), article, ())


def answer(*cited: Citation, language: str = "en", **fields: object) -> Answer:
    known: dict[str, object] = {
        "question": "q", "answered": bool(cited), "confidence": 0.9, "mode": "extractive", "language": language,
        "understood": AnswerUnderstood(language, (DateRange("2022", date(2022, 1, 1), date(2022, 12, 31)),), "q"),
        "sentences": tuple(AnswerSentence(one.quote, one.language, (one.n,)) for one in cited),
        "citations": cited, "disagreements": (), "notices": (), "passages": (), "took_ms": {"total": 1.0},
    }  # fmt: skip
    return Answer(**known | fields)  # type: ignore[arg-type]


def test_a_sentence_is_quoted_with_its_number_and_its_source_below() -> None:
    shown = as_markdown(answer(citation(1, "Trade grew.", url="https://trend.az/1")))
    quotation, sources = shown.split("\n\n---\n\n")
    assert quotation == "“Trade grew.” [1]"
    assert sources == "**Sources**\n\n- [1] [Trade grows](https://trend.az/1) · Trend · October 31, 2022 · English"


def test_a_quotation_in_another_language_is_marked_in_the_readers_language() -> None:
    assert "“Der Handel wuchs.” (allemand) [1]" in as_markdown(
        answer(citation(1, "Der Handel wuchs.", language="de"), language="fr")
    )
    assert "(" not in as_markdown(answer(citation(1, "Der Handel wuchs.", language="de"), language="de"))


def test_the_words_that_answer_are_bold() -> None:
    cited = citation(1, "It was $626.8 million in all.", span=Span(107, 121))
    assert "“It was **$626.8 million** in all.” [1]" in as_markdown(answer(cited))


def test_words_that_markdown_could_not_make_bold_are_left_as_they_are() -> None:
    cited = citation(1, "会議は「東京」で開かれた。", span=Span(103, 107), language="ja")
    assert "“会議は「東京」で開かれた。” [1]" in as_markdown(answer(cited, language="ja"))


def test_quotation_marks_within_a_quotation_stay_apart_from_those_around_it() -> None:
    assert "«He said “no”.» [1]" in as_markdown(answer(citation(1, "He said “no”.")))


def test_an_article_cited_twice_is_listed_once_with_both_numbers() -> None:
    shown = as_markdown(answer(citation(1, "One."), citation(2, "Two.", "a2"), citation(3, "Three.")))
    assert "- [1] [3] Trade grows" in shown
    assert shown.count("Trade grows") == 2


def test_places_are_added_where_they_are_asked_for() -> None:
    made = answer(citation(1, "One."), citation(2, "Two.", start=200, end=204))
    assert as_markdown(made, places=True).endswith(
        "- [1] [2] Trade grows · Trend · October 31, 2022 · English · a1 100:104, 200:204"
    )


def test_every_number_stands_where_its_marker_says() -> None:
    both = AnswerSentence("One.", "en", (1, 2))
    differing = Disagreement("figures", "The figures differ.", ("1", "2"), (2, 1))
    made = answer(citation(1, "One."), citation(2, "Uno.", "a2"), sentences=(both,), disagreements=(differing,))
    shown, markers = with_markers(made)
    assert [marker.n for marker in markers] == [1, 2, 2, 1]
    assert [shown[marker.start : marker.end] for marker in markers] == ["[1]", "[2]", "[2]", "[1]"]


def test_a_written_sentence_is_not_shown_as_a_quotation() -> None:
    written = AnswerSentence("Trade, it says, grew.", "en", (1,))
    shown = as_markdown(answer(citation(1, "Trade grew."), sentences=(written,), mode="generative"))
    assert shown.startswith("Trade, it says, grew. [1]")
    assert shown.endswith("· English\n  - [1] “Trade grew.”")


def test_disagreements_and_notices_stand_above_the_sources() -> None:
    made = answer(
        citation(1, "One."),
        disagreements=(Disagreement("arithmetic", "These cannot both hold.", ("1", "2"), (1,)),),
        notices=(Notice("as-of", "As of 2022-10-31."),),
    )
    above, _, below = as_markdown(made).partition("\n\n---\n\n")
    assert "⚠ **These cannot both hold.** [1]" in above
    assert "**As of 2022-10-31.**" in above
    assert "Sources" in below


def test_a_refusal_says_why_and_shows_the_nearest_passages() -> None:
    near = tuple(passage("word " * 200, title=f"Near {n}") for n in range(5))
    shown = as_markdown(answer(notices=(Notice("refusal", "The archive does not say."),), passages=near))
    assert shown.startswith("The archive does not say.\n\n---\n\n**Nearest passages**\n\n- Near 0")
    assert shown.count("Near ") == 3
    assert all(len(line) < 400 for line in shown.splitlines())


def test_a_stream_that_starts_again_counts_no_earlier_citation() -> None:
    writer = Writer()
    notice = Notice("fallback", "The language model failed.")
    first, second = citation(1, "One."), citation(1, "Two.", "a2")
    made = answer(second, notices=(notice,))
    parts = [
        writer.write(PassagesFound(made.understood, ())),
        writer.write(SentenceReady(AnswerSentence("Drawn up.", "en", (1,)), (first,))),
        writer.write(Restarted(notice)),
        writer.write(SentenceReady(made.sentences[0], (second,))),
        writer.ending(made),
    ]
    shown = "".join(parts)
    assert [shown[marker.start - 7 : marker.end] for marker in writer.markers] == ["“Two.” [1]"]
    assert shown.count("The language model failed.") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("![x](http://evil.example/?steal)", r"!\[x\](http://evil.example/?steal)"),
        ("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)>"),
        ("[click](javascript:alert(1))", r"\[click\](javascript:alert(1))"),
        ("**bold** _it_ `code` ~~gone~~", r"\*\*bold\*\* \_it\_ \`code\` \~\~gone\~\~"),
        ("&lt;b&gt; &#60; AT&T", r"\&lt;b\&gt; \&#60; AT&T"),
        (r"\[1]", r"\\\[1\]"),
        ("x $E=mc^2$ y", r"x \$E=mc^2$ y"),
    ],
)
def test_marks_in_an_article_are_shown_and_not_obeyed(text: str, shown: str) -> None:
    assert plain(text) == shown


@pytest.mark.parametrize("text", ["# Head", "- item", "> said", "1. First", "2) Second", "+ plus", "= line"])
def test_a_line_begins_no_list_and_no_heading(text: str) -> None:
    assert plain(text) != text
    assert plain(text).replace("\\", "") == text


@pytest.mark.parametrize("text", ["$626.8 million of $211.8 billion", "snake_case is AI_EM", "2,5 % – mehr"])
def test_ordinary_news_is_not_touched(text: str) -> None:
    assert plain(text) == text


@given(st.text(max_size=60))
def test_no_text_makes_a_marker_miss_its_number(text: str) -> None:
    shown, markers = with_markers(answer(citation(1, text, title=text, source=text), citation(2, "x", "a2")))
    assert [shown[marker.start : marker.end] for marker in markers] == ["[1]", "[2]"]
    assert "\n" not in plain(text)


def test_only_web_addresses_become_links_and_none_ends_early() -> None:
    cited = citation(1, "One.", url="javascript:alert(1)")
    assert "javascript" not in as_markdown(answer(cited))
    odd = citation(1, "One.", url="https://x.example/a b(c)<d>?q=1&r=[2]#f")
    assert "(https://x.example/a%20b%28c%29%3Cd%3E?q=1&r=%5B2%5D#f)" in as_markdown(answer(odd))


@pytest.mark.parametrize(
    ("published_at", "said"),
    [
        ("XXXX-11-29", "November 29, year not given"),
        ("2024?-11-29", "November 29, 2024, year inferred"),
        (None, "undated"),
    ],
)
def test_a_date_is_told_as_far_as_it_is_known(published_at: str | None, said: str) -> None:
    assert f"Trend · {said} · English" in as_markdown(answer(citation(1, "One.", published_at=published_at)))


def test_what_was_said_is_found_again_in_a_chat() -> None:
    assert spoken(as_markdown(answer(citation(1, "Trade grew."), citation(2, "So it did.")))) == (
        "“Trade grew.”\n\n“So it did.”"
    )


def test_a_search_is_shown_with_places() -> None:
    result = SearchResult("q", Understood("en", ()), (passage("Trade grew."),), {"total": 1.0})
    assert "1. Trade grows · Trend · undated · English · a1 0:11" in passages_as_markdown(result)
    assert passages_as_markdown(SearchResult("q", Understood("en", ()), (), {})) == "Nothing was found."

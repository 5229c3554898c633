"""The answer as a whole: it proves itself, says when it cannot, and comes as it is made."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import BadInput
from retrieval import Answerer, AnswerOptions, Searcher, SearchOptions, Turn
from retrieval.answering import Answer, Done, PassagesFound, SentenceReady
from retrieval.answering.citations import Citations
from retrieval.answering.confidence import Calibration
from retrieval.answering.evidence import sentences_of
from tests.fakes import draft

Make = Callable[..., Searcher]
ALWAYS, NEVER = Calibration(threshold=0.0), Calibration(threshold=1.1)
TEXT = "Ships waited outside. The harbour of Trieste reopened after repairs. “Nobody” was hurt 🚢 there."


def answer_to(searcher: Searcher, question: str, options: AnswerOptions | None = None) -> Answer:
    return Answerer(searcher, ALWAYS).ask(question, options)


def test_every_citation_quotes_its_article_to_the_character(archive_of: Make) -> None:
    searcher = archive_of(draft("a", TEXT), draft("b", "Elsewhere the harbour of Trieste stayed closed."))
    answer = answer_to(searcher, "harbour Trieste")
    assert answer.citations
    for citation in answer.citations:
        stored = searcher.archive.store.article(citation.article_id)
        assert stored is not None
        assert stored.article.text[citation.start : citation.end] == citation.quote
        assert stored.content_hash == citation.content_hash


def test_every_sentence_is_its_first_citation(archive_of: Make) -> None:
    answer = answer_to(archive_of(draft("a", TEXT)), "harbour Trieste reopened")
    quotes = {citation.n: citation.quote for citation in answer.citations}
    assert answer.sentences
    assert all(sentence.text == quotes[sentence.citations[0]] for sentence in answer.sentences)


def test_citations_are_numbered_from_one_in_the_order_of_use(archive_of: Make) -> None:
    answer = answer_to(archive_of(draft("a", TEXT), draft("b", "Trieste harbour news. Harbour Trieste.")), "harbour")
    assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    used = [number for sentence in answer.sentences for number in sentence.citations]
    assert list(dict.fromkeys(used)) == sorted(set(used))


def test_a_follow_up_is_in_a_language_of_the_archive_where_it_may_be_in_two(archive_of: Make) -> None:
    options = AnswerOptions(conversation=(Turn("Who won in Trieste?"),))
    for language in ("it", "pt"):
        searcher = archive_of(draft("a", TEXT, language=language))
        assert answer_to(searcher, "Quando?", options).language == language


@pytest.mark.parametrize("bullet", ["• ", "- ", "— ", "* ", "•", "– • "])
def test_a_sentence_is_quoted_without_the_bullet_in_front_of_it(archive_of: Make, bullet: str) -> None:
    text = f"{bullet}The harbour of Trieste reopened .\n\n{bullet}Ships waited outside ."
    [first, *_] = answer_to(archive_of(draft("a", text)), "harbour Trieste reopened").citations
    assert (first.start, first.quote) == (len(bullet), "The harbour of Trieste reopened .")


@pytest.mark.parametrize("opening", ["-5 degrees in", "*Most* of", "–"])
def test_what_only_looks_like_a_bullet_is_quoted(archive_of: Make, opening: str) -> None:
    text = f"{opening}harbour Trieste."
    [first, *_] = answer_to(archive_of(draft("a", text)), "harbour Trieste").citations
    assert first.quote == text


def test_a_refusal_says_why_and_shows_the_nearest_passages(archive_of: Make) -> None:
    answer = Answerer(archive_of(draft("a", TEXT)), NEVER).ask("Wer gewann die Wahl in Trieste?")
    assert (answer.answered, answer.sentences, answer.citations) == (False, (), ())
    assert [notice.kind for notice in answer.notices] == ["refusal"]
    assert "Archiv" in answer.notices[0].text
    assert answer.passages


def test_nothing_that_passes_the_filters_is_a_refusal(archive_of: Make) -> None:
    options = AnswerOptions(SearchOptions(languages=("fr",)))
    answer = Answerer(archive_of(draft("a", TEXT))).ask("harbour Trieste", options)
    assert not answer.answered
    assert answer.passages == ()


def test_a_stream_tells_passages_then_sentences_then_the_whole(archive_of: Make) -> None:
    events = list(Answerer(archive_of(draft("a", TEXT)), ALWAYS).stream("harbour Trieste reopened"))
    assert isinstance(events[0], PassagesFound)
    assert isinstance(events[-1], Done)
    told = [event for event in events if isinstance(event, SentenceReady)]
    assert len(events) == len(told) + 2
    answer = events[-1].answer
    assert tuple(event.sentence for event in told) == answer.sentences
    assert tuple(c for event in told for c in event.citations) == answer.citations[: len(answer.citations)]
    assert events[0].passages == answer.passages


def test_an_answer_as_json_is_what_was_promised(archive_of: Make) -> None:
    told = answer_to(archive_of(draft("a", TEXT)), "harbour Trieste in October 2022").as_json()
    out = json.loads(json.dumps(told))
    promised = (
        "question answered confidence mode language understood sentences citations disagreements passages took_ms"
    )
    assert set(out) == {*promised.split(), "notices", "unmet"}
    assert set(out["sentences"][0]) == {"text", "language", "citations"}
    fields = "n article_id content_hash start end quote span title source published_at language url"
    assert set(out["citations"][0]) == set(fields.split())
    assert out["understood"]["dates"][0]["earliest"] == "2022-10-01"


def test_a_follow_up_is_searched_with_what_it_leaves_out(archive_of: Make) -> None:
    searcher = archive_of(draft("a", TEXT))
    options = AnswerOptions(conversation=(Turn("When did the harbour of Trieste reopen?"),))
    understood = answer_to(searcher, "And why?", options).understood
    assert "Trieste" in understood.question


def test_a_citation_that_is_not_in_the_article_is_never_given(archive_of: Make) -> None:
    found = archive_of(draft("a", TEXT)).find("harbour Trieste")
    sentence = sentences_of(found)[0]
    with pytest.raises(AssertionError, match="is not what passage"):
        Citations(replace(found, texts={"a": "x" + TEXT})).number(sentence)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: AnswerOptions(sentences=0),
        lambda: AnswerOptions(sentences=21),
        lambda: AnswerOptions(mode="poetic"),  # type: ignore[arg-type]
        lambda: AnswerOptions(conversation=(Turn("x"),) * 51),
    ],
)
def test_options_that_make_no_sense_are_refused(wrong: Callable[[], AnswerOptions]) -> None:
    with pytest.raises(BadInput):
        wrong()


def test_a_generative_answer_needs_a_language_model(archive_of: Make) -> None:
    with pytest.raises(BadInput, match="language model"):
        answer_to(archive_of(draft("a", TEXT)), "harbour", AnswerOptions(mode="generative"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=st.text(min_size=1, max_size=60))
def test_odd_questions_are_answered_refused_or_turned_away_plainly(news: Searcher, odd: str) -> None:
    try:
        answer = Answerer(news, ALWAYS).ask(odd)
    except BadInput:
        return
    for citation in answer.citations:
        stored = news.archive.store.article(citation.article_id)
        assert stored is not None
        assert stored.article.text[citation.start : citation.end] == citation.quote

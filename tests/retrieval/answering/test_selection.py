"""Which sentences make an answer: those that say it, once each, with who else says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.archive import Archive
from index.article import Draft
from index.encoders.bundled import BundledEncoder
from index.ingesting.ingest import ingest
from retrieval import Searcher, SearchOptions
from retrieval.answering.evidence import Sentence, sentences_of
from retrieval.answering.options import AnswerOptions
from retrieval.answering.selection import select
from retrieval.answering.statements import Statement
from retrieval.found import Found
from tests.fakes import draft

Make = Callable[..., Searcher]


@pytest.fixture(scope="module")
def encoder() -> BundledEncoder:
    return BundledEncoder(threads=1)


@pytest.fixture
def real_archive_of(folder: Path, encoder: BundledEncoder) -> Iterator[Make]:
    """The same as `archive_of` with the real encoder: that of the fakes cannot tell what sentences have in common."""
    opened: list[Searcher] = []

    def make(*drafts: Draft) -> Searcher:
        with Archive.create(folder, encoder) as archive, archive.writing():
            ingest(archive, encoder, drafts)
        opened.append(Searcher(folder, encoder))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def chosen(searcher: Searcher, question: str, **options: int) -> tuple[Found, list[Statement]]:
    found = searcher.find(question, SearchOptions(question_language="en"))
    return found, select(found, sentences_of(found), AnswerOptions(**options))  # type: ignore[arg-type]


def texts(statements: list[Statement]) -> list[str]:
    return [one.sentence.text for one in statements]


def test_the_sentence_that_answers_comes_first(archive_of: Make) -> None:
    text = "Ships waited outside. The harbour of Trieste reopened after repairs. Nobody was hurt."
    _, statements = chosen(archive_of(draft("a", text)), "harbour Trieste reopened repairs")
    assert texts(statements)[0] == "The harbour of Trieste reopened after repairs."


def test_what_is_far_behind_the_best_is_left_out(archive_of: Make) -> None:
    text = "Ships waited outside. The harbour of Trieste reopened after repairs. Nobody was hurt."
    _, statements = chosen(archive_of(draft("a", text)), "harbour Trieste reopened repairs")
    assert texts(statements) == ["The harbour of Trieste reopened after repairs."]


def test_a_sentence_that_asks_is_no_answer(archive_of: Make) -> None:
    question = "Who reopened the harbour of Trieste?"
    text = f"{question} Engineers from Genoa reopened the harbour of Trieste."
    _, statements = chosen(archive_of(draft("a", text)), question)
    assert texts(statements) == ["Engineers from Genoa reopened the harbour of Trieste."]


def test_sources_that_say_the_same_are_cited_for_one_sentence(real_archive_of: Make) -> None:
    said = "Engineers from Genoa reopened the harbour of Trieste on Sunday after repairs."
    other = "Markets were calm this week. On Sunday engineers from Genoa reopened the harbour of Trieste after repairs."
    third = "The opera of Trieste plays Verdi again, and tickets were gone within an hour."
    searcher = real_archive_of(draft("a", said), draft("b", other), draft("c", third))
    found, statements = chosen(searcher, "Who reopened the harbour of Trieste?")
    cited = [statements[0].sentence, *statements[0].agreeing]
    assert {found.result.passages[one.passage].article.id for one in cited} == {"a", "b"}
    assert len(statements) == 1


def test_sources_in_two_languages_agree_and_the_reader_gets_her_own(real_archive_of: Make) -> None:
    german = "Am Sonntag wurde der Hafen von Triest nach Reparaturen wieder geöffnet."
    english = "The harbour of Trieste was reopened on Sunday after repairs."
    searcher = real_archive_of(draft("a", german, language="de"), draft("b", english))
    _, statements = chosen(searcher, "When was the harbour of Trieste reopened?")
    assert [len(one.agreeing) for one in statements] == [1]
    assert statements[0].sentence.text == english


def test_sources_with_different_figures_do_not_agree(real_archive_of: Make) -> None:
    first = "The storm over the harbour of Trieste killed 12 people, officials said."
    second = "The storm over the harbour of Trieste killed 31 people, officials said on Monday."
    _, statements = chosen(real_archive_of(draft("a", first), draft("b", second)), "How many died in the storm?")
    assert [len(one.agreeing) for one in statements] == [0, 0]


def test_sources_that_name_others_do_not_agree(real_archive_of: Make) -> None:
    first = "On Sunday the minister received Maria Alvarez in the palace for talks about fishing."
    second = "On Sunday the minister received Igor Petrov in the palace for talks about fishing."
    _, statements = chosen(real_archive_of(draft("a", first), draft("b", second)), "Whom did the minister receive?")
    assert all(one.agreeing == () for one in statements)


STORY = (
    "The harbour of Trieste was closed in March after a fire on a tanker. Repairs of the harbour of Trieste took five "
    "months and cost the city dearly. The harbour of Trieste reopened on Sunday with a regatta and fireworks."
)


@pytest.mark.parametrize("most", [1, 2])
def test_there_are_no_more_sentences_than_asked_for(real_archive_of: Make, most: int) -> None:
    _, statements = chosen(
        real_archive_of(draft("a", STORY)), "harbour of Trieste closed repairs reopened", sentences=most
    )
    assert len(statements) == most


def test_after_the_best_an_article_is_quoted_in_its_own_order(real_archive_of: Make) -> None:
    _, statements = chosen(real_archive_of(draft("a", STORY)), "harbour of Trieste closed repairs reopened")
    starts = [one.sentence.start for one in statements[1:]]
    assert len(starts) == 2
    assert starts == sorted(starts)


def test_nothing_found_selects_nothing(archive_of: Make) -> None:
    searcher = archive_of(draft("a", "Harbour news alpha."))
    found = searcher.find("harbour", SearchOptions(languages=("fr",)))
    assert select(found, sentences_of(found), AnswerOptions()) == []


def test_every_sentence_is_scored_once_though_chunks_overlap(archive_of: Make) -> None:
    text = " ".join(f"Harbour report number {n} tells of ships and cranes and {n} more." for n in range(12))
    found = archive_of(draft("a", text)).find("harbour report ships", SearchOptions(per_article=None))
    places = [(one.start, one.end) for one in sentences_of(found)]
    assert len(places) == len(set(places)) > 3


def test_sentences_lie_where_they_say(archive_of: Make) -> None:
    found = archive_of(draft("a", "Ähre naïve 船. Harbour news — “alpha” 🚢 beta.\n\nLast line")).find("harbour alpha")
    for one in sentences_of(found):
        text = found.texts[found.result.passages[one.passage].article.id]
        assert text[one.start : one.end] == one.text


def test_an_encoder_without_token_codes_still_gives_sentences(archive_of: Make) -> None:
    found = archive_of(draft("a", "Harbour news alpha. Nothing else.")).find("harbour")
    bare = Found(found.result, found.asked, found.encoder, None, found.ranked, found.texts)
    assert {one.text for one in sentences_of(bare)} == {"Harbour news alpha.", "Nothing else."}
    assert all(isinstance(one, Sentence) for one in sentences_of(bare))

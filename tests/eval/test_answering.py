"""How answers are scored against marked ones, and what becomes of many of them in figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from eval.answering.askers import ArchiveAsker, Asked, Text
from eval.answering.measuring import Case, Outcome, ask_cases, cases, figures
from eval.answering.scoring import f1, scored, valid, words
from eval.sets import Gold, Query, TestSet
from index.archive import Archive
from index.article import Draft
from index.encoders.bundled import BundledEncoder
from index.ingesting.ingest import ingest
from index.reading import ReadOptions, read
from retrieval.answering import Answer, AnswerSentence, AnswerUnderstood, Citation
from retrieval.results import Span

TEXT = "It opened on 3 May. The harbour of Trieste reopened."


def answer(*spans: tuple[int, int], marked: tuple[int, int] | None = None, question: str = "When?") -> Answer:
    citations = tuple(
        Citation(
            n, "a", "h", start, end, TEXT[start:end], Span(*marked) if marked else None, "t", None, None, "en", None
        )
        for n, (start, end) in enumerate(spans, 1)
    )
    sentences = tuple(AnswerSentence(c.quote, "en", (c.n,)) for c in citations)
    understood = AnswerUnderstood("en", (), question)
    return Answer(question, bool(spans), 0.9, "extractive", "en", understood, sentences, citations, (), (), (), {})


def score(given: Answer, *golds: Gold) -> dict[str, float]:
    return scored(Asked(given, 0.1, 0.2), golds, lambda article: Text(TEXT, "h") if article == "a" else None)


def test_a_cited_sentence_that_holds_the_answer_counts() -> None:
    found = score(answer((20, 52), (0, 19)), Gold("a", 13, "3 May"))
    assert (found["sentence hit"], found["first sentence hit"], found["sentences"]) == (1.0, 0.0, 2.0)


@pytest.mark.parametrize("gold", [Gold("a", 45, "reopened"), Gold("b", 13, "3 May"), Gold("a", 15, "May. The")])
def test_an_answer_outside_the_quotation_or_in_another_article_does_not_count(gold: Gold) -> None:
    assert score(answer((0, 19)), gold)["sentence hit"] == 0.0


def test_one_of_several_marked_places_is_enough() -> None:
    assert score(answer((0, 19)), Gold("b", 1, "x"), Gold("a", 13, "3 May"))["sentence hit"] == 1.0


def test_the_marked_words_are_compared_with_the_marked_answer() -> None:
    gold = Gold("a", 13, "3 May")
    assert score(answer((0, 19), marked=(13, 18)), gold)["span F1"] == 1.0
    assert score(answer((0, 19), marked=(10, 18)), gold)["span F1"] == 0.8  # 2 of 3, and 2 of 2
    assert score(answer((0, 19), marked=(10, 18)), gold)["span exact"] == 0.0
    assert score(answer((0, 19)), gold)["span F1"] == 0.0


def test_a_question_for_nothing_that_is_marked_has_no_such_score() -> None:
    assert "span F1" not in score(answer((0, 19), question="Why did it close?"), Gold("a", 13, "3 May"))


def test_a_refusal_scores_nothing() -> None:
    found = score(answer(), Gold("a", 13, "3 May"))
    assert (found["answered"], found["sentence hit"], found["span F1"]) == (0.0, 0.0, 0.0)
    assert "valid citations" not in found


def test_a_citation_is_valid_only_if_text_and_version_agree() -> None:
    citation = answer((0, 19)).citations[0]
    assert valid(citation, Text(TEXT, "h"))
    assert not valid(citation, Text(TEXT, "another"))
    assert not valid(citation, Text("x" + TEXT, "h"))
    assert not valid(replace(citation, end=18), Text(TEXT, "h"))
    assert not valid(citation, None)


def test_words_are_compared_as_squad_does_and_letters_in_scripts_without_spaces() -> None:
    assert f1("北京市", "北京") == 0.8  # 2 of 3, and 2 of 2
    assert f1("The Hague", "the hague.") == 1.0
    assert words("the") == ["the"]
    assert f1("", "x") == 0.0


def made_set() -> TestSet:
    queries = [
        Query("en-1", "when", "en", (Gold("en-x", 0, "a"), Gold("de-x", 5, "b"))),
        Query("de-1", "wann", "de", (Gold("en-x", 0, "a"), Gold("de-x", 5, "b"))),
    ]
    qrels = {"en-1": {"en-x": 1, "de-x": 1}, "de-1": {"en-x": 1, "de-x": 0}}
    drafts = [Draft("text", "made", n, id=name, language=name[:2]) for n, name in enumerate(("en-x", "de-x"))]
    return TestSet("made", "all", tuple(queries), qrels, lambda: iter(drafts))


def test_a_case_is_a_question_and_a_pool_in_which_something_answers_it() -> None:
    found = [(case.query.id, case.pool, case.golds, case.relevant) for case in cases(made_set(), ["en", "de"])]
    assert found == [
        ("en-1", "en", (Gold("en-x", 0, "a"),), ("en-x",)),
        ("de-1", "en", (Gold("en-x", 0, "a"),), ("en-x",)),
        ("en-1", "de", (Gold("de-x", 5, "b"),), ("de-x",)),
    ]
    assert [case.pool for case in cases(made_set(), [None])] == [None, None]


def outcome(language: str, pool: str, hit: float, confidence: float, without: float | None = None) -> Outcome:
    case = Case(Query("q", "?", language), pool, (), ("a",))
    return Outcome(case, {"sentence hit": hit, "seconds": 0.2}, confidence, without)


def test_figures_are_means_by_language_pair_and_over_all_pairs_of_a_kind() -> None:
    found = figures([outcome("en", "en", 1, 0.9), outcome("de", "de", 0, 0.9), outcome("en", "de", 1, 0.9)])
    assert list(found) == ["same language", "other languages", "en>en", "de>de", "en>de"]
    assert found["same language"] == {"questions": 2.0, "sentence hit": 0.5, "ms": 200.0}


def test_refusing_is_right_where_the_articles_are_away_and_wrong_where_they_are_there() -> None:
    found = figures(
        [outcome("en", "en", 1, 0.9, 0.1), outcome("en", "en", 0, 0.4, 0.2), outcome("en", "en", 0, 0.8, 0.7)]
    )
    assert found["same language"]["refusal precision"] == pytest.approx(2 / 3, abs=1e-3)
    assert found["same language"]["refusal recall"] == pytest.approx(2 / 3, abs=1e-3)


def test_where_articles_cannot_be_taken_away_nothing_is_said_of_refusing() -> None:
    assert "refusal recall" not in figures([outcome("en", "en", 1, 0.9)])["same language"]


class Liar:
    """Answers everything with a citation of what is not there."""

    name = "liar"

    def ask(self, question: str, languages: tuple[str, ...]) -> Asked:
        return Asked(answer((0, 19)), None, 0.1)

    def article(self, article_id: str) -> Text | None:
        return Text("Another text altogether, as long.", "h")

    def answers_without(self, question: str, languages: tuple[str, ...], articles: Iterable[str]) -> float | None:
        return None

    def close(self) -> None: ...


def test_citations_of_what_is_not_there_are_found_out() -> None:
    found = figures(ask_cases(Liar(), cases(made_set(), [None]), progress=False))
    assert found["all"]["valid citations"] == 0.0


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, encoder = tmp_path_factory.mktemp("asked") / "seeds.zitat", BundledEncoder()
    with Archive.create(folder, encoder) as archive, archive.writing():
        ingest(archive, encoder, read([str(Path(__file__).parents[2] / "seeds" / "articles")], ReadOptions()))
    return folder


@pytest.mark.parametrize("threads", [1, 2])
def test_a_real_archive_is_asked_and_its_citations_hold(seeds: Path, threads: int) -> None:
    asker = ArchiveAsker(seeds)
    try:
        relevant = ("001_b4c85a9a8ed16f0b",)
        query = Query("q", "Where will Germany open an office of hydrogen diplomacy?", "en")
        found = ask_cases(asker, [Case(query, None, (), relevant)] * 2, threads=threads, progress=False)
    finally:
        asker.close()
    assert [one.score["valid citations"] for one in found] == [1.0, 1.0]
    assert found[0].without is not None
    assert found[0].without < found[0].confidence

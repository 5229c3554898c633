"""The words that answer, marked inside a quotation: real articles, the real encoder, many languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.archive import Archive
from index.encoders.bundled import BundledEncoder
from index.ingesting.ingest import ingest
from index.reading import ReadOptions, read
from retrieval import Answerer, Searcher
from retrieval.answering import Answer
from retrieval.answering.confidence import Calibration
from tests.fakes import WordEncoder, draft, stored

SEEDS = Path(__file__).parents[4] / "seeds" / "articles"
ASKED = [
    ("How much was the trade turnover between Azerbaijan and Germany?", "$626.8 million"),
    ("Almaniya ilə Azərbaycan arasında ticarət dövriyyəsi nə qədər olub?", "$626.8 million"),
    ("Сколько составил товарооборот между Азербайджаном и Германией?", "$626.8 million"),
    ("「水素外交」の事務所はどこに開設されますか？", "Astana"),
    ("Wer gratulierte Aserbaidschan zur COP29-Präsidentschaft?", "Masaki Ishikawa"),
    ("阿塞拜疆与日本的经济合作委员会下次会议什么时候举行？", "2025"),
    ("متى سيعقد الاجتماع القادم للجنة الاقتصادية بين أذربيجان واليابان؟", "2025"),
]


@pytest.fixture(scope="module")
def answerer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answerer]:
    folder, encoder = tmp_path_factory.mktemp("seeds") / "seeds.zitat", BundledEncoder(threads=2)
    with Archive.create(folder, encoder) as archive, archive.writing():
        ingest(archive, encoder, read([str(SEEDS)], ReadOptions()))
    with Searcher(folder, encoder) as searcher:
        yield Answerer(searcher, Calibration(threshold=0.0))


def marked(answer: Answer) -> list[str]:
    return [
        citation.quote[citation.span.start - citation.start : citation.span.end - citation.start]
        for citation in answer.citations
        if citation.span
    ]


@pytest.mark.parametrize(("question", "wanted"), ASKED, ids=[wanted + str(n) for n, (_, wanted) in enumerate(ASKED)])
def test_the_words_that_answer_are_marked(answerer: Answerer, question: str, wanted: str) -> None:
    assert any(wanted in one for one in marked(answerer.ask(question)))


@pytest.mark.parametrize(("question", "_"), ASKED, ids=[str(n) for n in range(len(ASKED))])
def test_a_span_lies_within_its_quotation(answerer: Answerer, question: str, _: str) -> None:
    answer = answerer.ask(question)
    assert answer.citations
    for citation in answer.citations:
        if citation.span:
            assert citation.start <= citation.span.start < citation.span.end <= citation.end


def test_what_the_question_names_itself_is_not_marked(answerer: Answerer) -> None:
    answer = answerer.ask("Who congratulated Azerbaijan on its COP29 presidency?")
    assert not any("COP29" in one or one == "Aserbaidschan" for one in marked(answer))


def test_a_question_for_nothing_of_the_kind_marks_nothing(answerer: Answerer) -> None:
    assert marked(answerer.ask("What did the parties discuss about renewable energy?")) == []


def test_without_token_codes_names_are_told_by_their_capitals(folder: Path) -> None:
    encoder = WordEncoder(4096)
    stored(folder, [draft("a", "Yesterday in the evening the treaty was signed by Maria Alvarez there.")], encoder)
    with Searcher(folder, encoder) as searcher:
        answer = Answerer(searcher, Calibration(threshold=0.0)).ask("Who signed the treaty in the evening?")
    assert marked(answer) == ["Maria Alvarez"]


@pytest.mark.parametrize(
    ("language", "text", "question", "name"),
    [
        ("en", "Yesterday Foley’s team won the cup .", "Who won the cup ?", "Foley"),
        ("en", "Yesterday O’Brien won the cup .", "Who won the cup ?", "O’Brien"),
        ("tr", "Dün Yıldız'ın takımı kupayı kazandı .", "Kupayı kim kazandı ?", "Yıldız"),
    ],
)
def test_an_ending_after_an_apostrophe_is_no_part_of_a_name(
    archive_of: Callable[..., Searcher], language: str, text: str, question: str, name: str
) -> None:
    searcher = archive_of(draft("a", text, language=language))
    assert marked(Answerer(searcher, Calibration(threshold=0.0)).ask(question)) == [name]

"""How answers are scored against marked ones."""

from __future__ import annotations

from eval.answers import f1, scored
from eval.dataset import Gold
from retrieval.answering import Answer, AnswerSentence, AnswerUnderstood, Citation
from retrieval.results import Span

TEXT = "It opened on 3 May. The harbour of Trieste reopened."


def answer(*spans: tuple[int, int], marked: tuple[int, int] | None = None, question: str = "When?") -> Answer:
    citations = tuple(
        Citation(
            n, "a", "hash", start, end, TEXT[start:end], Span(*marked) if marked else None, "t", None, None, "en", None
        )
        for n, (start, end) in enumerate(spans, 1)
    )
    sentences = tuple(AnswerSentence(c.quote, "en", (c.n,)) for c in citations)
    understood = AnswerUnderstood("en", (), question)
    return Answer(question, bool(spans), 0.9, "extractive", "en", understood, sentences, citations, (), (), (), {})


def test_a_cited_sentence_that_holds_the_answer_counts() -> None:
    score = scored(answer((20, 52), (0, 19)), Gold("a", 13, "3 May"))
    assert (score.cited, score.first, score.sentences) == (1.0, 0.0, 2.0)


def test_an_answer_outside_the_quotation_or_in_another_article_does_not_count() -> None:
    assert scored(answer((20, 52)), Gold("a", 13, "3 May")).cited == 0.0
    assert scored(answer((0, 19)), Gold("b", 13, "3 May")).cited == 0.0
    assert scored(answer((0, 15)), Gold("a", 13, "3 May")).cited == 0.0


def test_the_marked_words_are_compared_with_the_marked_answer() -> None:
    assert scored(answer((0, 19), marked=(13, 18)), Gold("a", 13, "3 May")).span_f1 == 1.0
    assert scored(answer((0, 19), marked=(10, 18)), Gold("a", 13, "3 May")).span_f1 == 0.8  # 2 of 3, and 2 of 2
    assert scored(answer((0, 19)), Gold("a", 13, "3 May")).span_f1 == 0.0


def test_a_question_for_nothing_that_is_marked_has_no_such_score() -> None:
    assert scored(answer((0, 19), question="Why did it close?"), Gold("a", 13, "3 May")).span_f1 is None


def test_a_refusal_scores_nothing() -> None:
    score = scored(answer(), Gold("a", 13, "3 May"))
    assert (score.answered, score.cited, score.span_f1) == (0.0, 0.0, 0.0)


def test_f1_counts_letters_in_scripts_without_spaces_and_ignores_case() -> None:
    assert f1("北京市", "北京") == 0.8  # 2 of 3, and 2 of 2
    assert f1("The Hague", "the hague") == 1.0
    assert f1("", "x") == 0.0

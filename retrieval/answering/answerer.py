"""The answer path: a question in, an answer that proves itself out.

follow-up -> search -> sentences -> refuse, or select -> spans -> citations -> disagreements -> answer
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from retrieval.answering.citations import Citations
from retrieval.answering.confidence import Calibration
from retrieval.answering.conversation import standalone
from retrieval.answering.disagreement import disagreements
from retrieval.answering.evidence import Sentence, sentences_of
from retrieval.answering.options import AnswerOptions
from retrieval.answering.phrases import say
from retrieval.answering.records import (
    Answer,
    AnswerSentence,
    AnswerUnderstood,
    Disagreement,
    Done,
    Event,
    Notice,
    PassagesFound,
    SentenceReady,
)
from retrieval.answering.selection import Statement, select
from retrieval.answering.spans import answer_span
from retrieval.answering.timeliness import chronological, newest_first, time_notices
from retrieval.clock import Clock
from retrieval.found import Found
from retrieval.searcher import Searcher


class Answerer:
    """Answers from one archive; safe to use from several threads."""

    def __init__(self, searcher: Searcher, calibration: Calibration = Calibration()) -> None:
        self.searcher = searcher
        self.calibration = calibration

    def ask(self, question: str, options: AnswerOptions | None = None, *, today: date | None = None) -> Answer:
        """Answer a question in any language; raises BadInput for an unusable one."""
        for event in self.stream(question, options, today=today):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("an answer always ends with Done")

    def stream(
        self, question: str, options: AnswerOptions | None = None, *, today: date | None = None
    ) -> Iterator[Event]:
        """The same, told as it comes: the passages, then each sentence, then the whole."""
        options = options or AnswerOptions()
        clock = Clock()
        searched = standalone(question, options.conversation)
        clock.stage("follow-up")
        found = self.searcher.find(searched, options.search, today=today)
        clock.stage("search")
        understood = AnswerUnderstood(found.asked.understood.language, found.asked.understood.dates, searched)
        yield PassagesFound(understood, found.result.passages)
        draft = _Draft(question, understood, found, clock)
        sentences = newest_first(found, sentences_of(found))
        confidence = self.calibration.confidence(found, sentences)
        clock.stage("evidence")
        if confidence < self.calibration.threshold:
            yield Done(draft.refusal(confidence))
            return
        yield from draft.quoted(sentences, options)
        yield Done(draft.answer(confidence, sentences))


class _Draft:
    """One extractive answer in the making."""

    def __init__(self, question: str, understood: AnswerUnderstood, found: Found, clock: Clock) -> None:
        self.question, self.understood, self.found, self.clock = question, understood, found, clock
        self.citations = Citations(found)
        self.statements: list[Statement] = []
        self.sentences: list[AnswerSentence] = []

    def quoted(self, sentences: list[Sentence], options: AnswerOptions) -> Iterator[SentenceReady]:
        """The sentences of the answer as they are made."""
        chosen = select(sentences, options)
        self.statements = chronological(self.found, chosen) if options.chronological else chosen
        for statement in self.statements:
            cited = len(self.citations.all)
            proofs = (statement.sentence, *statement.agreeing)
            numbers = tuple(self.citations.number(one, answer_span(self.found.asked, one)) for one in proofs)
            self.sentences.append(AnswerSentence(statement.sentence.text, statement.sentence.language, numbers))
            yield SentenceReady(self.sentences[-1], self.citations.all[cited:])
        self.clock.stage("select")

    def answer(self, confidence: float, sentences: list[Sentence]) -> Answer:
        """The whole, with what its sources disagree on."""
        differing = disagreements(self.found, self.statements, sentences, self.citations)
        self.clock.stage("disagreements")
        return self._made(confidence, differing, tuple(time_notices(self.found, self.statements)))

    def refusal(self, confidence: float) -> Answer:
        """No answer, and why."""
        why = say(self.understood.language, "The archive does not say. These are the nearest passages.")
        return self._made(confidence, (), (Notice("refusal", why),))

    def _made(self, confidence: float, differing: tuple[Disagreement, ...], notices: tuple[Notice, ...]) -> Answer:
        return Answer(
            question=self.question,
            answered=bool(self.sentences),
            confidence=round(confidence, 4),
            mode="extractive",
            language=self.understood.language,
            understood=self.understood,
            sentences=tuple(self.sentences),
            citations=self.citations.all,
            disagreements=differing,
            notices=notices,
            passages=self.found.result.passages,
            took_ms=self.clock.taken(),
        )

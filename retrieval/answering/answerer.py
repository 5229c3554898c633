"""The answer path: a question in, an answer that proves itself out.

follow-up -> search -> sentences -> refuse, or select -> spans -> citations -> disagreements -> answer

With a language model, what it writes and the sentences prove takes the place of what is selected, if it can.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from index.errors import BadInput
from retrieval.answering.asking import Asking, asking_of
from retrieval.answering.citations import Citations
from retrieval.answering.comparing import disagreements
from retrieval.answering.confidence import Calibration, calibration_of
from retrieval.answering.evidence import FROM, Sentence, sentences_of, weighed_anew
from retrieval.answering.following.conversation import Standalone, standalone
from retrieval.answering.generative import EndpointFailed, Writer
from retrieval.answering.marking import answer_span, is_named
from retrieval.answering.numbered import of_that_number
from retrieval.answering.options import AnswerOptions
from retrieval.answering.outside import Outside, outside
from retrieval.answering.phrases import listed, say, say_many
from retrieval.answering.records import (
    Answer,
    AnswerSentence,
    AnswerUnderstood,
    Disagreement,
    Done,
    Event,
    Mode,
    Notice,
    PassagesFound,
    Restarted,
    SentenceReady,
    Unmet,
)
from retrieval.answering.selection import select
from retrieval.answering.statements import Statement
from retrieval.answering.timeliness import chronological, newest_first, time_notices
from retrieval.answering.unmet import unmet
from retrieval.clock import Clock
from retrieval.found import Found
from retrieval.options import SearchOptions, language_code
from retrieval.results import Span
from retrieval.searcher import Searcher
from retrieval.spoken import spoken

WITHHELD = (
    "{count} sentence of the language model was not supported by the archive and is left out.",
    "{count} sentences of the language model were not supported by the archive and are left out.",
)
FALLBACK = "The language model gives no answer: {reason}. The articles are quoted instead."
MOST_NAMED = 3  # words that a refusal names
UNPROVED = "the articles support nothing that it says"


class Answerer:
    """Answers from one archive, with a language model where a `writer` is given; safe to use from several threads.

    Without a `calibration`, the archive's own decides when to refuse, and the bundled one where it has none.
    """

    def __init__(
        self, searcher: Searcher, calibration: Calibration | None = None, writer: Writer | None = None
    ) -> None:
        self.searcher = searcher
        self.calibration = calibration or calibration_of(searcher.archive)
        self.writer = writer

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
        writer = self._writer(options)
        clock = Clock()
        alone = self._standalone(question, options, writer)
        clock.stage("follow-up")
        found = self.searcher.find(alone.question, _at_least(FROM, options.search), today=today)
        clock.stage("search")
        asked = found.asked.understood
        understood = AnswerUnderstood(alone.language or asked.language, asked.dates, alone.question)
        asking = asking_of(found, alone, options.conversation)
        draft = _Draft(question, understood, found, asking, options, clock)
        yield PassagesFound(understood, draft.passages)
        evidence = sentences_of(found)
        confidence = self.calibration.confidence(found, evidence)
        weighed = weighed_anew(found, [one for one in evidence if one.passage < FROM], alone.since)
        of_number, missing = of_that_number(found, weighed)
        sentences = newest_first(found, of_number)
        clock.stage("evidence")
        if confidence < self.calibration.threshold or missing:
            beyond, look = outside(found, evidence), partial(self.searcher.find, options=options.search, today=today)
            missing = () if beyond else missing or unmet(found, evidence, look)
            yield Done(draft.refusal(min(confidence, self.calibration.threshold), missing, beyond))
            return
        if writer is not None:
            yield from draft.written(writer, newest_first(found, evidence), options)
        if not draft.sentences:
            yield from draft.quoted(sentences, options)
        yield Done(draft.answer(confidence, sentences))

    def _writer(self, options: AnswerOptions) -> Writer | None:
        """The language model, where it is wanted."""
        if options.mode == "generative" and self.writer is None:
            raise BadInput("a generative answer needs a language model", "give --llm-base-url and --llm-model")
        return None if options.mode == "extractive" else self.writer

    def _standalone(self, question: str, options: AnswerOptions, writer: Writer | None) -> Standalone:
        """The question with what a follow-up left out; the language model rewrites it where there is one."""
        turns, named = options.conversation, options.search.question_language
        if not turns:
            return Standalone(question)
        with self.searcher.archive.reading() as (view, _):
            kept = self.searcher.holdings(view.store, view.state.sequence).languages
        alone = standalone(question, turns, named, kept)
        language = language_code(named) if named else spoken(question, kept)[0]
        rewritten = writer.rewritten(question, language, turns) if writer else None
        return replace(alone, question=rewritten) if rewritten else alone


def _at_least(count: int, search: SearchOptions) -> SearchOptions:
    """A search for so many passages: how many are shown does not say how many an answer is chosen from."""
    return search if search.count >= count else replace(search, count=count)


class _Draft:
    """One answer in the making."""

    def __init__(
        self,
        question: str,
        understood: AnswerUnderstood,
        found: Found,
        asking: Asking,
        options: AnswerOptions,
        clock: Clock,
    ) -> None:
        self.question, self.understood, self.found, self.clock = question, understood, found, clock
        self.asking, self.passages = asking, found.result.passages[: options.search.count]
        self.citations = Citations(found)
        self.statements: list[Statement] = []
        self.sentences: list[AnswerSentence] = []
        self.named: list[str] = []
        self.notices: list[Notice] = []
        self.mode: Mode = "extractive"

    def written(self, writer: Writer, sentences: list[Sentence], options: AnswerOptions) -> Iterator[Event]:
        """What the language model writes and the sentences prove; nothing where it fails, and a notice that says so."""
        withheld, failure = 0, None
        language, asked = self.understood.language, self.understood.question
        try:
            for one in writer.write(asked, language, self.found, sentences, options.sentences):
                withheld += not one.proof
                if one.proof:
                    yield self._said(one.text, language, one.proof)
                    self.statements += map(Statement, one.proof)
        except EndpointFailed as failed:
            failure = say(language, failed.reason, **failed.values)
        self.clock.stage("write")
        if withheld:
            self.notices.append(Notice("withheld", say_many(language, *WITHHELD, count=withheld)))
        if failure is None and self.sentences:
            self.mode = "generative"
        else:
            yield from self._given_up(failure or say(language, UNPROVED))

    def _given_up(self, reason: str) -> Iterator[Restarted]:
        """Begin again without the language model."""
        notice = Notice("fallback", say(self.understood.language, FALLBACK, reason=reason))
        if self.sentences:
            self.citations, self.statements, self.sentences, self.named = Citations(self.found), [], [], []
            yield Restarted(notice)
        self.notices.append(notice)

    def _said(self, text: str, language: str, proofs: Sequence[Sentence]) -> SentenceReady:
        """A sentence of the answer, with the citations that prove it."""
        cited = len(self.citations.all)
        spans = self._marks(proofs)
        numbers = tuple(self.citations.number(one, span) for one, span in zip(proofs, spans, strict=True))
        self.sentences.append(AnswerSentence(text, language, numbers))
        return SentenceReady(self.sentences[-1], self.citations.all[cited:])

    def _marks(self, proofs: Sequence[Sentence]) -> list[Span | None]:
        """The words that answer in each sentence of a statement.

        What is of the kind asked for in a further statement is mostly something else, so there it is marked only where
        it is what the first one names, or the sentence names that, too. Where the first names nothing, a person named
        further on is mostly another: who spoke of the deed, not who did it.
        """
        if self.asking.kind == "person" and self.sentences and not self.named:
            return [None] * len(proofs)
        spans = [answer_span(self.found, one, self.asking.kind, self.asking.measure) for one in proofs]
        told = [
            (one.text[span.start - one.start : span.end - one.start] if span else "", one.text)
            for one, span in zip(proofs, spans, strict=True)
        ]
        if self.named and not any(is_named(mark, *one) for one in told for mark in self.named):
            return [None] * len(proofs)
        self.named = self.named or [words for words, _ in told if words]
        return list(spans)

    def quoted(self, sentences: list[Sentence], options: AnswerOptions) -> Iterator[SentenceReady]:
        """The sentences of the answer as they are made."""
        chosen = select(self.found, sentences, options, self.asking)
        self.statements = chronological(self.found, chosen) if options.chronological else chosen
        for statement in self.statements:
            said = statement.quoted
            yield self._said(said.text, said.language, (said, *statement.agreeing))
        self.clock.stage("select")

    def answer(self, confidence: float, sentences: list[Sentence]) -> Answer:
        """The whole, with what its sources disagree on."""
        language, kind = self.understood.language, self.asking.kind
        differing = disagreements(self.found, self.statements, sentences, self.citations, language, kind)
        self.clock.stage("disagreements")
        when = time_notices(self.found, self.statements, self.understood.language)
        return self._made(confidence, differing, tuple(when))

    def refusal(self, confidence: float, missing: tuple[Unmet, ...], beyond: Outside | None = None) -> Answer:
        """No answer, and why."""
        language = self.understood.language
        why = say(language, "The archive does not say. These are the nearest passages.")
        if beyond:
            why = beyond.reason(language)
        elif missing:
            words = listed([one.text for one in missing[:MOST_NAMED]], language)
            why = say(language, "Nothing was found about {words}. These are the nearest passages.", words=words)
        return replace(self._made(confidence, (), (Notice("refusal", why),)), unmet=missing)

    def _made(self, confidence: float, differing: tuple[Disagreement, ...], notices: tuple[Notice, ...]) -> Answer:
        return Answer(
            question=self.question,
            answered=bool(self.sentences),
            confidence=round(confidence, 4),
            mode=self.mode,
            language=self.understood.language,
            understood=self.understood,
            sentences=tuple(self.sentences),
            citations=self.citations.all,
            disagreements=differing,
            notices=(*self.notices, *notices),
            passages=self.passages,
            took_ms=self.clock.taken(),
        )

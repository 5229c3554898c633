"""An answer laid out for a person at a terminal: quotations with numbers, then what the numbers stand for.

It is written block by block as the answer is made, or in one piece from the whole: the lines are the same, but for
sentences that were taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from api.searching import citation, passage_lines
from api.terminal import BOLD, DIM, INDENT, marked, one_line, shortened, styled, wrapped
from api.wording import facts_of, foreign, quoted, understood_as, values_cited
from retrieval.answering import (
    Answer,
    AnswerSentence,
    AnswerUnderstood,
    Citation,
    Done,
    Event,
    Notice,
    PassagesFound,
    Restarted,
    SentenceReady,
)
from retrieval.answering.phrases import say

NEAREST = 3  # passages shown where there is no answer

Block = list[str]  # lines; an empty one goes before


def answer_page(answer: Answer, *, colour: bool) -> str:
    """The whole answer: sentences with numbered citations, then what the numbers stand for."""
    return "\n".join(AnswerPage(answer.question, colour=colour).write(Done(answer)))


class AnswerPage:
    """Writes one answer, event by event; `Done` writes all that was not written before it."""

    def __init__(self, question: str, *, colour: bool) -> None:
        self._question, self._colour = question, colour
        self._reader: str | None = None
        self._empty, self._sentences = True, 0
        self._known: dict[int, Citation] = {}
        self._shown: set[int] = set()  # the citations whose quotation is shown as a sentence
        self._told: list[Notice] = []

    def write(self, event: Event) -> Iterator[str]:
        """The blocks that the event adds; each but the first begins with an empty line."""
        for block in self._blocks(event):
            yield "\n".join(block if self._empty else ["", *block])
            self._empty = False

    def _blocks(self, event: Event) -> Iterator[Block]:
        match event:
            case PassagesFound():
                yield from self._opening(event.understood)
            case SentenceReady():
                yield self._sentence(event.sentence, event.citations)
            case Restarted():
                self._sentences, self._known, self._shown = 0, {}, set()
                yield self._remark(event.notice)
            case Done():
                yield from self._opening(event.answer.understood)
                yield from self._closing(event.answer)

    def _opening(self, understood: AnswerUnderstood) -> Iterator[Block]:
        if self._reader is not None:
            return
        self._reader = understood.language
        read_as = understood.question if understood.question != self._question else None
        yield [self._dim(one_line(understood_as(understood.language, understood.dates, read_as)))]

    def _closing(self, answer: Answer) -> Iterator[Block]:
        """What follows the sentences; those not written yet, before it."""
        for sentence in answer.sentences[self._sentences :]:
            yield self._sentence(sentence, answer.citations)
        for one in answer.disagreements:
            yield self._warned(values_cited(one.text, one.values, one.citations))
        yield from (self._remark(notice) for notice in answer.notices if notice not in self._told)
        if answer.citations:
            yield from self._sources(answer)
        else:
            nearest = answer.passages[:NEAREST]
            yield from (passage_lines(passage, answer.language, self._colour) for passage in nearest)
        written = f"{say(answer.language, 'Answer')}{' (LLM)' if answer.mode == 'generative' else ''}"
        yield [self._dim(f"{written}: {min(answer.confidence, 0.99):.0%} · {answer.took_ms['total']:.0f} ms")]

    def _sentence(self, sentence: AnswerSentence, citations: Iterable[Citation]) -> Block:
        self._sentences += 1
        self._known |= {one.n: one for one in citations}
        cited = self._known.get(sentence.citations[0]) if sentence.citations else None
        parts = [f"[{n}]" for n in sentence.citations]
        if cited is None or cited.quote != sentence.text:
            return wrapped(" ".join([one_line(sentence.text), *parts]))
        self._shown.add(cited.n)
        if mark := foreign(sentence.language, self._reader or ""):
            parts.insert(0, mark)
        return wrapped(" ".join([quoted(self._quote(cited)), *parts]))

    def _quote(self, cited: Citation) -> str:
        """The quotation on one line, the words that answer marked."""
        spans = [cited.span] if cited.span else []
        return " ".join(marked(cited.quote, cited.start, spans, self._colour).split())

    def _remark(self, notice: Notice) -> Block:
        self._told.append(notice)
        return self._warned(notice.text)

    def _warned(self, text: str) -> Block:
        """What the reader must not miss."""
        return [f"! {styled(line.strip(), BOLD, self._colour)}" for line in wrapped(one_line(text))]

    def _sources(self, answer: Answer) -> Iterator[Block]:
        """What the numbers stand for; an article is described under its first number, a quotation shown only once."""
        first: dict[str, int] = {}
        for cited in answer.citations:
            known = first.setdefault(cited.article_id, cited.n)
            titled = [f"[{cited.n}] {shortened(cited.title)}"]
            lines = titled if known != cited.n else self._about(cited, answer.language)
            if cited.n not in self._shown:
                lines += wrapped(quoted(self._quote(cited)))
            place = citation(cited.article_id, cited.start, cited.end, cited.content_hash, cited.url)
            yield [*lines, self._dim(INDENT + place)]

    def _about(self, cited: Citation, reader: str) -> Block:
        title = styled(shortened(cited.title), BOLD, self._colour)
        return [f"[{cited.n}] {title}", self._dim(INDENT + one_line(facts_of(cited, cited.language, reader)))]

    def _dim(self, text: str) -> str:
        return styled(text, DIM, self._colour)

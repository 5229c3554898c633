"""An answer laid out for a person at a terminal: quotations with numbers, then what the numbers stand for."""

from __future__ import annotations

from api.searching import citation, passage_lines
from api.terminal import BOLD, DIM, INDENT, marked, one_line, shortened, styled, wrapped
from api.wording import facts_of, foreign, quoted
from retrieval.answering import Answer, AnswerSentence, Citation

NEAREST = 3  # passages shown where there is no answer


def answer_page(answer: Answer, *, colour: bool) -> str:
    """The answer with numbered citations, then what the numbers stand for."""
    blocks = [[styled(_head(answer), DIM, colour)]]
    known = {one.n: one for one in answer.citations}
    shown: set[int] = set()
    for sentence in answer.sentences:
        first = known.get(sentence.citations[0]) if sentence.citations else None
        if first is not None and first.quote == sentence.text:
            shown.add(first.n)
        blocks.append(wrapped(_sentence(sentence, first, answer.language, colour)))
    blocks += _remarks(answer, colour)
    if answer.citations:
        blocks += _sources(answer, shown, colour)
    else:
        blocks += [passage_lines(passage, colour) for passage in answer.passages[:NEAREST]]
    return "\n\n".join("\n".join(block) for block in blocks)


def _head(answer: Answer) -> str:
    understood = answer.understood
    dates = "".join(f", {d.text}: {d.earliest} to {d.latest}" for d in understood.dates)
    read_as = f", “{understood.question}”" if understood.question != answer.question else ""
    sure = f"{answer.mode}, {min(answer.confidence, 0.99):.0%} sure that the archive holds the answer"
    return one_line(f"understood as {understood.language}{read_as}{dates}; {sure}; {answer.took_ms['total']:.0f} ms")


def _sentence(sentence: AnswerSentence, cited: Citation | None, reader: str, colour: bool) -> str:
    parts = [f"[{n}]" for n in sentence.citations]
    if cited is None or cited.quote != sentence.text:
        return " ".join([one_line(sentence.text), *parts])
    if mark := foreign(sentence.language, reader):
        parts.insert(0, mark)
    return " ".join([quoted(_quote(cited, colour)), *parts])


def _quote(cited: Citation, colour: bool) -> str:
    """The quotation on one line, the words that answer marked."""
    spans = [cited.span] if cited.span else []
    return " ".join(marked(cited.quote, cited.start, spans, colour).split())


def _remarks(answer: Answer, colour: bool) -> list[list[str]]:
    """What the reader must not miss: disagreements and notices."""
    said = [f"{one.text}{''.join(f' [{n}]' for n in one.citations)}" for one in answer.disagreements]
    said += [notice.text for notice in answer.notices]
    return [[f"! {styled(line.strip(), BOLD, colour)}" for line in wrapped(one_line(text))] for text in said]


def _sources(answer: Answer, shown: set[int], colour: bool) -> list[list[str]]:
    """What the numbers stand for; an article is described under its first number, a quotation shown only once."""
    first: dict[str, int] = {}
    blocks = []
    for cited in answer.citations:
        known = first.setdefault(cited.article_id, cited.n)
        lines = (
            [f"[{cited.n}] same article as [{known}]"] if known != cited.n else _about(cited, answer.language, colour)
        )
        if cited.n not in shown:
            lines += wrapped(quoted(_quote(cited, colour)))
        place = citation(cited.article_id, cited.start, cited.end, cited.content_hash, cited.url)
        blocks.append([*lines, styled(INDENT + place, DIM, colour)])
    return blocks


def _about(cited: Citation, reader: str, colour: bool) -> list[str]:
    facts = one_line(facts_of(cited, cited.language, reader))
    return [f"[{cited.n}] {styled(shortened(cited.title), BOLD, colour)}", styled(INDENT + facts, DIM, colour)]

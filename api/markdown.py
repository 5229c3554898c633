"""An answer as Markdown with numbered citations, written sentence by sentence as the answer is made.

Articles are data: nothing in them becomes an image, HTML, a heading or a link that hides its address. `Writer.markers`
says where each [1] stands in the text, counted in code points.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote as percent

from api.wording import LONGEST_EXCERPT, excerpt, facts_of, foreign, quoted, shorter
from retrieval.answering.phrases import say
from retrieval.answering.records import (
    Answer,
    AnswerSentence,
    Citation,
    Event,
    Notice,
    PassagesFound,
    Restarted,
    SentenceReady,
)
from retrieval.results import Passage, SearchResult

LONGEST_TITLE = 150  # code points
NEAREST = 3  # passages shown where there is no answer
RULE = "\n\n---\n\n"  # between what answers and its sources
_SPECIAL = re.compile(  # what means something to CommonMark, and the $ of formulas
    r"[\\`*\[\]<~]|(?<!\w)_|_(?!\w)|&(?=#?\w+;)|\$(?![\d\s])|^(?:[#+=>-]|\d+(?=[.)]))"
)
_URL_SAFE = ":/?#@!$&'*+,;=%~-._"  # without brackets, which would end a link
_MARKER = re.compile(r" ?\[\d+\]")


@dataclass(frozen=True)
class Place:
    """Where a link leads: the text of an article from `start` to `end`; `url` is the article's own address."""

    article_id: str
    content_hash: str
    start: int
    end: int
    url: str | None


Link = Callable[[Place], str | None]


@dataclass(frozen=True)
class Marker:
    """Where a citation's number stands in the text: from `start` to before `end`."""

    n: int
    start: int
    end: int


def web_address(place: Place) -> str | None:
    """The article's own address, where it has one that a reader may follow."""
    return place.url if place.url and place.url.lower().startswith(("http://", "https://")) else None


def place_of(quoted: Citation | Passage) -> Place:
    """Where a quotation or a passage stands."""
    if isinstance(quoted, Citation):
        return Place(quoted.article_id, quoted.content_hash, quoted.start, quoted.end, quoted.url)
    article = quoted.article
    return Place(article.id, article.content_hash, quoted.start, quoted.end, article.url)


def as_markdown(answer: Answer, link: Link = web_address, *, places: bool = False) -> str:
    """The whole of an answer that is made; `places` adds the ids of articles, and where in them quotations stand."""
    return with_markers(answer, link, places=places)[0]


def with_markers(answer: Answer, link: Link = web_address, *, places: bool = False) -> tuple[str, list[Marker]]:
    """The same, and where its citation numbers stand."""
    writer = Writer(link, places=places)
    known = {citation.n: citation for citation in answer.citations}
    out = [writer.write(PassagesFound(answer.understood, answer.passages))]
    out += [writer.write(SentenceReady(s, tuple(known[n] for n in s.citations))) for s in answer.sentences]
    return "".join([*out, writer.ending(answer)]), writer.markers


def passages_as_markdown(result: SearchResult, link: Link = web_address) -> str:
    """What a search found, each passage whole, with its place in its article."""
    reader = result.understood.language
    return "\n\n".join(_found(passage, reader, link) for passage in result.passages) or say(
        reader, "Nothing was found."
    )


def _found(passage: Passage, reader: str, link: Link) -> str:
    article = passage.article
    about = _after(facts_of(article, article.language, reader)) + _place(article.id, [(passage.start, passage.end)])
    title = _titled(article.id, article.title, link(place_of(passage)))
    return f"{passage.rank}. {title}{about}\n\n   {quoted(plain(passage.text))}"


class Writer:
    """Writes one answer. What `write` and `ending` return, joined, is the text that `markers` point into."""

    def __init__(self, link: Link = web_address, *, places: bool = False) -> None:
        self.markers: list[Marker] = []
        self._link, self._places, self._length, self._language = link, places, 0, ""
        self._citations: dict[int, Citation] = {}
        self._quoted: set[int] = set()
        self._told: set[Notice] = set()

    def write(self, event: Event) -> str:
        """The text that an event adds; what ends an answer is for `ending`."""
        match event:
            case PassagesFound():
                self._language = event.understood.language
            case SentenceReady():
                self._citations |= {citation.n: citation for citation in event.citations}
                return self._paragraph(self._sentence(event.sentence), event.sentence.citations)
            case Restarted():
                self.markers.clear()
                self._quoted.clear()
                self._told.add(event.notice)
                return self._block(_emphasised(event.notice.text))
        return ""

    def ending(self, answer: Answer) -> str:
        """What stands below the sentences: disagreements, notices, and the sources or the nearest passages."""
        out = [self._paragraph(f"⚠ {_emphasised(one.text)}", one.citations) for one in answer.disagreements]
        out += [self._block(self._notice(notice)) for notice in answer.notices if notice not in self._told]
        if answer.citations:
            out.append(self._below(say(self._language, "Sources"), self._sources(answer.citations)))
        elif answer.passages:
            nearest = [self._nearest(passage) for passage in answer.passages[:NEAREST]]
            out.append(self._below(say(self._language, "Nearest passages"), nearest))
        return "".join(out)

    def _sentence(self, sentence: AnswerSentence) -> str:
        cited = self._citations.get(sentence.citations[0]) if sentence.citations else None
        if cited is None or cited.quote != sentence.text:
            return plain(sentence.text)
        self._quoted.add(cited.n)
        if cited.span:
            start, end = cited.span.start - cited.start, cited.span.end - cited.start
            text = _marked(sentence.text, start, end)
        else:
            text = plain(sentence.text)
        return f"{quoted(text)} {foreign(sentence.language, self._language)}".rstrip()

    def _paragraph(self, text: str, numbers: tuple[int, ...]) -> str:
        """A paragraph that ends in citation numbers, whose places are noted."""
        at = self._length + (2 if self._length else 0) + len(text)
        for n in numbers:
            marker = Marker(n, at + 1, at + 1 + len(f"[{n}]"))
            self.markers.append(marker)
            text, at = f"{text} [{n}]", marker.end
        return self._block(text)

    def _block(self, text: str) -> str:
        out = f"\n\n{text}" if self._length else text
        self._length += len(out)
        return out

    def _below(self, heading: str, lines: list[str]) -> str:
        out = (RULE if self._length else "") + "\n".join([f"**{plain(heading)}**", "", *lines])
        self._length += len(out)
        return out

    def _notice(self, notice: Notice) -> str:
        return plain(notice.text) if notice.kind == "refusal" else _emphasised(notice.text)

    def _sources(self, citations: Sequence[Citation]) -> list[str]:
        """One line an article with the numbers under which it is cited, and the quotations that no sentence shows."""
        cited: dict[str, list[Citation]] = {}
        for citation in citations:
            cited.setdefault(citation.article_id, []).append(citation)
        return [self._source(group) for group in cited.values()]

    def _source(self, group: Sequence[Citation]) -> str:
        numbers, cited = "".join(f"[{one.n}] " for one in group), group[0]
        title = _titled(cited.article_id, cited.title, self._link(place_of(cited)))
        about = _after(facts_of(cited, cited.language, self._language))
        place = _place(cited.article_id, [(one.start, one.end) for one in group]) if self._places else ""
        unseen = [one for one in group if one.n not in self._quoted]
        proofs = [f"\n  - [{one.n}] {quoted(plain(shorter(one.quote, LONGEST_EXCERPT)))}" for one in unseen]
        return f"- {numbers}{title}{about}{place}{''.join(proofs)}"

    def _nearest(self, passage: Passage) -> str:
        article = passage.article
        title = _titled(article.id, article.title, self._link(place_of(passage)))
        about = _after(facts_of(article, article.language, self._language))
        place = _place(article.id, [(passage.start, passage.end)]) if self._places else ""
        return f"- {title}{about}{place}: {quoted(plain(excerpt(passage)))}"


def plain(text: str) -> str:
    """Text on one line, such that Markdown shows it as it is."""
    return _SPECIAL.sub(_harmless, " ".join(text.split()))


def spoken(content: str) -> str:
    """What an earlier answer said, without its sources and citation numbers, for a follow-up to lean on."""
    return _MARKER.sub("", content.split(RULE)[0]).strip()


def _titled(article_id: str, title: str, target: str | None) -> str:
    """The title, a link where there is where to go."""
    shown = plain(shorter(title, LONGEST_TITLE) or article_id)
    return f"[{shown}]({percent(target, safe=_URL_SAFE)})" if target else shown


def _harmless(found: re.Match[str]) -> str:
    special = found.group()
    return f"{special}\\" if special.isdigit() else f"\\{special}"  # "1." would begin a list


def _marked(text: str, start: int, end: int) -> str:
    """The words from `start` to `end` bold, where Markdown would not show the stars instead."""
    words = text[start:end].strip()
    start += len(text[start:end]) - len(text[start:end].lstrip())
    end = start + len(words)
    before, after = text[:start], text[end:]
    if not words or _joined(before[-1:], words[0]) or _joined(after[:1], words[-1]):
        return plain(text)
    left, right = (" " if one.isspace() else "" for one in (before[-1:], after[:1]))
    return f"{plain(before)}{left}**{plain(words)}**{right}{plain(after)}"


def _joined(outside: str, inside: str) -> bool:
    """Whether stars between these two would have a letter outside and a mark inside: those neither open nor close."""
    return outside.isalnum() and not inside.isalnum()


def _emphasised(text: str) -> str:
    return f"**{plain(text)}**"


def _after(facts: str) -> str:
    return f" · {plain(facts)}" if facts else ""


def _place(article_id: str, spans: Sequence[tuple[int, int]]) -> str:
    """Where in an article something stands."""
    return _after(f"{article_id} {', '.join(f'{start}:{end}' for start, end in spans)}")

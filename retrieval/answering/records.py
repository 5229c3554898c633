"""What an answer is: frozen records, the one JSON object that says the same, and the events of a streamed answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from retrieval.results import DateRange, Passage, Span, plain_dates

Mode = Literal["extractive", "generative"]


@dataclass(frozen=True)
class Citation:
    """A quotation: the article's text from `start` to `end` is `quote`, in the version that `content_hash` names.

    `span` are the words within it that answer a question for a time, a person, a quantity or a place, where such
    words were found.
    """

    n: int
    article_id: str
    content_hash: str
    start: int
    end: int
    quote: str
    span: Span | None
    title: str
    source: str | None
    published_at: str | None
    language: str
    url: str | None


@dataclass(frozen=True)
class AnswerSentence:
    """One sentence, and the numbers of the citations that prove it. In extractive mode it is the first one's quote."""

    text: str
    language: str
    citations: tuple[int, ...]


@dataclass(frozen=True)
class Disagreement:
    """Statements about the same thing that cannot all hold; `text` says so in the question's language.

    `kind` is "figures" or "dates" between articles, or "arithmetic" for figures that contradict each other in one;
    `values` are the words that differ, one for each of `citations`.
    """

    kind: Literal["figures", "dates", "arithmetic"]
    text: str
    values: tuple[str, ...]
    citations: tuple[int, ...]


@dataclass(frozen=True)
class Notice:
    """What the reader should know beside the answer, in the question's language.

    "refusal" says why there is none; "fallback" that the language model failed and the answer is quoted instead;
    "withheld" that sentences of the language model were not supported and are left out; "as-of" of when the newest
    report is; "undated" that articles without a date are among the sources of a question about a time.
    """

    kind: Literal["refusal", "fallback", "withheld", "as-of", "undated"]
    text: str


@dataclass(frozen=True)
class Unmet:
    """Words of the question to which nothing in the nearest passages answers.

    `start` and `end` count code points of the question that was searched for (`AnswerUnderstood.question`).
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class AnswerUnderstood:
    """What was made of the question: `question` is what was searched for, with what a follow-up left out put back."""

    language: str
    dates: tuple[DateRange, ...]
    question: str


@dataclass(frozen=True)
class Answer:
    """`confidence` is the calibrated probability that the archive holds the answer; `answered` follows from it.

    Not answered, an answer has no sentences: its passages are the nearest that were found, and a notice says why.
    `unmet` are then the words that are plainly missing, the rarest first; mostly there are none.
    """

    question: str
    answered: bool
    confidence: float
    mode: Mode
    language: str
    understood: AnswerUnderstood
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    disagreements: tuple[Disagreement, ...]
    notices: tuple[Notice, ...]
    passages: tuple[Passage, ...]
    took_ms: dict[str, float]
    unmet: tuple[Unmet, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON values."""
        out = asdict(self)
        plain_dates(out["understood"]["dates"])
        return out


@dataclass(frozen=True)
class PassagesFound:
    """The first event: what was understood, and the passages that the answer will be made from."""

    understood: AnswerUnderstood
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class SentenceReady:
    """A sentence that was checked, with those of its citations that no earlier sentence had."""

    sentence: AnswerSentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Restarted:
    """The sentences so far do not count: the language model failed, and the answer is made again without it."""

    notice: Notice


@dataclass(frozen=True)
class Done:
    """The last event: the whole answer."""

    answer: Answer


Event = PassagesFound | SentenceReady | Restarted | Done

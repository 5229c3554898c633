"""Follow-ups: a question that leans on earlier turns, made into one that stands alone. No language model is needed.

A question leans on earlier ones where it opens as a follow-up does ("And with Japan?"), names nothing ("When was
that?", "Who attended?"), begins with a person whom it does not name ("What did she say?"), or is but a place or a time.
Anything else is taken to stand alone and begins a new topic: "When was the treaty signed?" is left as it is.

A place, people, date or name of a follow-up replaces its like in the topic; what has no like there is put beside it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import regex

from retrieval.answering.following.parts import Part, name_of, parts_of
from retrieval.answering.following.small_words import UNSPACED, Token, Words, known_languages, tokens_of, words_of
from retrieval.answering.options import Turn
from retrieval.options import language_code
from retrieval.spoken import spoken

SURE = 0.5  # below this, a few words are rather in the language of the topic
LONGEST_TOPIC = 600  # code points
LONGEST_SMALL = 30  # code points of a question that may be in any language
MOST_CONTENT = 4  # words of content that a question opening with "and" may have and still lean on an earlier one
_HAS = "有"
_PLACES = frozenset(["country", "city", "people"])
_NAME = regex.compile(r"[\p{Lu}\p{Lt}\p{Katakana}]")
_CASED = regex.compile(r"\p{Ll}")
_ENDS = "?!.。？！؟؛;।… "


@dataclass(frozen=True)
class Standalone:
    """A question that stands alone; `language` is the asker's, None where the question itself shows it best.

    `own` is what a follow-up says itself, "" where the question stood alone; `asks` whether that is a question, which
    then says what kind of thing is asked for: "And who was hurt?" asks for a person, whatever was asked before.
    """

    question: str
    language: str | None = None
    own: str = ""
    asks: bool = False

    @property
    def since(self) -> int:
        """The code point from which on the question is the follow-up's own; 0 where it asks nothing itself."""
        topic = len(self.question) - len(self.own)
        return topic if self.asks and self.question[topic:].casefold() == self.own.casefold() else 0


@dataclass(frozen=True)
class _Topic:
    """The last question that stood alone, with what follow-ups have replaced in it."""

    question: str
    language: str


@dataclass(frozen=True)
class _Lean:
    """A follow-up without its opening: its small words, its parts, its content, and whether it asks anew."""

    text: str
    words: Words
    parts: list[Part]
    content: list[Token]
    asks: bool


def standalone(
    question: str, turns: Sequence[Turn], language: str | None = None, kept: Collection[str] = ()
) -> Standalone:
    """The question with what it left out put back from earlier turns; unchanged where it leaves out nothing.

    `language` overrides what would be detected, `kept` are the archive's languages.
    """
    topic: _Topic | None = None
    for turn in turns:
        topic = _read(turn.question, topic, None, kept)[1]
    return _read(question, topic, language, kept)[0] if topic else Standalone(question)


def _read(
    question: str, topic: _Topic | None, language: str | None, kept: Collection[str]
) -> tuple[Standalone, _Topic | None]:
    """The question made to stand alone, and the topic after it."""
    own_language, sure = (language_code(language), 1.0) if language else spoken(question, kept)
    if not topic or not regex.search(r"\p{L}", topic.question):
        return Standalone(question), _Topic(question[:LONGEST_TOPIC], own_language)
    likely = [own_language, topic.language] if sure >= SURE else [topic.language, own_language]
    lean = _first_leaning(question, topic, likely)
    if lean is None:
        return Standalone(question), _Topic(question[:LONGEST_TOPIC], own_language)
    replaced, taken = _replaced(topic, lean)
    own = regex.sub(r"\s+", " ", lean.text)
    alone = Standalone(_composed(replaced, topic, lean, taken), lean.words.language, own, lean.asks)
    return alone, _Topic(replaced, topic.language)


def _first_leaning(question: str, topic: _Topic, likely: Sequence[str]) -> _Lean | None:
    """The question as a follow-up in the language in which it opens as one, or in the first in which it leans.

    Of few words a language is easily mistaken, so a question of nothing but small words is one in any.
    """
    leans = [
        lean
        for code in dict.fromkeys(likely)
        if (words := words_of(code)) and (lean := _leaning(question, words, topic))
    ]
    if leans:
        return next((one for one in leans if one.text != question.strip()), leans[0])
    if len(question) > LONGEST_SMALL:
        return None
    small = (words for code in known_languages() if (words := words_of(code)) and _only_small(question, words))
    anywhere = (_leaning(question, words, topic) for words in small)
    return next((lean for lean in anywhere if lean and lean.asks and not lean.content and not lean.parts), None)


def _only_small(question: str, words: Words) -> bool:
    """Whether it is nothing but small words: told without a language's dates and places, which take long to load."""
    opening = words.opening.match(question)
    tokens = tokens_of(question[opening.end() if opening else 0 :].strip(), words)
    return all(token.text in words.small or token.text.isdecimal() for token in tokens)


def _leaning(question: str, words: Words, topic: _Topic) -> _Lean | None:
    """The question as a follow-up in a language; None where it stands alone."""
    opening = words.opening.match(question)
    text = question[opening.end() if opening else 0 :].strip()
    tokens = tokens_of(text, words)
    parts = parts_of(text, words.language, date.today(), whole=not opening)
    content = [t for t in tokens if t.text not in words.small and not t.text.isdecimal() and not _within(t, parts)]
    lean = _Lean(text, words, parts, content, any(t.text in words.questions for t in tokens))
    weight = _weight(content, words) + len(parts)
    if opening and weight <= (2 if lean.asks and parts else 3 if lean.asks else MOST_CONTENT):
        return lean if text else None
    if not content and not parts:
        return lean if tokens else None
    if _names_nobody(tokens, lean) or _names_nothing(tokens, lean):
        return lean
    bare = not content and not lean.asks and len(tokens) <= 6 and not question.rstrip().endswith(('"', "»"))
    return lean if bare and _alike(parts, topic) else None


def _within(token: Token, parts: Sequence[Part]) -> bool:
    return any(part.start < token.end and token.start < part.end for part in parts)


def _weight(content: Sequence[Token], words: Words) -> int:
    """About how many words the content is."""
    if words.language not in UNSPACED:
        return len(content)
    return sum(-(-len(token.text) // (2 if words.language == "zh" else 4)) for token in content)


def _names_nobody(tokens: Sequence[Token], lean: _Lean) -> bool:
    """Whether a pronoun comes before anything it could stand for, or ends a question that names nothing."""
    starts = [token.start for token in lean.content] + [part.start for part in lean.parts]
    first = min(starts, default=len(lean.text))
    if any(token.text in lean.words.persons and token.start < first for token in tokens):
        return _weight(lean.content, lean.words) <= MOST_CONTENT
    last = tokens[-1].text if tokens else ""
    ends = last in lean.words.pronouns or last in lean.words.persons
    return ends and not lean.parts and _weight(lean.content, lean.words) <= 2


def _names_nothing(tokens: Sequence[Token], lean: _Lean) -> bool:
    """Whether a question has but a verb: "Who attended?", "When was that signed?"; names show by their capitals."""
    said = [token.text for token in tokens]
    if not lean.asks or lean.parts or len(said) > 7:
        return False
    if lean.words.what.intersection(said):
        return _asks_who_belongs(tokens, lean)
    content = [lean.text[token.start : token.end] for token in lean.content]
    if any(_NAME.match(word) for word in content):
        return False
    cased = any(_CASED.match(word) for word in content)
    most = 2 if (cased and lean.words.pronouns.intersection(said)) or lean.words.language == "zh" else 1
    return _weight(lean.content, lean.words) <= most


def _asks_who_belongs(tokens: Sequence[Token], lean: _Lean) -> bool:
    """Whether it asks what a thing consists of that it does not name further: 乘组有谁 ("who is in the crew?").

    That thing is one that was spoken of before, while 什么是光合作用 ("what is photosynthesis?") stands alone.
    """
    following = {token.text for before, token in pairwise(tokens) if before.text == _HAS}
    few = 0 < _weight(lean.content, lean.words) <= 2
    return few and bool(following & lean.words.questions) and tokens[0] in lean.content


def _alike(parts: Sequence[Part], topic: _Topic) -> bool:
    """Whether the topic has something that one of the parts may replace."""
    return any(_parallel(part, parts_of(topic.question, topic.language, date.today())) for part in parts)


def _parallel(part: Part, others: Sequence[Part]) -> Part | None:
    """The part of a topic in whose place a part of a follow-up stands.

    The last of its kind, or of a like one, if possible after the same small word: "in Japan" for "in Germany".
    """
    if any((part.kind, part.key) == (other.kind, other.key) for other in others):
        return None
    same = [other for other in others if other.kind == part.kind]
    like = same or [other for other in others if {other.kind, part.kind} <= _PLACES]
    after = [other for other in like if part.before and other.before == part.before] or like
    return after[-1] if after else None


def _without_asking(question: str, language: str) -> str:
    """What a question is about, without the question word in front of it and its verb ("When did the").

    Where that stands elsewhere it stays: taken out, it would leave parts of words, or of other words (Turkish "neden").
    """
    words = words_of(language)
    if words is None:
        return question
    tokens = tokens_of(question, words)
    first = next((at for at, token in enumerate(tokens) if token.text not in words.small), len(tokens))
    opening = any(token.text in words.questions for token in tokens[:first])
    start = tokens[first].start if opening and first < len(tokens) else 0
    return question[start:].strip(_ENDS) or question


def _replaced(topic: _Topic, lean: _Lean) -> tuple[str, set[Part]]:
    """The topic with the follow-up's parts in place of their like, and which of them found one."""
    text, taken = topic.question, set()
    done: list[str] = []
    for part in lean.parts:
        others = [p for p in parts_of(text, topic.language, date.today()) if text[p.start : p.end] not in done]
        old = _parallel(part, others)
        if old or any((part.kind, part.key) == (other.kind, other.key) for other in others):
            taken.add(part)
        if old:
            done.append(_said(part, lean, topic.language))
            text = text[: old.start] + done[-1] + text[old.end :]
    return text, taken


def _said(part: Part, lean: _Lean, language: str) -> str:
    """The part as the follow-up says it, or in the language of the topic."""
    said = lean.text[part.start : part.end]
    return said if lean.words.language == language else name_of(part, language) or said


def _composed(replaced: str, topic: _Topic, lean: _Lean, taken: set[Part]) -> str:
    """The topic alone where the follow-up only replaces; else both, the follow-up last.

    Where that asks, the topic no longer does: its question word would choose the answer.
    """
    if not lean.asks and not lean.content and taken == set(lean.parts) and lean.parts:
        return replaced
    if lean.asks:
        replaced = _without_asking(replaced, topic.language)
    rest = regex.sub(r"\s+", " ", lean.text)
    if lean.words.language not in ("tr", "az"):  # whose i has a capital of its own
        rest = rest[:1].upper() + rest[1:]
    return f"{replaced.rstrip()} {rest}" if replaced.rstrip()[-1] in _ENDS else f"{replaced}: {rest}"

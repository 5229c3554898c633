"""From a draft to an article: the text is normalised once, and what the file leaves out is read from the text.

Nothing is invented: what neither the file nor the head of the article says stays empty. Done twice, it changes
nothing the second time, so an exported archive comes back the same. The only file that knows ftfy.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from index.article import Article, Draft
from index.errors import BadInput
from index.reading.exported import Exported, article_of
from index.text.dateline import Dateline, head_lines, read_dateline
from index.text.dates import normal_date
from index.text.language import UNKNOWN, detect, normalise_code
from index.text.sentences import sentence_spans

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

_HEBREW = 6  # multiplication signs; Hebrew mojibake has many, a knitting pattern or a size has few
_SHIELD = "\ue000"
_REACH = 5  # code points to either side of a suspicious sign; none of ftfy's patterns goes further
_SUSPICIOUS = (
    "c1", "bad", "law", "currency", "start_punctuation", "end_punctuation", "numeric", "upper_accented", "box"
)  # fmt: skip
_ROUNDS = 4  # one step may bring up work for another; in practice the second changes nothing
_TITLE = 200  # code points at most
_SHORT = 15
_HEADLINE = 160
_NEWLINES = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f\ufeff]")
_BLANK_START = re.compile(r"(?:[^\S\n]*\n)+")
# A host with a second address stuck to it, as from https://example.orghttps://example.org/1: the name of no publisher.
_BROKEN_HOST = re.compile(r"(?:https?://)?[\w.-]+https?:(?:/\S*)?", re.I)
_OPEN_END = tuple(".,;:،۔。、，；：")


@dataclass(frozen=True)
class Enriched:
    """The article, and what of the file's own statements had to be ignored, each with its cure."""

    article: Article
    notes: tuple[str, ...] = ()


def article_from(draft: Draft) -> Enriched:
    """The article of a draft; BadInput where its text says nothing. What an archive exported is what it was."""
    if isinstance(draft, Exported) and _has_normal_codes(draft):
        return Enriched(replace(article_of(draft), id=_code(draft.id) or draft.id or ""))
    text = normal_text(draft.text)
    if not any(char.isalnum() for char in text):
        raise BadInput(f"the text holds no letter: {text[:40]!r}", "give the article's text")
    notes: list[str] = []
    given_title = _one_line(draft.title)
    language, confidence = _language(draft, f"{given_title or ''}\n{text}", notes)
    line = read_dateline(text, language, f"{draft.url or ''} {draft.name or ''}")
    title = given_title or _one_line(_title(text, line, language)) or ""
    identifier = identity(draft) or _hashed(draft, given_title, text)
    published = _published(draft, language, notes) or line.published_at
    article = Article(
        id=identifier,
        title=title,
        text=text,
        language=language,
        language_confidence=confidence,
        published_at=published,
        source=_source(draft, notes) or line.source,
        author=_one_line(draft.author) or line.author,
        url=_code(draft.url),
    )
    return Enriched(article, tuple(notes))


def _has_normal_codes(draft: Draft) -> bool:
    """Whether id, date and language have, or can be given, the form in which an archive keeps them."""
    language, date = draft.language or "", draft.published_at
    dated = date is None or normal_date(date, language) == date
    return dated and language in (UNKNOWN, normalise_code(language)) and _code(draft.id) is not None


def identity(draft: Draft) -> str | None:
    """The id that the draft brings along: its own, else its address, else its name; None where it has none of them."""
    return _code(draft.id) or _code(draft.url) or _code(draft.name)


def normal_text(text: str) -> str:
    """The text as the archive keeps it: NFC, \\n line ends, no mojibake, no control characters; else as it was."""
    for _ in range(_ROUNDS):
        before, text = text, _normal_once(text)
        if text == before:
            break
    return text


def _normal_once(text: str) -> str:
    if not text.isascii():
        text = _repaired(text)
    text = _CONTROLS.sub("", _NEWLINES.sub("\n", text))
    blank = _BLANK_START.match(text)
    return unicodedata.normalize("NFC", text[blank.end() :] if blank else text).rstrip()


def _repaired(text: str) -> str:
    """Without surrogates, and mojibake undone where it is certain."""
    from ftfy import fix_encoding

    text = _without_surrogates(text)
    few = text.count("×") < _HEBREW and _SHIELD not in text
    shielded = text.replace("×", _SHIELD) if few else text
    if not is_mojibake(shielded):
        return text
    return fix_encoding(shielded, _repairs()).replace(_SHIELD, "×" if few else _SHIELD)


def is_mojibake(text: str) -> bool:
    """What `ftfy.badness.is_bad` says of a text, which is asked only where a sign stands that its patterns need."""
    from ftfy.badness import is_bad

    around = (text[max(found.start() - _REACH, 0) : found.end() + _REACH] for found in _suspects().finditer(text))
    return any(map(is_bad, around)) and is_bad(text)


@lru_cache(maxsize=1)
def _suspects() -> re.Pattern[str]:
    """Signs of which each of ftfy's patterns needs at least one; a test compares."""
    from ftfy.badness import MOJIBAKE_CATEGORIES

    return re.compile("[" + "".join(MOJIBAKE_CATEGORIES[name] for name in _SUSPICIOUS) + "œÙЂ°]")


def _without_surrogates(text: str) -> str:
    """Pairs joined, lone halves replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


@lru_cache(maxsize=1)
def _repairs() -> TextFixerConfig:
    """Only what undoes a wrong decoding for certain: quotes, ligatures and full-width forms stay as they are."""
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        unescape_html=False,
        uncurl_quotes=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        restore_byte_a0=False,
        replace_lossy_sequences=False,
    )


def _one_line(value: str | None) -> str | None:
    """A title or a name, normalised like the text, without line breaks."""
    if not value:
        return None
    for _ in range(_ROUNDS):
        before, value = value, " ".join(normal_text(value).split())
        if value == before:
            break
    return value or None


def _code(value: str | None) -> str | None:
    """An id or an address: nothing in it is repaired, only what no archive can hold is left out."""
    if not value:
        return None
    held = _without_surrogates(value)
    return " ".join(unicodedata.normalize("NFC", _CONTROLS.sub("", held)).split()) or None


def _language(draft: Draft, text: str, notes: list[str]) -> tuple[str, float]:
    """As the file names it, else as detected."""
    named = draft.language.strip() if draft.language else ""
    code = normalise_code(named) if named else None
    if code is not None:
        return code, 1.0
    if named.lower() == UNKNOWN:  # an export says so; on text this odd, a second guess may be another one
        return UNKNOWN, 0.0
    if named:
        notes.append(f"language {named[:40]!r} ignored: give an ISO 639 code such as 'de'; it was detected instead")
    return detect(text)


def _published(draft: Draft, language: str, notes: list[str]) -> str | None:
    given = draft.published_at.strip() if draft.published_at else ""
    if not given:
        return None
    found = normal_date(given, language)
    if found is None:
        notes.append(f"date {given[:40]!r} ignored: give a day that has been, as YYYY-MM-DD")
    return found


def _source(draft: Draft, notes: list[str]) -> str | None:
    given = _one_line(draft.source)
    if given is None or not _BROKEN_HOST.fullmatch(given):
        return given
    notes.append(f"source {given[:40]!r} ignored: it is a broken address; give the publisher's name")
    return None


def _title(text: str, line: Dateline, language: str) -> str:
    """The headline at the head of the text, else its first sentence behind the dateline."""
    return _headline(text, line) or _first_sentence(text[line.end :], language) or _first_sentence(text, language)


def _headline(text: str, dateline: Dateline) -> str | None:
    """A short line that ends no sentence, at the very top or just below the dateline; above it perhaps a section."""
    lines = head_lines(text)
    if dateline.end and _starts_with_dateline(lines, dateline):
        lines = head_lines(text[dateline.end :])
    if len(lines) > 2 and _is_section(lines[0][1]):
        lines = lines[1:]
    if len(lines) < 2:
        return None
    first = lines[0][1].strip().lstrip("#").strip().removeprefix("原标题：")
    if len(first) > _HEADLINE or first.endswith(_OPEN_END) or _is_section(first) or first == dateline.author:
        return None
    longer = any(len(line) > len(first) for _, line in lines[1:])
    wordy = len(first.split()) > 2 or (len(first) >= 8 and not first.isascii())
    return " ".join(first.split()) if longer and wordy else None


def _starts_with_dateline(lines: list[tuple[int, str]], dateline: Dateline) -> bool:
    """Whether the dateline begins in the first line, not below a headline."""
    return dateline.end <= lines[0][0] + len(lines[0][1]) or read_dateline(lines[0][1], "en").end > 0


def _is_section(line: str) -> bool:
    line = line.strip()
    return line.isupper() and len(line.split()) <= 3 and len(line) <= 30


def _first_sentence(text: str, language: str) -> str:
    """The first sentence of a text, with the next where it is very short; cut at a word where it is long."""
    paragraph = next((line.strip() for line in text.split("\n") if line.strip()), "")[: 4 * _TITLE]
    spans = sentence_spans(paragraph, language)
    sentence = paragraph[: next((end for _, end in spans if end >= _SHORT), len(paragraph))]
    if len(sentence) <= _TITLE:
        return " ".join(sentence.split())
    cut = sentence[: _TITLE + 1]
    return " ".join((cut.rsplit(None, 1)[0] if " " in cut[_TITLE // 2 :] else cut[:_TITLE]).split())


def _hashed(draft: Draft, title: str | None, text: str) -> str:
    """Of all that is given: copies of one text from several sources are several articles."""
    given = (draft.language, draft.published_at, draft.source, draft.author)
    said = json.dumps([title, text, *(_one_line(value) for value in given)])
    digest = hashlib.sha256(said.encode()).hexdigest()
    return f"sha-{digest[:16]}"

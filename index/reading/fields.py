"""From a record with any field names to a Draft: the names news archives use, and what their values look like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from index.article import Draft, Rejection
from index.reading.entities import unescaped
from index.reading.exported import exported
from index.reading.options import FIELDS, ReadOptions
from index.reading.stream import Source

# In order of preference, compared without case, spaces and punctuation.
_NAMES = {
    "text": "text body content article articletext articlebody bodytext fulltext maintext contenttext plaintext "
    "story contenthtml bodyhtml html texto texte testo metin текст",
    "title": "title headline heading articletitle titel titre titulo título titolo başlık заголовок",
    "published_at": "publishedat date published publishdate pubdate datepublished publicationdate publisheddate "
    "dateofpublication datetime datum fecha tarih дата",
    "url": "url link permalink articleurl href uri",
    "author": "author byline creator dccreator authors writer autor auteur autore yazar автор",
    "source": "source publisher outlet newspaper sourcename sitename agency quelle fuente kaynak источник",
    "language": "language lang languagecode sprache idioma langue язык",
    "id": "id guid docid articleid uuid",
}
_INNER = ("text", "content", "body", "value", "paragraphs", "html", "#text")  # of an object in a text field
_WRITTEN = frozenset({"text", "title", "source", "author"})  # may be markup; ids and addresses are taken as given
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split()}
_MARKUP = re.compile(r"\s*<(p|div|article|section|h[1-6]|html|body|figure|ul|ol|table|blockquote|!doctype)\b", re.I)


def normal_name(name: str) -> str:
    """A field name without case, spaces and punctuation: " Publish_Date" is "publishdate"."""
    return "".join(filter(str.isalnum, name.casefold()))


def recognised(name: str) -> str | None:
    """The field of a draft that a normal name stands for."""
    return _FIELD_OF.get(name)


def columns_for(names: Iterable[str], wanted: Mapping[str, str]) -> dict[str, list[str]]:
    """For each field of a draft the names in the file that may hold it, best first; `wanted` go before all others."""
    usual = _columns(tuple(names))
    return usual | {field: [name, *usual.get(field, [])] for field, name in wanted.items()}


@lru_cache(maxsize=64)
def _columns(names: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        if field := recognised(normal_name(name)):
            found.setdefault(field, []).append(name)
    for field, spellings in found.items():
        order = _NAMES[field].split()
        spellings.sort(key=lambda name: order.index(normal_name(name)))
    return found


@dataclass(frozen=True)
class Place:
    """Where a record stands: for the draft's name and for messages."""

    source: Source
    record: int
    name: str | None = None  # of a file that is one article; other records go by their id or url


def draft_of(record: object, place: Place, options: ReadOptions, *, plain: bool = False) -> Draft | Rejection:
    """A draft from one record of a JSON, CSV or Parquet file; where it is `plain`, entities in it are meant."""
    if not isinstance(record, Mapping):
        return rejection(place, f"the record is {_kind(record)}, not an object", "make it an object with a text field")
    if (known := exported(record, place.source.origin, place.record)) is not None:
        return known
    columns = columns_for((str(key) for key in record), options.fields)
    values = {field: _first(record, columns.get(field, []), field, plain) for field in FIELDS}
    if not values["text"]:
        return _without_text(record, columns.get("text", []), place)
    return Draft(
        text=values["text"],
        origin=place.source.origin,
        record=place.record,
        name=None if values["id"] else place.name or values["url"],
        id=values["id"],
        title=values["title"],
        language=values["language"],
        published_at=values["published_at"] or place.source.published_at,
        source=values["source"],
        author=values["author"],
        url=values["url"],
    )


def _without_text(record: Mapping[object, object], names: Iterable[str], place: Place) -> Rejection:
    """A field for the text that is there but says nothing is another fault than none."""
    if empty := [repr(name[:40]) for name in names if name in record]:
        which = f"{', '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty"
        return rejection(place, f"no text; {which}", "fill it in, or leave the record out")
    cure = "name the field that holds the text, e.g. --map text=body_html"
    return rejection(place, f"no text; fields seen: {_listed(record)}", cure)


def has_text(record: Mapping[object, object], options: ReadOptions) -> bool:
    """Whether a record is an article by itself."""
    names = columns_for((str(key) for key in record), options.fields).get("text", [])
    return _first(record, names, "text", plain=True) is not None


def rejection(place: Place, reason: str, cure: str) -> Rejection:
    """A rejection of the record at `place`."""
    return Rejection(place.source.origin, place.record, reason, cure)


def _listed(record: Mapping[object, object]) -> str:
    names = [str(key)[:40] for key in record]
    return (", ".join(names[:20]) + (", ..." if len(names) > 20 else "")) or "none"


def _kind(value: object) -> str:
    if isinstance(value, str):
        return "a string"
    return "a list" if isinstance(value, list) else "nothing" if value is None else f"a {type(value).__name__}"


def _first(record: Mapping[object, object], names: list[str], field: str, plain: bool) -> str | None:
    """The first of the named values that says something, as text."""
    for name in names:
        value = record[name] if name in record else _dotted(record, name)
        text = _as_paragraphs(value) if field == "text" else _as_text(value)
        if text and text.strip():
            return _without_markup(text, name, plain) if field in _WRITTEN else text
    return None


def _dotted(record: object, name: str) -> object:
    for part in name.split("."):
        if not isinstance(record, Mapping):
            return None
        record = record.get(part)
    return record


def _as_paragraphs(value: object) -> str | None:
    """The text of a text field: its parts, where it is a list of them, with blank lines between."""
    if isinstance(value, Mapping):
        parts = (_as_paragraphs(value[key]) for key in _INNER if key in value)
        return next(filter(None, parts), None) or _as_text(value)
    if isinstance(value, (list, tuple)):
        return "\n\n".join(filter(None, map(_as_paragraphs, value))) or None
    return _as_text(value)


def _as_text(value: object) -> str | None:
    """A value as text: a list is joined, an object gives its name, a missing number gives nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return next((_as_text(value[key]) for key in ("name", "title", "value", "#text") if key in value), None)
    if isinstance(value, (list, tuple)):
        return ", ".join(filter(None, map(_as_text, value))) or None
    if value is None or isinstance(value, bool) or value != value:
        return None
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _without_markup(text: str, name: str, plain: bool) -> str:
    """Text of a field that holds HTML: its name says so, or it both begins and ends as markup does, escaped or not."""
    is_html = "html" in name.lower()
    if not is_html and not plain:
        text = unescaped(text)
    if is_html or (_MARKUP.match(text) and text.rstrip().endswith(">")):
        from index.reading.page import stripped

        return stripped(text)
    return text

"""What a caller may ask of the reader: field mapping, limits, and a place to watch its progress."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field

from index.errors import BadInput

MIB = 1024 * 1024
FIELDS = ("id", "title", "text", "language", "published_at", "source", "author", "url")
_SHORT_NAMES = {"date": "published_at", "lang": "language"}


@dataclass(frozen=True)
class Limits:
    """How much of a hostile or broken file is read; sizes in bytes."""

    line: int = 64 * MIB
    whole: int = 64 * MIB  # a file that must be in memory at once: a page, a PDF, a plain text
    spooled: int = 2048 * MIB  # a packed file that needs seeking: it is copied to a temporary file
    unpacked: int = 64 * 1024 * MIB
    ratio: int = 200  # unpacked to packed, once `ratio_from` bytes are out
    ratio_from: int = 16 * MIB
    members: int = 100_000
    depth: int = 5  # archives within archives; a .tar.gz is two
    download: int = 32 * MIB
    seconds: float = 30.0  # for one download
    redirects: int = 5


@dataclass(frozen=True)
class ReadOptions:
    """How to read; `fields` maps a field of a draft to the name it has in the file: {"text": "body_html"}.

    A dotted name reaches into objects: {"text": "fields.bodyText"}. `encoding` and `delimiter` overrule detection.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    id_prefix: str = ""
    allow_private: bool = False
    delimiter: str | None = None
    encoding: str | None = None
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        """Refuse what cannot be meant; short names of fields become the full ones."""
        full = {_SHORT_NAMES.get(key, key): value for key, value in self.fields.items()}
        for key in full.keys() - set(FIELDS):
            raise BadInput(f"cannot map the field {key!r}", f"use one of {', '.join(FIELDS)}")
        if self.delimiter is not None and len(self.delimiter) != 1:
            raise BadInput(f"the delimiter is {self.delimiter!r}", "give exactly one character, e.g. ';'")
        if self.encoding is not None:
            _check_encoding(self.encoding)
        object.__setattr__(self, "fields", full)


def _check_encoding(name: str) -> None:
    try:
        codecs.lookup(name)
    except LookupError:
        raise BadInput(f"the encoding {name!r} is unknown", "give a name such as utf-8, cp1251 or gb18030") from None


@dataclass
class Progress:
    """How far the reader is, in bytes of the files given (packed size); a caller reads it while it iterates."""

    bytes_done: int = 0
    bytes_total: int | None = None  # None where it cannot be known: standard input, a URL
    current: str = ""

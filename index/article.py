"""The records of the document path: a Draft is what a file gives, an Article what the archive keeps.

It does not read files (index/reading) nor guess what a file leaves out (index/ingesting/enrich.py).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from index.text.published import parsed


@dataclass(frozen=True)
class Draft:
    """One article as its file gives it; absent means the file does not say.

    `origin` names the file (or URL) and, behind "!", the member of an archive; `record` counts from 1 within it.
    `name` is a stable name for an article that has no id of its own: the path below the folder that was given.
    """

    text: str
    origin: str
    record: int
    name: str | None = None
    id: str | None = None
    title: str | None = None
    language: str | None = None
    published_at: str | None = None
    source: str | None = None
    author: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Rejection:
    """A record that could not be read: where it is, what is wrong, and what to do about it."""

    origin: str
    record: int
    reason: str
    cure: str


@dataclass(frozen=True)
class Article:
    """One article as the archive keeps it; every offset of a chunk or citation counts code points of `text`.

    `published_at` is an EDTF date (ISO 8601-2) with the precision the article has: "2020-11-13", "2022-10",
    "XXXX-11-29" where no year is shown, "2024?-11-29" where the year was inferred from elsewhere in the article.
    `language` is an ISO 639-1 code (639-3 where there is none), "und" when unknown; `language_confidence` is 1.0
    when the file named it.
    """

    id: str
    title: str
    text: str
    language: str
    language_confidence: float
    published_at: str | None
    source: str | None
    author: str | None
    url: str | None

    @property
    def day(self) -> str:
        """The date without time of day and without EDTF's marks: "2020-11-13", "2024-11-29", "11-29"; may be empty."""
        known = parsed(self.published_at)
        return known.plain if known else self.published_at or ""

    @property
    def context(self) -> str:
        """What the encoder is told of the article around a passage; a title that the text repeats is left out."""
        title = "" if self.text.lstrip().startswith(self.title) else self.title
        return " · ".join(part for part in (title, self.source or "", self.day) if part)

    @property
    def content_hash(self) -> str:
        """SHA-256, in hexadecimal, over everything a reader of the article sees, as UTF-8 JSON; None is null."""
        seen = [self.title, self.text, self.language, self.published_at, self.source, self.author, self.url]
        return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()

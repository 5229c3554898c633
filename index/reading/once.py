"""One id, one article: within a run the same id twice is either the same article, kept once, or a mistake."""

from __future__ import annotations

import hashlib
from dataclasses import astuple, replace

from index.article import Draft, Rejection


class Once:
    """Remembers, of every draft of a run, a hash and where it stood; never its text."""

    def __init__(self) -> None:
        self._seen: dict[bytes, tuple[bytes, str, int]] = {}

    def admit(self, draft: Draft) -> Draft | Rejection | None:
        """The draft itself, None where the very same came before, a rejection where its id is taken."""
        content = _hash(astuple(replace(draft, origin="", record=0)))
        known = draft.id or draft.name
        key = content if known is None else _hash((known,))
        first_content, origin, record = self._seen.setdefault(key, (content, draft.origin, draft.record))
        if (origin, record) == (draft.origin, draft.record):
            return draft
        if first_content == content:
            return None
        return Rejection(
            draft.origin,
            draft.record,
            f"the id {known!r} was given before, to another article, in {origin} (record {record})",
            "give each article an id of its own, or read the files in two runs with different id prefixes",
        )


def _hash(values: tuple[object, ...]) -> bytes:
    return hashlib.blake2b(repr(values).encode("utf-8", "surrogatepass"), digest_size=16).digest()

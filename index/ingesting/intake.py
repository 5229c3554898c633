"""What is to be done about each draft: nothing, as the archive holds it; rejected; or cut, to be encoded and stored.

One run of `ingest` has one `Intake`. It decides in the order of the drafts, whoever prepares the articles: this process
(`steps`), or others that are sent what is `waiting` (index/ingesting/ray_workers.py).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

from index.archive import Archive
from index.article import Article, Draft, Rejection
from index.encoders.encoder import Encoder
from index.errors import BadInput, ZitatError
from index.ingesting.enrich import Enriched, article_from, identity
from index.ingesting.entries import Cut, cut
from index.ingesting.prefetch import stopped
from index.reading.exported import Exported
from index.reading.files import other_names, printable

SMALL_STEP = 4  # tokens that what is not encoded counts as, so that a batch of it ends, too
LETTERS_A_TOKEN = 3  # about; so much is known before the text is cut

Made = TypeVar("Made")


@dataclass(frozen=True)
class Unchanged:
    """An article that the archive holds as it is; `draft_hash` when it did so under another form of the file."""

    article_id: str
    draft_hash: str | None = None


@dataclass(frozen=True)
class Pending:
    """A draft that is not known by its hash. `held` is the content that the archive holds under the id it brings.

    `repeats`: its id came before in this run, so that what becomes of it depends on what became of that one. `is_new`:
    no article had its id or address when it was looked up, so that nobody need look again.
    """

    draft: Draft
    hashed: str
    held: str | None = None
    repeats: bool = False
    is_new: bool = False

    @property
    def origin(self) -> str:
        """Where it comes from, as it may be shown and stored."""
        return printable(str(self.draft.origin))


Step = Cut | Unchanged | Rejection
Waiting = Pending | Unchanged | Rejection


def tokens_of(step: Step | Waiting) -> int:
    """What the encoder will have to do with it, estimated where it is not cut yet."""
    if isinstance(step, Pending):
        return len(step.draft.text) // LETTERS_A_TOKEN + SMALL_STEP
    return step.tokens if isinstance(step, Cut) else SMALL_STEP


def draft_hash(draft: Draft) -> str:
    """Of all that the file says, so that an unchanged record is known without reading its text again."""
    said = [draft.text, draft.name, draft.id, draft.title, draft.language, draft.published_at]
    said += [draft.source, draft.author, draft.url]
    said += [str(draft.language_confidence)] if isinstance(draft, Exported) else []
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def safely(draft: Draft, make: Callable[[], Made]) -> Made | Rejection:
    """No record takes the others of its batch with it; what is wrong with the archive or the encoder comes out."""
    place = printable(str(draft.origin)), draft.record
    try:
        return make()
    except BadInput as error:
        return Rejection(*place, error.reason, error.cure)
    except (ZitatError, OSError, MemoryError):
        raise
    except Exception as error:  # a library may raise anything over odd text
        reason = f"it cannot be prepared: {type(error).__name__}: {error}"
        return Rejection(*place, printable(reason[:300]), "leave the record out, and tell the makers of Zitat")


class _First(NamedTuple):
    """Where in this run an id came first, and with what; `content` is None where it is what the archive holds."""

    draft_hash: str
    content: str | None
    origin: str
    record: int


@dataclass
class Intake:
    """What one run knows of the drafts it has seen: their ids and hashes, never their texts."""

    archive: Archive
    encoder: Encoder
    report: Callable[[Rejection], None]
    note: Callable[[Rejection], None]
    first: dict[bytes, _First] = field(default_factory=dict)
    sent: set[bytes] = field(default_factory=set)

    def steps(self, items: Iterable[Draft | Rejection]) -> Iterator[Step]:
        """What is to be done about each item; ends early when nobody waits for it any more."""
        for item in items:
            if stopped():
                return
            yield self.reported(item if isinstance(item, Rejection) else self.step(item))

    def step(self, draft: Draft) -> Step:
        """What is to be done about one draft, prepared here and now."""
        return safely(draft, lambda: self._prepared(draft))

    def reported(self, step: Step) -> Step:
        """The step itself; a rejection is told at once."""
        if isinstance(step, Rejection):
            self.report(step)
        return step

    def waiting(self, items: Iterable[Draft | Rejection]) -> Iterator[Waiting]:
        """The items, for others to prepare what is new; each comes back, in this order, through `decided` or `step`."""
        for item in items:
            if stopped():
                return
            yield item if isinstance(item, Rejection) else safely(item, lambda item=item: self._sent(item))  # type: ignore[misc]

    def decided(self, pending: Pending, enriched: Enriched, make: Callable[[Article], Cut]) -> Cut | Unchanged:
        """What is to be done about an article; `make` cuts it where it is to be stored."""
        draft, origin = pending.draft, pending.origin
        article = self._as_first_named(draft, enriched.article, origin)
        first = self.first.get(_key(article.id))
        step = self._seen_before(article, first) if first else self._compared(pending, article, make)
        if first is None:
            self.first[_key(article.id)] = _First(pending.hashed, article.content_hash, origin, draft.record)
            self._note(enriched.notes, origin, draft.record)
        return step

    def cut(self, pending: Pending, article: Article) -> Cut:
        """Cut it here, in chunks of the archive's size."""
        return cut(article, self.encoder, self.archive.manifest.chunk_tokens, pending.hashed, pending.origin)

    def _prepared(self, draft: Draft) -> Cut | Unchanged:
        pending = self._recognised(draft)
        if isinstance(pending, Unchanged):
            return pending
        return self.decided(pending, article_from(draft), lambda article: self.cut(pending, article))

    def _sent(self, draft: Draft) -> Pending | Unchanged:
        """As `_recognised`; what has the id of one that is still away waits until that one is decided."""
        brought = identity(draft)
        if brought is None:
            return self._recognised(draft)
        if _key(brought) in self.sent:
            return Pending(draft, "", repeats=True)
        pending = self._recognised(draft)
        if isinstance(pending, Unchanged):
            return pending
        self.sent.add(_key(brought))
        known = self.archive.store.article_origin(brought)
        return replace(pending, held=known.content_hash if known else None)

    def _recognised(self, draft: Draft) -> Pending | Unchanged:
        """By the hash of the draft, before its text is read again."""
        hashed, brought = draft_hash(draft), identity(draft)
        first = self.first.get(_key(brought)) if brought else None
        lasting = bool(brought and _has_own_id(draft))
        known = self.archive.store.article_origin(brought) if brought and lasting and not first else None
        if known.draft_hash == hashed if known else not (first or lasting) and self.archive.store.holds_draft(hashed):
            if brought:
                self.first[_key(brought)] = _First(hashed, None, printable(str(draft.origin)), draft.record)
            return Unchanged(brought or "")
        if first is not None and first.draft_hash == hashed:
            return Unchanged(brought or "")
        return Pending(draft, hashed, is_new=lasting and not first and not known)

    def _as_first_named(self, draft: Draft, article: Article, origin: str) -> Article:
        """A file that is given again through another of its folders is the same article, under the id that it has."""
        others = other_names(article.id, origin) if draft.name and not _has_own_id(draft) else []
        if not others or self.archive.store.article_origin(article.id):
            return article
        return replace(article, id=self.archive.store.known_as(others, origin) or article.id)

    def _seen_before(self, article: Article, first: _First) -> Unchanged:
        """An id that came before in this run: the same article, or a mistake."""
        stored = self.archive.store.article_origin(article.id) if first.content is None else None
        if article.content_hash == (stored.content_hash if stored else first.content):
            return Unchanged(article.id)
        raise BadInput(
            f"the id {article.id!r} was given before, to another article, in {first.origin} (record {first.record})",
            "give each article an id of its own, or read the files in two runs: with different --id-prefix to keep "
            "both, without to let the later one replace the earlier",
        )

    def _compared(self, pending: Pending, article: Article, make: Callable[[Article], Cut]) -> Cut | Unchanged:
        """The article as against what the archive holds under its id."""
        draft, known = pending.draft, None if pending.is_new else self.archive.store.article_origin(article.id)
        if known and known.content_hash == article.content_hash:
            return Unchanged(article.id, pending.hashed)
        if known and draft.name and not _has_own_id(draft) and known.origin != pending.origin:
            raise BadInput(
                f"the name {article.id!r} is taken by an article from {known.origin}",
                "give this folder names of its own with --id-prefix, or delete the other article",
            )
        return replace(make(article), is_new=known is None)

    def _note(self, notes: Sequence[str], origin: str, record: int) -> None:
        for note in notes:
            self.note(Rejection(origin, record, note, ""))


def _has_own_id(draft: Draft) -> bool:
    """Whether it goes by an id or an address: a name is another one when its file is given through another folder."""
    return bool(draft.id or draft.url)


def _key(article_id: str) -> bytes:
    return hashlib.blake2b(article_id.encode(), digest_size=16).digest()

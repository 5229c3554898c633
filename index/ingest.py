"""The document path: drafts in, articles chunked, encoded and stored, each batch whole or not at all.

    read -> enrich -> cut -> encode -> store -> derive

Reading and cutting run in one thread, encoding in this one, storing in a third, so that the encoder never waits.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from index.archive import Archive
from index.article import Article, Draft, Rejection
from index.batches import batches
from index.chunks import Chunk, chunk
from index.duplicates import signature
from index.encoder import Encoder, Passage
from index.enrich import article_from, identity
from index.errors import BadInput, ZitatError
from index.prefetch import prefetch, stopped
from index.reading.exported import Exported
from index.reading.files import other_names, printable
from index.schema import Entry

SMALL_STEP = 4  # tokens that what is not encoded counts as, so that a batch of it ends, too


@dataclass
class Summary:
    """What became of the drafts.

    `rejected` and `notes` (records that were kept with something about them ignored) grow by one for each such record:
    a caller that shows them at once gives `ingest` a `report`, and reads here only how many there were.
    """

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    chunks: int = 0
    rejected: list[Rejection] = field(default_factory=list)
    notes: list[Rejection] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """All records so far."""
        return self.added + self.changed + self.unchanged + len(self.rejected)


@dataclass(frozen=True)
class Cut:
    """An article cut into chunks, with everything known about it but its vectors."""

    article: Article
    chunks: list[Chunk]
    draft_hash: str
    origin: str
    is_new: bool = True

    @property
    def tokens(self) -> int:
        """What encoding it will cost."""
        return sum(c.tokens for c in self.chunks)

    @property
    def passages(self) -> list[Passage]:
        """The chunks as the encoder sees them."""
        text, context = self.article.text, self.article.context
        return [Passage(text[c.start : c.end], context, c.language) for c in self.chunks]


@dataclass(frozen=True)
class _Unchanged:
    """An article that the archive holds as it is; `draft_hash` when it did so under another form of the file."""

    article_id: str
    draft_hash: str | None = None


_Step = Cut | _Unchanged | Rejection


class _First(NamedTuple):
    """Where in this run an id came first, and with what; `content` is None where it is what the archive holds."""

    draft_hash: str
    content: str | None
    origin: str
    record: int


def ingest(
    archive: Archive,
    encoder: Encoder,
    items: Iterable[Draft | Rejection],
    progress: Callable[[Summary], None] = lambda summary: None,
    summary: Summary | None = None,
    report: Callable[[Rejection], None] = lambda rejection: None,
) -> Summary:
    """Store every draft that is new or changed; call inside `archive.writing()`.

    `progress` is called after each batch is safely stored, with `summary`, which a caller may pass to keep it. `report`
    is called with each rejection and each note (it has no cure) as soon as it is known, from the thread that reads. An
    interruption leaves the archive with whole batches; the same call again goes on where it stopped, as what is stored
    already is recognised before it is encoded.

    An id, an address or, without them, a file's path identifies an article: other content replaces it, but within one
    run the same id with other content is rejected, as nobody could say which is meant. A file keeps the id it came with
    when it is given again through another of its folders.
    """
    archive.manifest.check_encoder(encoder, archive.path)
    summary = summary if summary is not None else Summary()
    made = prefetch(batches(_Run(archive, encoder, summary, report).steps(items), _tokens))
    with ThreadPoolExecutor(1, "store") as storing, closing(made) as ready:
        stored: Future[None] | None = None
        for batch in ready:
            entries = encoded(encoder, [step for step in batch if isinstance(step, Cut)])
            if stored:
                stored.result()
            stored = storing.submit(_store, archive, batch, entries, summary, progress)
        if stored:
            stored.result()
    archive.derived.catch_up()
    return summary


def draft_hash(draft: Draft) -> str:
    """Of all that the file says, so that an unchanged record is known without reading its text again."""
    said = [draft.text, draft.name, draft.id, draft.title, draft.language, draft.published_at]
    said += [draft.source, draft.author, draft.url]
    said += [str(draft.language_confidence)] if isinstance(draft, Exported) else []
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@dataclass
class _Run:
    """What one call of `ingest` knows of the drafts it has seen: their ids and hashes, never their texts."""

    archive: Archive
    encoder: Encoder
    summary: Summary
    report: Callable[[Rejection], None]
    first: dict[bytes, _First] = field(default_factory=dict)

    def steps(self, items: Iterable[Draft | Rejection]) -> Iterator[_Step]:
        """What is to be done about each item; ends early when nobody waits for it any more."""
        for item in items:
            if stopped():
                return
            step = item if isinstance(item, Rejection) else self._safely(item)
            if isinstance(step, Rejection):
                self.report(step)
            yield step

    def _safely(self, draft: Draft) -> _Step:
        """No record takes the others of its batch with it; what is wrong with the archive or the encoder comes out."""
        place = printable(str(draft.origin)), draft.record
        try:
            return self._prepare(draft, place[0])
        except BadInput as error:
            return Rejection(*place, error.reason, error.cure)
        except (ZitatError, OSError, sqlite3.Error, MemoryError):
            raise
        except Exception as error:  # a library may raise anything over odd text
            reason = f"it cannot be prepared: {type(error).__name__}: {error}"
            return Rejection(*place, printable(reason[:300]), "leave the record out, and tell the makers of Zitat")

    def _prepare(self, draft: Draft, origin: str) -> _Step:
        hashed, brought = draft_hash(draft), identity(draft)
        first = self.first.get(_key(brought)) if brought else None
        if first is None and self.archive.store.holds_draft(hashed):
            if brought:
                self.first[_key(brought)] = _First(hashed, None, origin, draft.record)
            return _Unchanged(brought or "")
        if first is not None and first.draft_hash == hashed:
            return _Unchanged(brought or "")
        enriched = article_from(draft)
        article = self._as_first_named(draft, enriched.article, origin)
        first = self.first.get(_key(article.id))
        step = self._seen_before(article, first) if first else self._compared(draft, article, hashed, origin)
        if first is None:
            self.first[_key(article.id)] = _First(hashed, article.content_hash, origin, draft.record)
            self._note(enriched.notes, origin, draft.record)
        return step

    def _as_first_named(self, draft: Draft, article: Article, origin: str) -> Article:
        """A file that is given again through another of its folders is the same article, under the id that it has."""
        others = other_names(article.id, origin) if draft.name and not (draft.id or draft.url) else []
        if not others or self.archive.store.article_origin(article.id):
            return article
        return replace(article, id=self.archive.store.known_as(others, origin) or article.id)

    def _seen_before(self, article: Article, first: _First) -> _Unchanged:
        """An id that came before in this run: the same article, or a mistake."""
        stored = self.archive.store.article_origin(article.id) if first.content is None else None
        if article.content_hash == (stored.content_hash if stored else first.content):
            return _Unchanged(article.id)
        raise BadInput(
            f"the id {article.id!r} was given before, to another article, in {first.origin} (record {first.record})",
            "give each article an id of its own, or read the files in two runs: with different --id-prefix to keep "
            "both, without to let the later one replace the earlier",
        )

    def _compared(self, draft: Draft, article: Article, hashed: str, origin: str) -> _Step:
        """The article as against what the archive holds under its id."""
        known = self.archive.store.article_origin(article.id)
        if known and known.content_hash == article.content_hash:
            return _Unchanged(article.id, hashed)
        if known and draft.name and not (draft.id or draft.url) and known.origin != origin:
            raise BadInput(
                f"the name {article.id!r} is taken by an article from {known.origin}",
                "give this folder names of its own with --id-prefix, or delete the other article",
            )
        made = cut(article, self.encoder, self.archive.manifest.chunk_tokens, hashed, origin)
        return replace(made, is_new=known is None)

    def _note(self, notes: Sequence[str], origin: str, record: int) -> None:
        for note in notes:
            self.summary.notes.append(Rejection(origin, record, note, ""))
            self.report(self.summary.notes[-1])


def _key(article_id: str) -> bytes:
    return hashlib.blake2b(article_id.encode(), digest_size=16).digest()


def cut(article: Article, encoder: Encoder, size: int, draft_hash: str, origin: str) -> Cut:
    """Cut an article into chunks of about `size` of the encoder's tokens."""
    chunks = chunk(article.text, article.language, encoder, size=size, window=encoder.window)
    if not chunks:
        raise BadInput("there is no text in this record", "leave it out, or map the field that holds the text")
    return Cut(article, chunks, draft_hash, origin)


def _tokens(step: _Step) -> int:
    return step.tokens if isinstance(step, Cut) else SMALL_STEP


def encoded(encoder: Encoder, cuts: Sequence[Cut]) -> list[Entry]:
    """Encode the chunks of several articles together."""
    encodings = iter(encoder.encode_passages([passage for one in cuts for passage in one.passages]))
    return [
        Entry(
            article=one.article,
            chunks=one.chunks,
            encodings=[next(encodings) for _ in one.chunks],
            signature=signature(one.article.text),
            draft_hash=one.draft_hash,
            origin=one.origin,
        )
        for one in cuts
    ]


def _store(
    archive: Archive, batch: list[_Step], entries: list[Entry], summary: Summary, progress: Callable[[Summary], None]
) -> None:
    if entries:
        archive.store.put(entries)
        archive.derived.catch_up(finished=False)
    renamed = [(s.draft_hash, s.article_id) for s in batch if isinstance(s, _Unchanged) and s.draft_hash]
    if renamed:
        archive.store.touch(renamed)
    summary.chunks += sum(len(entry.chunks) for entry in entries)
    for step in batch:
        if isinstance(step, Rejection):
            summary.rejected.append(step)
        elif isinstance(step, _Unchanged):
            summary.unchanged += 1
        elif step.is_new:
            summary.added += 1
        else:
            summary.changed += 1
    progress(summary)

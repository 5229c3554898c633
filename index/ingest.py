"""The document path: drafts in, articles chunked, encoded and stored, each batch whole or not at all.

    read -> enrich -> cut -> encode -> store -> derive

Reading and cutting run in one thread, encoding in this one, storing in a third, so that the encoder never waits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace

from index.archive import Archive
from index.article import Article, Draft, Rejection
from index.chunks import Chunk, chunk
from index.duplicates import signature
from index.encoder import Encoder, Passage
from index.enrich import article_from
from index.errors import BadInput
from index.prefetch import prefetch
from index.schema import Entry

BATCH_TOKENS = 40_000  # encoder tokens committed together: a few seconds of work is what a crash can cost


@dataclass
class Summary:
    """What became of the drafts; `notes` are records that were kept with something about them ignored."""

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
        text, language, context = self.article.text, self.article.language, passage_context(self.article)
        return [Passage(text[c.start : c.end], context, language) for c in self.chunks]


@dataclass(frozen=True)
class _Unchanged:
    """An article that the archive holds as it is; `draft_hash` when it did so under another form of the file."""

    article_id: str
    draft_hash: str | None = None


_Step = Cut | _Unchanged | Rejection


def passage_context(article: Article) -> str:
    """What the encoder is told of the article around a chunk; empty parts are left out."""
    title = article.title if not article.text.lstrip().startswith(article.title) else ""
    parts = [title, article.source or "", (article.published_at or "")[:10]]
    return " · ".join(part for part in parts if part)


def ingest(
    archive: Archive,
    encoder: Encoder,
    items: Iterable[Draft | Rejection],
    progress: Callable[[Summary], None] = lambda summary: None,
    summary: Summary | None = None,
) -> Summary:
    """Store every draft that is new or changed; call inside `archive.writing()`.

    `progress` is called after each batch is safely stored, with `summary`, which a caller may pass to keep it. An
    interruption leaves the archive with whole batches; the same call again goes on where it stopped, as what is stored
    already is recognised before it is encoded.
    """
    archive.manifest.check_encoder(encoder, archive.path)
    summary = summary if summary is not None else Summary()
    made = prefetch(_batches(_steps(archive, encoder, items, summary)))
    with ThreadPoolExecutor(1, "store") as storing, closing(made) as batches:
        stored: Future[None] | None = None
        for batch in batches:
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
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _steps(archive: Archive, encoder: Encoder, items: Iterable[Draft | Rejection], summary: Summary) -> Iterator[_Step]:
    for item in items:
        if isinstance(item, Rejection):
            yield item
            continue
        try:
            yield _prepare(archive, encoder, item, summary)
        except BadInput as error:
            yield Rejection(item.origin, item.record, error.reason, error.cure)


def _prepare(archive: Archive, encoder: Encoder, draft: Draft, summary: Summary) -> _Step:
    hashed = draft_hash(draft)
    if archive.store.holds_draft(hashed):
        return _Unchanged(draft.id or draft.name or "")
    enriched = article_from(draft)
    summary.notes += [Rejection(draft.origin, draft.record, note, "") for note in enriched.notes]
    article = enriched.article
    known = archive.store.article_origin(article.id)
    if known and known.content_hash == article.content_hash:
        return _Unchanged(article.id, hashed)
    if known and not draft.id and known.origin != draft.origin:
        raise BadInput(
            f"the name {article.id!r} is taken by an article from {known.origin}",
            "give this folder names of its own with --id-prefix, or delete the other article",
        )
    made = cut(article, encoder, archive.manifest.chunk_tokens, hashed, draft.origin)
    return replace(made, is_new=known is None)


def cut(article: Article, encoder: Encoder, size: int, draft_hash: str, origin: str) -> Cut:
    """Cut an article into chunks of about `size` of the encoder's tokens."""
    chunks = chunk(article.text, article.language, encoder, size=size, window=encoder.window)
    if not chunks:
        raise BadInput("there is no text in this record", "leave it out, or map the field that holds the text")
    return Cut(article, chunks, draft_hash, origin)


def _batches(steps: Iterable[_Step]) -> Iterator[list[_Step]]:
    batch: list[_Step] = []
    tokens = 0
    for step in steps:
        batch.append(step)
        tokens += step.tokens if isinstance(step, Cut) else 4
        if tokens >= BATCH_TOKENS:
            yield batch
            batch, tokens = [], 0
    if batch:
        yield batch


def encoded(encoder: Encoder, cuts: Sequence[Cut]) -> list[Entry]:
    """Encode the chunks of several articles together."""
    encodings = iter(encoder.encode_passages([passage for one in cuts for passage in one.passages]))
    return [
        Entry(
            article=one.article,
            chunks=one.chunks,
            encodings=[next(encodings) for _ in one.chunks],
            signature=signature(one.article.text, one.article.language),
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

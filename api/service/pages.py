"""Articles, pages of their list and counts, as the service tells them. Runs outside the event loop."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from api.service.problems import Problem
from api.service.responses import (
    ArticleBody,
    ChunkBody,
    ListedBody,
    PageBody,
    PeriodBody,
    SourceBody,
    SourcesBody,
    StatsBody,
    TimelineBody,
)
from index.archive import Archive
from index.encoders.encoder import BUNDLED
from index.scope import Scope
from index.text.published import parsed
from index.truth.store import Store

CURSOR = r"^[0-9]{1,9}\.[0-9]{1,15}$"  # the generation, the archive's key of the last article shown
COLUMNS = ("id", "published_at", "language", "source", "title")
WINDOW = 2_000  # keys looked through at once
_BETWEEN_WORDS = re.compile(r"[^\w]+")

Listed = tuple[str, str | None, str, str | None, str]  # in the order of COLUMNS


def article_of(store: Store, article_id: str) -> ArticleBody | None:
    """An article as it is now."""
    if not _is_text(article_id):
        return None
    with store.snapshot():
        stored = store.article(article_id)
        if stored is None:
            return None
        chunks = store.chunks_between(stored.first_chunk, stored.last_chunk)
        mates = store.cluster_mates([stored.cluster])[stored.cluster]
    a = stored.article
    return ArticleBody(
        id=a.id,
        title=a.title,
        source=a.source,
        author=a.author,
        language=a.language,
        published_at=a.published_at,
        url=a.url,
        content_hash=stored.content_hash,
        text=a.text,
        chunks=[ChunkBody.model_validate(chunk) for chunk in chunks],
        also_in=[mate for mate in mates if mate != a.id],
    )


def page_of(
    archive: Archive, scope: Scope, limit: int, cursor: str | None, same_story_as: str | None = None
) -> PageBody:
    """The page after a cursor; raises Problem (422) for one of another generation, which counts its articles anew."""
    store, generation = archive.view().store, archive.manifest.generation
    made_in, last = map(int, cursor.split(".")) if cursor else (generation, 0)
    if made_in != generation:
        raise Problem(422, "Bad cursor", "the archive was made anew since", "start again without a cursor")
    with store.snapshot():
        among = None if same_story_as is None else _same_story(store, same_story_as)
        page = list(islice(_after(store, scope, last, among), limit + 1))
        more = f"{generation}.{max(store.article_keys([page[limit - 1][0]]))}" if len(page) > limit else None
    listed = [ListedBody.model_validate(dict(zip(COLUMNS, told, strict=True))) for told in page[:limit]]
    return PageBody(articles=listed, next=more)


def _after(store: Store, scope: Scope, last: int, among: Sequence[int] | None) -> Iterator[Listed]:
    """The list of articles whose keys come after the last one shown. Every key has a change, so none is larger."""
    if among is not None:
        if keys := tuple(key for key in among if key > last):
            yield from store.listing(replace(scope, articles=keys))
        return
    largest = store.sequence()
    for first in range(last + 1, largest + 1, WINDOW):
        keys = tuple(range(first, min(first + WINDOW, largest + 1)))
        yield from store.listing(replace(scope, articles=keys))


def _same_story(store: Store, article_id: str) -> list[int]:
    """The keys of the other articles that carry nearly the text of this one; raises Problem (404)."""
    stored = store.article(article_id) if _is_text(article_id) else None
    if stored is None:
        raise no_such_article(article_id)
    mates = store.cluster_mates([stored.cluster])[stored.cluster]
    return store.article_keys([mate for mate in mates if mate != article_id])


def timeline_of(store: Store, scope: Scope) -> TimelineBody:
    """How many articles within the scope there are of each month."""
    counts: Counter[str | None] = Counter()
    with store.snapshot():
        for _, published_at, *_ in store.listing(scope):
            known = parsed(published_at)
            counts[known.plain[:7] if known and known.days else None] += 1
    undated = counts.pop(None, 0)
    dated = sorted((period, articles) for period, articles in counts.items() if period)
    return TimelineBody(periods=[PeriodBody(period=name, articles=n) for name, n in dated], undated=undated)


def sources_of(store: Store) -> SourcesBody:
    """Every source, the most frequent first."""
    with store.snapshot():
        counts = Counter(source for *_, source, _ in store.listing(Scope()) if source)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return SourcesBody(sources=[SourceBody(source=name, articles=n) for name, n in ordered])


def beginning(known: SourcesBody, prefix: str, limit: int) -> SourcesBody:
    """The sources that begin with some letters, in any case; then those of which a later word does."""
    wanted = " ".join(prefix.casefold().split())
    first, later = list[SourceBody](), list[SourceBody]()
    for one in known.sources:
        name = one.source.casefold()
        if name.startswith(wanted):
            first.append(one)
        elif f" {wanted}" in _BETWEEN_WORDS.sub(" ", name):
            later.append(one)
    return SourcesBody(sources=[*first, *later][:limit])


def no_such_article(article_id: str) -> Problem:
    """The problem of an id that no article has."""
    return Problem(
        404, "No such article", f"there is no article {article_id[:200]!r}", "GET /v1/articles lists the ids"
    )


def stats_of(archive: Archive) -> StatsBody:
    """What the archive holds now."""
    counts = archive.view().store.counts()
    manifest = archive.manifest
    model = manifest.encoder["model"] if manifest.model == BUNDLED else manifest.model
    return StatsBody.model_validate(
        counts | {"model": model, "chunk_tokens": manifest.chunk_tokens, "generation": manifest.generation}
    )


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

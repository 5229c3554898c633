"""The articles that a command names by their ids: one that none of them has is a mistake, not an empty result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.archive import Archive
    from index.truth.schema import StoredArticle


def named_article(archive: Archive, article_id: str) -> StoredArticle:
    """The article with an id; raises BadInput where there is none."""
    from index.errors import BadInput

    stored = archive.store.article(article_id)
    if stored is None:
        raise BadInput(f"there is no article {article_id!r} in {archive.location.name}", "see `zitat list` for the ids")
    return stored

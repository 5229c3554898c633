"""The articles that a command names with --article: an id that none of them has is a mistake, not an empty result."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retrieval import Searcher


def check_articles(searcher: Searcher, ids: Iterable[str]) -> None:
    """Raise BadInput for the first id under which the archive has no article."""
    from index.errors import BadInput

    archive = searcher.archive
    missing = next((one for one in ids if archive.store.article(one) is None), None)
    if missing is not None:
        raise BadInput(f"there is no article {missing!r} in {archive.location.name}", "see `zitat list` for the ids")

"""A compact index keeps no vectors: what it reads of the truth is little, and what it finds is right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.archive import Archive
from index.embedded import derived, vectors
from index.scope import Scope
from tests.fakes import WordEncoder, stored, story

EXACT, RESCORED = 30, 12  # rows


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A compact archive of forty stories, all of their chunks in lists."""
    monkeypatch.setattr(derived, "EXACT_UP_TO", 50)
    monkeypatch.setattr(vectors, "NARROW_COMPACT", EXACT)
    monkeypatch.setattr(vectors, "RESCORED_AT_LEAST", RESCORED)
    folder = tmp_path / "compact"
    Archive.create(folder, WordEncoder(), model="words", chunk_tokens=30, index="compact").close()
    stored(folder, map(story, range(40)))
    return folder


@pytest.mark.parametrize("articles", [3, 30], ids=["few are all scored", "of many the best of the lists"])
def test_a_filter_reads_few_vectors_from_the_truth(
    folder: Path, monkeypatch: pytest.MonkeyPatch, articles: int
) -> None:
    scope, read = Scope(articles=tuple(range(1, articles + 1))), list[int]()
    with Archive(folder) as archive:
        keys, known = archive.store.vectors(1, archive.store.last_chunk())
        inside = np.array([one.article <= articles for one in archive.store.candidates(keys.tolist())])
        scores = known[inside] @ known[0]
        best = keys[inside][np.lexsort((keys[inside], -scores))][:3]
        right = archive.store.vectors_of

        def noted(wanted: Sequence[int]) -> np.ndarray:
            read.append(len(wanted))
            return right(wanted)

        view = archive.view()
        monkeypatch.setattr(archive.store, "vectors_of", noted)
        assert view.dense(known[0], 3, scope)[0].tolist() == best.tolist()
    if articles == 3:
        assert sum(read) == inside.sum() <= EXACT
    else:
        assert sum(read) == RESCORED < EXACT < inside.sum()


def test_an_archive_opens_when_all_that_came_after_the_lists_is_deleted(folder: Path) -> None:
    stored(folder, [story(40), story(41)])
    with Archive(folder) as archive, archive.writing():
        assert archive.store.delete(["story-40", "story-41"]) == 2
    with Archive(folder) as archive:
        view = archive.view()
        assert view.state.documents == archive.store.counts()["chunks"]
        _, known = archive.store.vectors(1, 1)
        assert view.dense(known[0], 3)[0][0] == 1

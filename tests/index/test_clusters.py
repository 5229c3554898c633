"""Near-duplicates in an archive: a copy is compared with the oldest of its cluster, and clusters outlive anyone."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import clusters
from index.archive import Archive
from index.duplicates import BANDS
from tests.fakes import draft, stored

WIRE = " ".join(f"word{n}" for n in range(60))


def copies(count: int) -> list[str]:
    return [f"copy-{n}" for n in range(count)]


def store(folder: Path, names: list[str]) -> None:
    stored(folder, [draft(name, f"{WIRE} {name}") for name in names])


def members(folder: Path) -> dict[str, int]:
    with Archive(folder) as archive:
        return {one.article.id: one.cluster for one in archive.store.each_article()}


def found_by(folder: Path) -> list[tuple[int, int]]:
    """The articles that have bands, and how many."""
    with Archive(folder) as archive:
        return archive.store.rows("SELECT article, count(*) FROM bands GROUP BY 1 ORDER BY 1")


def test_a_copy_is_compared_with_one_article_however_many_copies_there_are(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[object] = []
    similarity = clusters.similarity
    monkeypatch.setattr(clusters, "similarity", lambda a, b: compared.append(b) or similarity(a, b))
    store(folder, copies(100))
    assert len(compared) == 99
    assert set(members(folder).values()) == {1}
    assert found_by(folder) == [(1, BANDS)]


def test_the_next_oldest_takes_over_when_the_oldest_goes(folder: Path) -> None:
    store(folder, copies(5))
    with Archive(folder) as archive, archive.writing():
        archive.store.delete(["copy-0", "copy-2", "copy-1"])
    assert found_by(folder) == [(4, BANDS)]
    store(folder, ["late"])
    assert members(folder) == {"copy-3": 4, "copy-4": 4, "late": 4}
    with Archive(folder) as archive:
        assert archive.store.cluster_mates([4]) == {4: ["copy-3", "copy-4", "late"]}
        assert archive.store.counts()["near_duplicates"] == 2


def test_a_cluster_of_which_nobody_is_left_is_found_by_nobody(folder: Path) -> None:
    store(folder, copies(3))
    with Archive(folder) as archive, archive.writing():
        archive.store.delete(copies(3))
    assert found_by(folder) == []
    store(folder, ["late"])
    assert members(folder) == {"late": 4}


def test_an_article_like_two_clusters_makes_them_one(folder: Path) -> None:
    words = WIRE.split()
    texts = ([*"abcdefg", *words[7:]], words, [*words[:-7], *"tuvwxyz"])
    left, middle, right = (draft(name, " ".join(text)) for name, text in zip("lmr", texts, strict=True))
    stored(folder, [left, right])
    assert members(folder) == {"l": 1, "r": 2}
    stored(folder, [middle])
    assert members(folder) == {"l": 1, "r": 1, "m": 1}
    assert found_by(folder) == [(1, BANDS)]

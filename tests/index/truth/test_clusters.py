"""Near-duplicates in an archive: a copy is compared with the oldest of its cluster, and clusters outlive anyone."""

from __future__ import annotations

import pytest

from index.archive import Archive
from index.text.duplicates import BANDS
from index.truth import clusters
from tests.fakes import Place, draft, stored

WIRE = " ".join(f"word{n}" for n in range(60))


def copies(count: int) -> list[str]:
    return [f"copy-{n}" for n in range(count)]


def store(place: Place, names: list[str]) -> None:
    stored(place, [draft(name, f"{WIRE} {name}") for name in names])


def members(place: Place) -> dict[str, int]:
    with Archive(place) as archive:
        return {one.article.id: one.cluster for one in archive.store.each_article()}


def found_by(place: Place) -> list[tuple[int, int]]:
    """The articles that have bands, and how many."""
    with Archive(place) as archive:
        return archive.store.rows("SELECT article, count(*) FROM bands GROUP BY 1 ORDER BY 1")


def test_a_copy_is_compared_with_one_article_however_many_copies_there_are(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[object] = []
    similarity = clusters.similarity
    monkeypatch.setattr(clusters, "similarity", lambda a, b: compared.append(b) or similarity(a, b))
    store(place, copies(100))
    assert len(compared) == 99
    assert set(members(place).values()) == {1}
    assert found_by(place) == [(1, BANDS)]


def test_the_next_oldest_takes_over_when_the_oldest_goes(place: Place) -> None:
    store(place, copies(5))
    with Archive(place) as archive, archive.writing():
        archive.store.delete(["copy-0", "copy-2", "copy-1"])
    assert found_by(place) == [(4, BANDS)]
    store(place, ["late"])
    assert members(place) == {"copy-3": 4, "copy-4": 4, "late": 4}
    with Archive(place) as archive:
        assert archive.store.cluster_mates([4]) == {4: ["copy-3", "copy-4", "late"]}
        assert archive.store.counts()["near_duplicates"] == 2


def test_a_cluster_of_which_nobody_is_left_is_found_by_nobody(place: Place) -> None:
    store(place, copies(3))
    with Archive(place) as archive, archive.writing():
        archive.store.delete(copies(3))
    assert found_by(place) == []
    store(place, ["late"])
    assert members(place) == {"late": 4}


def test_an_article_like_two_clusters_makes_them_one(place: Place) -> None:
    words = WIRE.split()
    texts = ([*"abcdefg", *words[7:]], words, [*words[:-7], *"tuvwxyz"])
    left, middle, right = (draft(name, " ".join(text)) for name, text in zip("lmr", texts, strict=True))
    stored(place, [left, right])
    assert members(place) == {"l": 1, "r": 2}
    stored(place, [middle])
    assert members(place) == {"l": 1, "r": 1, "m": 1}
    assert found_by(place) == [(1, BANDS)]

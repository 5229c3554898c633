"""What is indexed of chunks: the same however many are read together, and nothing of an article that was replaced."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index import documents
from index.archive import Archive
from index.documents import documents_after, documents_of
from index.text.analyser import analyse, transliterated
from tests.fakes import Place, draft, stored, story

MIXED = "Der Präsident sagte: “Wir kommen.” Президент сказал: «Едем». 总统说。 الرئيس محمد قال 1,000 и 3.5. "


def test_chunks_read_together_give_the_documents_of_each_article(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "TOGETHER", 3)
    told = [draft(f"mixed-{n}", MIXED * (9 * n), title=f"Zelenskyj {n}", source="AFP") for n in range(1, 5)]
    stored(place, [*told, *map(story, range(5))])
    stored(place, [replace(story(1), text="Another text now stands here. It has two sentences.")])
    with Archive(place) as archive:
        alone = [one for each in archive.store.each_article() for one in documents_of(archive.store, each)]
        together = list(documents_after(archive.store, 0))
    assert len({one.article for one in together}) == 9 < len(together)
    assert together == sorted(alone, key=lambda one: one.key)


def test_a_document_has_the_terms_and_names_of_its_own_text(place: Place) -> None:
    stored(place, [draft("one", MIXED, title="Chișinău wählt", source="AFP", language="de", published_at="2022-10-31")])
    with Archive(place) as archive:
        [article] = archive.store.each_article()
        [document] = documents_of(archive.store, article)
    assert list(document.terms) == analyse(MIXED.strip(), "de")
    assert list(document.names) == transliterated(f"Chișinău wählt {MIXED}")
    assert list(document.context) == analyse("Chișinău wählt AFP 2022-10-31 2022", "de")

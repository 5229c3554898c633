"""An open searcher follows its archive: what is new is found, what has gone is never cited."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.archive import Archive
from index.encoders.encoder import Encoder, load_encoder
from index.errors import EncoderMismatch
from index.ingesting.ingest import ingest
from index.reembed import reembed
from retrieval import Searcher, SearchOptions, open_archive
from tests.fakes import WordEncoder, draft, stored, story
from tests.retrieval.conftest import words


def ids(searcher: Searcher, question: str, **options: object) -> list[str]:
    chosen = SearchOptions(**options)  # type: ignore[arg-type]
    return [passage.article.id for passage in searcher.search(question, chosen).passages]


def delete(folder: Path, *names: str) -> None:
    with Archive(folder) as archive, archive.writing():
        archive.store.delete(names)


@pytest.mark.parametrize("options", [{}, {"languages": ("en",)}])
def test_a_new_article_is_found_without_opening_again(
    archive_of: Callable[..., Searcher], folder: Path, options: dict[str, object]
) -> None:
    searcher = archive_of(draft("old", "harbour strike."))
    assert ids(searcher, "glacier", **options) == ["old"]
    stored(folder, [draft("new", "glacier melt.")], words())
    assert ids(searcher, "glacier", **options) == ["new", "old"]


@pytest.mark.parametrize("options", [{}, {"languages": ("en",)}, {"article_ids": ("gone", "kept")}])
def test_a_deleted_article_is_never_cited(
    archive_of: Callable[..., Searcher], folder: Path, options: dict[str, object]
) -> None:
    searcher = archive_of(draft("gone", "glacier melt."), draft("kept", "harbour strike."))
    assert ids(searcher, "glacier", **options) == ["gone", "kept"]
    delete(folder, "gone")
    assert ids(searcher, "glacier", **options) == ["kept"]


def test_a_deleted_copy_is_no_longer_named_beside_the_other(archive_of: Callable[..., Searcher], folder: Path) -> None:
    text = "The ministers met in the capital on Tuesday and agreed on a plan for new wind farms along the coast."
    searcher = archive_of(draft("one", text), draft("two", text))
    assert [p.also_in for p in searcher.search("wind farms").passages] == [("two",)]
    delete(folder, "one")
    assert [(p.article.id, p.also_in) for p in searcher.search("wind farms").passages] == [("two", ())]


def test_a_changed_article_is_cited_as_it_is_now(archive_of: Callable[..., Searcher], folder: Path) -> None:
    searcher = archive_of(draft("news", "glacier melt."))
    before = searcher.search("glacier").passages[0]
    stored(folder, [draft("news", "harbour strike and a glacier.")], words())
    (after,) = searcher.search("glacier").passages
    assert after.text == "harbour strike and a glacier."
    assert after.article.content_hash != before.article.content_hash


def test_a_deleted_article_is_not_cited_while_the_indexes_lag_behind(
    archive_of: Callable[..., Searcher], folder: Path
) -> None:
    """Deleted from the truth by a writer that has not come to the indexes yet."""
    searcher = archive_of(draft("gone", "glacier melt."), draft("kept", "harbour strike."))
    with Archive(folder) as archive, archive.writing():
        archive.store.delete(["gone"])
        assert ids(searcher, "glacier") == ["kept"]


def test_searches_during_a_write_cite_only_what_is_there(archive_of: Callable[..., Searcher], folder: Path) -> None:
    searcher = archive_of(*[story(n, "harbour") for n in range(6)])
    with ThreadPoolExecutor(4) as threads:
        running = [threads.submit(ids, searcher, "harbour Report", languages=("en",)) for _ in range(40)]
        for n in range(3):
            delete(folder, f"story-{n}")
            stored(folder, [story(10 + n, "harbour")], words())
        found = [one.result() for one in running]
    assert all(names and len(set(names)) >= 3 for names in found)
    assert set(ids(searcher, "harbour Report", count=50)) == {f"story-{n}" for n in (3, 4, 5, 10, 11, 12)}


def test_another_encoder_than_the_archive_s_is_refused_at_opening(
    archive_of: Callable[..., Searcher], folder: Path
) -> None:
    archive_of(draft("one", "harbour strike."))
    with pytest.raises(EncoderMismatch, match="other words"):
        Searcher(folder, WordEncoder(4096, name="other words"))


def test_a_searcher_with_an_encoder_of_its_own_refuses_an_archive_made_anew(
    archive_of: Callable[..., Searcher], folder: Path
) -> None:
    searcher = archive_of(draft("one", "harbour strike."))
    with Archive(folder) as archive, archive.writing():
        reembed(archive, WordEncoder(32, name="other words"), "other words")
    with pytest.raises(EncoderMismatch):
        searcher.search("harbour")


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Two tiny sentence-transformers models on disk, untrained and of different dimensions."""
    from transformers import BertConfig, BertModel, BertTokenizerFast

    made = []
    for dimension in (16, 24):
        folder = tmp_path_factory.mktemp("model") / f"tiny-{dimension}"
        folder.mkdir()
        (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nglacier\nharbour\nmelt\n.\na\nb\nc\nd\n")
        BertTokenizerFast(vocab_file=str(folder / "vocab.txt"), model_max_length=128).save_pretrained(folder)
        size = {"hidden_size": dimension, "intermediate_size": 32, "num_attention_heads": 2, "num_hidden_layers": 1}
        BertModel(BertConfig(vocab_size=13, max_position_embeddings=128, **size)).save_pretrained(folder)
        made.append(str(folder))
    return made


def test_a_searcher_follows_an_archive_made_anew_with_another_model(models: list[str], folder: Path) -> None:
    first, second = (load_encoder(name) for name in models)

    def added(encoder: Encoder, *names: str) -> None:
        with Archive(folder) as archive, archive.writing():
            ingest(archive, encoder, [draft(name, f"glacier melt. {name}") for name in names])

    Archive.create(folder, first, model=models[0], chunk_tokens=30).close()
    added(first, "a", "b", "c")
    delete(folder, "a")
    with open_archive(folder) as searcher:
        limited = SearchOptions(languages=("en",))
        assert {p.article.id for p in searcher.search("???", limited).passages} == {"b", "c"}
        with Archive(folder) as archive, archive.writing():
            reembed(archive, second, models[1])
        added(second, "d")
        delete(folder, "c")  # as many changes as the first generation had, and other chunks
        assert {p.article.id for p in searcher.search("???", limited).passages} == {"b", "d"}
        assert searcher.encoder.dimension == 24

"""Zitat and the ways to rank that are simpler; archives made of a test set, kept, and brought up to date."""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path

import pytest

from eval.arguments import add_arguments
from eval.rankers.archive import VARIANTS, ArchiveRanker, variants_named
from eval.rankers.building import STAMP, archive_for, cached_folder
from eval.rankers.choosing import check_articles, rankers_for
from eval.runs import best_first
from eval.sets import Query, TestSet
from eval.sets.opening import open_test_set
from index.archive import Archive
from index.errors import BadInput
from retrieval import Searcher
from tests.fakes import WordEncoder

Capture = pytest.CaptureFixture[str]
NAMES = {"sea", "hills", "harbour", "birds", "meer"}
ENCODER = WordEncoder(4096)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """No test writes into a person's own cache."""
    monkeypatch.setenv("ZITAT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize("name", VARIANTS)
def test_each_variant_finds_the_article_that_answers_and_keeps_to_the_languages(searcher: Searcher, name: str) -> None:
    ranker = ArchiveRanker(searcher.archive.path, VARIANTS[name], ENCODER)
    try:
        for text, best in [("wind turbines", "sea"), ("harbour strike", "harbour"), ("Windräder Meer", "meer")]:
            found = ranker.rank(Query("q", text, "en"), (), 100)
            assert best_first(found)[0] == best
            assert found.keys() <= NAMES
        assert set(ranker.rank(Query("q", "Windräder Meer wind", "de"), ("de",), 100)) == {"meer"}
        assert len(ranker.rank(Query("q", "wind turbines", "en"), (), 1)) == 1
        ranker.show(Query("q", "wind turbines", "en"), ("en",))
    finally:
        ranker.close()


def test_variants_are_named_and_parts_are_what_zitat_is_measured_without() -> None:
    assert variants_named([], ablate=False) == [VARIANTS["zitat"]]
    assert variants_named(["dense", "dense", "zitat"], ablate=False) == [VARIANTS["dense"], VARIANTS["zitat"]]
    assert variants_named(["all"], ablate=False) == list(VARIANTS.values())
    whole, *parts = variants_named([], ablate=True)
    assert whole == VARIANTS["zitat"]
    assert {one.lacks for one in parts} >= {"lexical leg", "late interaction", "language correction"}
    assert len({one.title for one in VARIANTS.values()}) == len(VARIANTS)
    with pytest.raises(BadInput, match="no variant 'sparse': give all, or one of zitat, "):
        variants_named(["sparse"], ablate=False)


def corpus(folder: Path, **texts: str) -> TestSet:
    """A BEIR folder of some articles, one of which answers."""
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    rows = [{"_id": name, "title": "T", "text": text, "language": "en"} for name, text in texts.items()]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "wind turbines", "language": "en"}\n')
    (folder / "qrels" / "all.tsv").write_text("q\tsea\t1\n")
    return open_test_set(str(folder))


def held(folder: Path) -> dict[str, str]:
    with Archive(folder) as archive:
        found = {name: archive.store.article(name) for name in archive.store.languages_by_id()}
        return {name: one.article.text for name, one in found.items() if one is not None}


SEA, BIRDS, HILLS = "Wind turbines stand at sea.", "Many birds flew south.", "Wind was felt in hills."


def test_an_archive_is_made_in_the_cache_and_told_where(tmp_path: Path, cache: Path, capsys: Capture) -> None:
    test_set = corpus(tmp_path / "set", sea=SEA, birds=BIRDS)
    folder = archive_for(test_set, ENCODER)
    assert folder == cached_folder(test_set, ENCODER)
    assert cache in folder.parents
    assert held(folder) == {"sea": SEA, "birds": BIRDS}
    assert f"its articles are kept in {folder}" in capsys.readouterr().err
    assert archive_for(test_set, ENCODER) == folder
    assert "kept in" not in capsys.readouterr().err


def test_another_encoder_gets_an_archive_of_its_own(tmp_path: Path) -> None:
    test_set = corpus(tmp_path / "set", sea=SEA)
    assert cached_folder(test_set, ENCODER) != cached_folder(test_set, WordEncoder(64))
    assert cached_folder(test_set, ENCODER) != cached_folder(corpus(tmp_path / "other", sea=SEA), ENCODER)


def test_changed_files_bring_the_archive_up_to_date_and_encode_only_what_is_new(tmp_path: Path) -> None:
    encoder = WordEncoder(4096)
    folder = archive_for(corpus(tmp_path / "set", sea=SEA, birds=BIRDS), encoder)
    encoder.seen.clear()
    assert archive_for(corpus(tmp_path / "set", sea=SEA, hills=HILLS), encoder) == folder
    assert held(folder) == {"sea": SEA, "hills": HILLS}
    assert encoder.seen == [HILLS]


def test_an_archive_that_was_stopped_half_way_is_gone_on_with(tmp_path: Path) -> None:
    encoder = WordEncoder(4096)
    test_set = corpus(tmp_path / "set", sea=SEA, birds=BIRDS)
    folder = archive_for(test_set, encoder)
    with Archive(folder) as archive, archive.writing():
        archive.store.delete(["birds"])
        archive.derived.catch_up()
    stamp = folder / STAMP
    stamp.write_text(stamp.read_text().replace('"whole": true', '"whole": false'))
    encoder.seen.clear()
    archive_for(test_set, encoder)
    assert (held(folder), encoder.seen) == ({"sea": SEA, "birds": BIRDS}, [BIRDS])


def test_an_archive_that_is_given_is_made_where_there_is_none_and_left_alone_where_it_is_ones_own(
    tmp_path: Path, folder: Path
) -> None:
    first = corpus(tmp_path / "set", sea=SEA)
    assert archive_for(first, ENCODER, given=folder) == folder
    assert held(folder) == {"sea": SEA}
    assert archive_for(corpus(tmp_path / "other", sea=HILLS), ENCODER, given=folder) == folder
    (folder / STAMP).unlink()
    assert archive_for(corpus(tmp_path / "set", sea=HILLS), ENCODER, given=folder) == folder
    assert held(folder) == {"sea": SEA}


def test_a_set_without_articles_makes_no_archive(tmp_path: Path) -> None:
    corpus(tmp_path / "set", sea=SEA)
    (tmp_path / "set" / "corpus.jsonl").unlink()
    with pytest.raises(BadInput, match="set comes without articles: give --corpus, --archive, --url or --run"):
        archive_for(open_test_set(str(tmp_path / "set")), ENCODER)


def test_an_archive_of_other_articles_is_refused_and_missing_ones_are_counted(
    tmp_path: Path, searcher: Searcher, capsys: Capture
) -> None:
    test_set = corpus(tmp_path / "set", sea=SEA)
    check_articles(searcher.archive, test_set)
    assert capsys.readouterr().err == ""
    (tmp_path / "set" / "qrels" / "all.tsv").write_text("q\tsea\t1\nq\tocean\t1\nq\tpond\t0\n")
    check_articles(searcher.archive, open_test_set(str(tmp_path / "set")))
    assert "lacks 1 of 2 relevant articles" in capsys.readouterr().err
    (tmp_path / "set" / "qrels" / "all.tsv").write_text("q\tocean\t1\n")
    with pytest.raises(BadInput, match="none of the 1 relevant articles, such as 'ocean'"):
        check_articles(searcher.archive, open_test_set(str(tmp_path / "set")))


def asked_for(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(["set", *arguments])


def names(test_set: TestSet, *arguments: str) -> list[str]:
    out = []
    for ranker in rankers_for(test_set, asked_for(*arguments)):
        out.append(ranker.name)
        ranker.close()
    return out


def test_services_and_functions_are_measured_without_zitat_unless_it_is_asked_for_too(tmp_path: Path) -> None:
    test_set = corpus(tmp_path / "set", sea=SEA)
    (tmp_path / "mine.py").write_text("def search(question, count):\n    return []\n")
    function = ("--ranker", f"{tmp_path}/mine.py:search")
    endpoint = ("--endpoint", "http://127.0.0.1:9/?q={question}", "--hits", "ids")
    assert names(test_set, *endpoint, *function) == [
        "http://127.0.0.1:9/",
        f"{tmp_path}/mine.py:search",
    ]
    assert names(test_set, "--run", "x.run") == []


@pytest.mark.slow
def test_another_model_has_an_archive_of_its_own_and_no_language_correction(tmp_path: Path, capsys: Capture) -> None:
    from index.encoders.e5 import bundled_weights, read_weights
    from index.encoders.e5_export import write_checkpoint

    model = tmp_path / "tiny-e5"
    write_checkpoint(read_weights(bundled_weights()), model)
    test_set = corpus(tmp_path / "set", sea=SEA, birds=BIRDS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's and transformers' own
        chosen = rankers_for(
            test_set, asked_for("--model", str(model), "--variant", "zitat", "--variant", "dense-uncorrected")
        )
        ranker = next(chosen)
        assert isinstance(ranker, ArchiveRanker)
        assert ranker.name == "Zitat, tiny-e5"
        assert best_first(ranker.rank(Query("q", "Windräder im Meer", "de"), (), 2)) == ["sea", "birds"]
        assert ranker.searcher.archive.manifest.model == str(model.resolve())
        ranker.close()
        assert list(chosen) == []
    assert "only the bundled encoder has one; left out for" in capsys.readouterr().err
    again = archive_for(test_set, ranker.searcher.encoder, str(model))
    assert held(again).keys() == {"sea", "birds"}

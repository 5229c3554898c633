"""Test sets in the forms that others publish them in: BEIR folders, TREC topics, ids of ir_datasets."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from eval.sets import Gold, Query, TestSet
from eval.sets.judgements import read_judgements
from eval.sets.leaving_out import without_sources
from eval.sets.opening import open_test_set
from index.article import Draft
from index.errors import BadInput
from index.text.language import detect
from tests.eval.conftest import CORPUS, QRELS


def written(file: Path, *rows: dict[str, Any] | str) -> Path:
    """A file of rows; packed where its name says so."""
    file.parent.mkdir(parents=True, exist_ok=True)
    text = "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    file.write_bytes(gzip.compress(text.encode()) if file.suffix == ".gz" else text.encode())
    return file


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A folder as the makers of BEIR publish them: nothing packed, no languages, and metadata of no use here."""
    folder = tmp_path / "scifact"
    written(
        folder / "corpus.jsonl",
        {"_id": "4983", "title": "Wind at sea", "text": "Turbines stand far out at sea.", "metadata": {}},
        {
            "_id": "5836",
            "title": "",
            "text": "Die Windräder stehen weit draußen im Meer vor der Küste.",
            "metadata": {},
        },
    )
    written(
        folder / "queries.jsonl",
        {"_id": "1", "text": "Where do the wind turbines stand?", "metadata": {"url": "x"}},
        {"_id": "2", "text": "Wo stehen die Windräder an der Küste?", "metadata": {}},
        {"_id": "3", "text": "Who asked this in training?", "metadata": {}},
    )
    written(folder / "qrels" / "train.tsv", "query-id\tcorpus-id\tscore", "3\t4983\t1")
    written(folder / "qrels" / "test.tsv", "query-id\tcorpus-id\tscore", "1\t4983\t2", "2\t5836\t1")
    return folder


def test_queries_without_judgements_are_left_out(beir: Path) -> None:
    test_set = open_test_set(str(beir), "all")
    assert [query.id for query in test_set.queries] == ["q-wind", "q-strike", "q-meer"]
    assert test_set.queries[2] == Query("q-meer", "Windräder Meer", "de")
    assert test_set.qrels == {query: {article: grade} for query, article, grade in QRELS["all"]}
    assert (test_set.name, test_set.qrels_name, test_set.languages) == ("tiny", "all", ["de", "en"])
    assert [one.id for one in test_set.articles()] == [name for name, _, _ in CORPUS]


def test_another_name_gives_other_judgements_and_so_does_a_file(beir: Path, tmp_path: Path) -> None:
    assert open_test_set(str(beir), "mono").qrels == {"q-meer": {"meer": 1}}
    mine = written(tmp_path / "mine.tsv", "q-wind\tbirds\t3")
    assert open_test_set(str(beir), str(mine)).qrels == {"q-wind": {"birds": 3}}


def test_a_folder_as_beir_publishes_it_is_read_with_its_test_part_and_languages_are_detected(published: Path) -> None:
    test_set = open_test_set(str(published))
    assert [(query.id, query.language) for query in test_set.queries] == [("1", "en"), ("2", "de")]
    assert test_set.qrels == {"1": {"4983": 2}, "2": {"5836": 1}}
    assert test_set.article_languages == {"4983": "en", "5836": "de"}
    assert [one.title for one in test_set.articles()] == ["Wind at sea", None]
    assert test_set.pools == ["de", "en"]


def test_the_language_of_a_query_is_told_as_that_of_any_question(published: Path) -> None:
    asked = "Who met Putin?"
    assert detect(asked)[0] != "en"  # taken for a sentence of an article
    written(published / "queries.jsonl", {"_id": "1", "text": asked}, {"_id": "2", "text": asked, "language": "nl"})
    assert [query.language for query in open_test_set(str(published)).queries] == ["en", "nl"]


def test_a_folder_may_come_without_articles(published: Path) -> None:
    (published / "corpus.jsonl").unlink()
    test_set = open_test_set(str(published))
    assert (test_set.corpus, list(test_set.articles()), len(test_set.queries)) == (None, [], 2)


def test_answers_have_places_and_those_without_are_no_answers_to_be_quoted(tmp_path: Path) -> None:
    place = {"corpus_id": "a", "start": 4, "text": "sea"}
    written(
        tmp_path / "s" / "queries.jsonl.gz",
        {"_id": 7, "text": "where", "language": "en", "answers": [place]},
        {"_id": "8", "text": "who", "language": "en", "answers": ["a bare word"]},
    )
    written(tmp_path / "s" / "qrels" / "dev.tsv.gz", "7\ta\t1", "8\ta\t1")
    first, second = open_test_set(str(tmp_path / "s")).queries
    assert (first.id, first.answers, second.answers) == ("7", (Gold("a", 4, "sea"),), ())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: Invalid JSON"),
        ('{"_id": "1"}', "line 2: text: Field required"),
        ('{"text": "x"}', "line 2: _id: Field required"),
        ('{"_id": "1", "text": "x", "answers": [{"start": -1, "text": "", "corpus_id": "a"}]}', "line 2: answers"),
    ],
)
def test_a_broken_query_is_named_by_file_and_line(published: Path, line: str, said: str) -> None:
    file = written(published / "queries.jsonl", {"_id": "1", "text": "x"}, line)
    with pytest.raises(BadInput, match=re.escape(f"{file}, {said}")):
        open_test_set(str(published))


def test_what_is_missing_is_said_with_the_cure(published: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no judgements 'dev': give --qrels one of test, train"):
        open_test_set(str(published), "dev")
    written(published / "qrels" / "test.tsv", "99\t4983\t1")
    with pytest.raises(BadInput, match="1 judged queries, such as '99'"):
        open_test_set(str(published))
    (published / "qrels" / "test.tsv").rename(published / "qrels" / "dev.tsv")
    with pytest.raises(BadInput, match="2 judgements: give --qrels one of dev, train"):
        open_test_set(str(published))
    with pytest.raises(BadInput, match=r"a BEIR folder has queries\.jsonl"):
        open_test_set(str(tmp_path))


def test_what_is_no_text_is_an_error_that_names_the_file(published: Path) -> None:
    (published / "queries.jsonl").write_bytes(b'{"_id": "1", "text": "\xff"}\n')
    with pytest.raises(BadInput, match=r"queries\.jsonl, after line 0"):
        open_test_set(str(published))


def test_judgements_are_read_in_both_forms_with_grades_of_every_kind(tmp_path: Path) -> None:
    trec = written(tmp_path / "q.txt", "301 0 FT911-1 2", "301\t0\tFT911-2\t-1", "", "302 Q0 FT911-1 0")
    beir = written(
        tmp_path / "q.tsv", "query-id\tcorpus-id\tscore", "301\tFT911-1\t2", "301\tFT911-2\t-1", "302\tFT911-1\t0.0"
    )
    wanted = {"301": {"FT911-1": 2, "FT911-2": -1}, "302": {"FT911-1": 0}}
    assert read_judgements(trec) == read_judgements(beir) == wanted


@pytest.mark.parametrize("line", ["301 FT911", "301 0 FT911 often", "301 0 FT911 1.5", "301 0 0 FT911 1", "1\t\t1"])
def test_a_broken_judgement_is_named_by_file_and_line(tmp_path: Path, line: str) -> None:
    file = written(tmp_path / "q.txt", "301 0 FT911-1 2", line)
    with pytest.raises(BadInput, match=re.escape(f"{file}, line 2: ")):
        read_judgements(file)


def test_two_grades_for_one_article_are_an_error_and_the_same_twice_is_none(tmp_path: Path) -> None:
    assert read_judgements(written(tmp_path / "q", "1 0 a 2", "1 0 a 2")) == {"1": {"a": 2}}
    with pytest.raises(BadInput, match="line 2: 'a' has two grades for '1'"):
        read_judgements(written(tmp_path / "q", "1 0 a 2", "1 0 a 1"))
    with pytest.raises(BadInput, match="holds no judgement"):
        read_judgements(written(tmp_path / "q", ""))


def test_folds_hold_relevant_articles_together_not_judged_ones() -> None:
    queries = tuple(Query(f"q{n}", "x", "en") for n in range(10))
    qrels = {f"q{n}": {"a0": 0, f"a{n}": 1} for n in range(10)}
    halves = [TestSet("made", "all", queries, qrels).fold(k, 2) for k in (0, 1)]
    assert [len(half.queries) for half in halves] == [5, 5]


def numbered(counts: dict[str, int]) -> TestSet:
    queries = tuple(Query(f"{language}-{n}", "x", language) for language, count in counts.items() for n in range(count))
    return TestSet("made", "all", queries, {query.id: {"a": 1} for query in queries})


def ids(test_set: TestSet) -> list[str]:
    return [query.id for query in test_set.queries]


def test_only_some_languages_may_be_asked_in_and_one_that_is_not_there_is_named() -> None:
    made = numbered({"en": 2, "de": 1, "fr": 1})
    assert ids(made.in_languages(["de", "fr"])) == ["de-0", "fr-0"]
    with pytest.raises(BadInput, match="no question in ja"):
        made.in_languages(["de", "ja"])


def test_a_sample_is_spread_over_each_language_and_asks_each_something_else() -> None:
    assert ids(numbered({"en": 10, "de": 4}).sample(2)) == ["de-0", "de-2", "en-2", "en-7"]
    asked = [name.split("-")[1] for name in ids(numbered({"en": 12, "de": 12, "fr": 12}).sample(2))]
    assert len(set(asked)) == len(asked)
    assert ids(numbered({"en": 3}).sample(50)) == ["en-0", "en-1", "en-2"]
    assert numbered({"en": 3, "de": 2}).sample(None) == numbered({"en": 3, "de": 2})


SENTENCE = "The harbour was closed for eleven days."


def sentences() -> TestSet:
    """Two queries that are sentences of articles; one of the articles is judged."""
    articles = [
        Draft(f"Before.\n{SENTENCE} After.", "x", 1, id="source", language="en"),
        Draft("Der Hafen war elf Tage geschlossen.", "x", 2, id="translation", language="de"),
        Draft(f"Quoted: the harbour was closed for eleven days. {SENTENCE}", "x", 3, id="judged", language="en"),
        Draft("港は十一日間閉鎖された。", "x", 4, id="kurz", language="ja"),
    ]
    queries = (Query("q1", SENTENCE.replace(" for ", "\n for "), "en"), Query("q2", "閉鎖された", "ja"))
    qrels = {"q1": {"translation": 1, "judged": 0}, "q2": {"translation": 1}}
    return TestSet("made", "cross", queries, qrels, lambda: iter(articles))


def test_the_unjudged_article_that_holds_a_query_word_for_word_is_left_out() -> None:
    assert without_sources(sentences()).left_out == {"q1": frozenset({"source"}), "q2": frozenset({"kurz"})}


def test_without_articles_there_is_nothing_to_look_for_a_query_in() -> None:
    with pytest.raises(BadInput, match="without articles"):
        without_sources(numbered({"en": 1}))


def test_each_sentence_of_ntrex_is_left_its_own_article_out() -> None:
    folder = Path(__file__).parents[3] / "shared" / "data" / "eval" / "ntrex-dev"
    if not folder.exists():
        pytest.skip("../shared/data is not here")
    test_set = open_test_set(str(folder), "sentences-cross").sample(2)
    left_out = without_sources(test_set).left_out or {}
    assert left_out.keys() == {query.id for query in test_set.queries}
    for query in test_set.queries:
        judged = test_set.qrels[query.id]
        assert len(left_out[query.id]) == 1
        [source] = left_out[query.id]
        assert source.split("-")[0] == query.language
        assert source not in judged
        assert {name.split("-", 1)[1] for name in judged} == {source.split("-", 1)[1]}

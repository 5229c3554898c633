"""TREC's own forms: topics in SGML, XML and tables, documents in SGML; and data sets of the package ir_datasets."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from eval.sets import Query
from eval.sets.documents import read_documents
from eval.sets.ir_dataset import set_from
from eval.sets.opening import open_test_set
from eval.sets.trec import read_topics
from index.article import Draft, Rejection
from index.errors import BadInput

ADHOC = """
<top>
<num> Number: 051
<dom> Domain: International Economics
<title> Topic:  Airbus Subsidies &amp; Loans

<desc> Description:
Which governments paid
for Airbus?
<narr> Narrative:
A relevant document says who.
</top>

<top>
<num> Number: 301 </num>
<title> International Organized Crime </title>
</top>
"""
COVID = """<?xml version="1.0"?>
<topics task="covid"><!-- of 2020
in two lines -->
  <topic number="1">
    <query>coronavirus origin</query>
    <question>what is the origin of COVID-19</question>
  </topic>
  <topic number="2"><query>coronavirus <![CDATA[<weather>]]></query></topic>
</topics>"""
CLEF = """<topics>
<topic lang="de"><identifier>10.2452/451-AH</identifier><title>Römische Kriege</title></topic>
<topic lang="ita"><identifier>10.2452/452-AH</identifier><title>Guerre romane</title></topic>
</topics>"""
CLEF_OLD = '<top lang="EN"><num> C041 </num><EN-title> Pesticides in Baby Food </EN-title></top>'
BARE = '<queries><query number="9">wind at sea</query></queries>'


def file_of(folder: Path, text: str, name: str = "topics.txt", encoding: str = "utf-8") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def test_topics_of_the_early_years_are_read_though_their_elements_have_no_ends(tmp_path: Path) -> None:
    first, second = read_topics(file_of(tmp_path, ADHOC))
    assert (first.id, first.text(None)) == ("051", "Airbus Subsidies & Loans")
    assert first.text("desc") == "Which governments paid for Airbus?"
    assert (second.id, second.text(None), second.text("desc")) == ("301", "International Organized Crime", "")


def test_topics_in_xml_are_read_with_numbers_in_attributes_or_elements(tmp_path: Path) -> None:
    first, second = read_topics(file_of(tmp_path, COVID))
    assert (first.id, first.text(None), first.text("question")) == (
        "1",
        "coronavirus origin",
        "what is the origin of COVID-19",
    )
    assert second.text(None) == "coronavirus <weather>"
    [bare] = read_topics(file_of(tmp_path, BARE))
    assert (bare.id, bare.text(None)) == ("9", "wind at sea")


def test_topics_of_clef_say_their_language(tmp_path: Path) -> None:
    found = [(one.id, one.text(None), one.language) for one in read_topics(file_of(tmp_path, CLEF))]
    assert found == [("10.2452/451-AH", "Römische Kriege", "de"), ("10.2452/452-AH", "Guerre romane", "it")]
    [old] = read_topics(file_of(tmp_path, CLEF_OLD))
    assert (old.id, old.text(None), old.language) == ("C041", "Pesticides in Baby Food", "en")


def test_topics_in_a_table_may_be_packed_and_those_in_latin_1_are_understood(tmp_path: Path) -> None:
    packed = tmp_path / "topics.tsv.gz"
    packed.write_bytes(gzip.compress("1\twind at sea\n2\tWindräder\n".encode()))
    assert [(one.id, one.text(None)) for one in read_topics(packed)] == [("1", "wind at sea"), ("2", "Windräder")]
    [old] = read_topics(file_of(tmp_path, "<top><num>1<title>Präsident</top>", encoding="latin-1"))
    assert old.text(None) == "Präsident"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no topic"),
        ("1 wind at sea", "line 1: '1 wind at sea' is no topic"),
        ("<topics>\n<!-- a\nb -->\n<topic><query>x</query></topic>", "line 4: a topic without a number"),
    ],
)
def test_a_broken_topic_is_named_by_file_and_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=rf"topics\.txt.*{said}"):
        read_topics(file_of(tmp_path, text))


DOCUMENTS = """<DOC>
<DOCNO> FT911-1 </DOCNO>
<DATE>19910514</DATE>
<HEADLINE> FT 14 MAY 91 / Loans for Airbus </HEADLINE>
<TEXT>
<P>Three governments paid for <F P=102>Airbus</F>.</P>
<P>AT&amp;T did not.</P>
</TEXT>
</DOC>
<DOC><DOCNO>FT911-2</DOCNO><TEXT>  </TEXT></DOC>
"""


def test_documents_in_sgml_are_articles_with_title_date_and_paragraphs(tmp_path: Path) -> None:
    folder = tmp_path / "ft"
    (folder / "ft911").mkdir(parents=True)
    (folder / "ft911" / "ft911_1").write_text(DOCUMENTS, encoding="utf-8")
    (folder / "more.jsonl").write_text('{"id": "other", "text": "Other news."}\n', encoding="utf-8")
    first, empty, other = read_documents([folder])
    assert isinstance(first, Draft)
    assert (first.id, first.title, first.published_at) == ("FT911-1", "FT 14 MAY 91 / Loans for Airbus", "1991-05-14")
    assert first.text == "Three governments paid for Airbus .\n\nAT&T did not."
    assert isinstance(empty, Rejection)
    assert isinstance(other, Draft)
    assert (empty.record, empty.reason, other.id) == (2, "a <DOC> without a text", "other")


def test_topics_judgements_and_documents_make_a_test_set(tmp_path: Path) -> None:
    topics, documents = file_of(tmp_path, ADHOC), file_of(tmp_path, DOCUMENTS, "ft")
    qrels = file_of(tmp_path, "51 0 FT911-1 2\n51 0 FT911-2 -1\n52 0 FT911-1 1\n", "qrels.adhoc.txt")
    test_set = open_test_set(str(topics), str(qrels), [documents], "desc")
    assert test_set.queries == (Query("51", "Which governments paid for Airbus?", "en"),)
    assert test_set.qrels == {"51": {"FT911-1": 2, "FT911-2": -1}}
    assert (test_set.name, test_set.qrels_name, test_set.files) == ("topics", "qrels.adhoc", (documents,))
    assert [one.id for one in test_set.articles()] == ["FT911-1"]
    assert open_test_set(str(topics), str(qrels)).corpus is None


def test_the_language_of_a_topic_is_told_as_that_of_any_question(tmp_path: Path) -> None:
    topics = file_of(tmp_path, '<topic number="1"><question>Who met Putin?</question></topic>')
    qrels = file_of(tmp_path, "1 0 a 1\n", "qrels.txt")
    assert open_test_set(str(topics), str(qrels)).queries == (Query("1", "Who met Putin?", "en"),)


def test_queries_in_json_lines_may_be_judged_in_trecs_form(tmp_path: Path) -> None:
    queries = file_of(tmp_path, '{"_id": "1", "text": "Windräder", "language": "de"}\n', "queries.jsonl")
    qrels = file_of(tmp_path, "1 0 a 1\n", "qrels.txt")
    assert open_test_set(str(queries), str(qrels)).queries == (Query("1", "Windräder", "de"),)


def test_what_does_not_belong_together_is_said(tmp_path: Path) -> None:
    topics, qrels = file_of(tmp_path, ADHOC), file_of(tmp_path, "701 0 a 1\n", "qrels.txt")
    with pytest.raises(BadInput, match="judges none of its topics, but for instance '701'"):
        open_test_set(str(topics), str(qrels))
    with pytest.raises(BadInput, match="nothing is given as judgements: give their file with --qrels FILE"):
        open_test_set(str(topics))
    judged = file_of(tmp_path, "301 0 a 1\n", "qrels.txt")
    with pytest.raises(BadInput, match="topic 301 has no field to ask: give --topic-field one of num, title"):
        open_test_set(str(topics), str(judged), field="desc")


ASKED = "1\tWhere do the turbines stand?\n2\tWo stehen die Windräder?\n3\tx\n4\tWho met Putin?\n"


@pytest.fixture
def made(tmp_path: Path) -> Any:
    """A data set of the package's own making, read from files on this disk."""
    ir_datasets = pytest.importorskip("ir_datasets")
    docs = file_of(
        tmp_path, "sea\tThe wind turbines stand far out at sea.\nmeer\tDie Windräder stehen im Meer.\n", "docs.tsv"
    )
    queries = file_of(tmp_path, ASKED, "queries.tsv")
    qrels = file_of(tmp_path, "1 0 sea 2\n1 0 meer -1\n2 0 meer 1\n4 0 sea 0\n", "qrels")
    return ir_datasets.create_dataset(str(docs), str(queries), str(qrels))


def test_a_data_set_of_ir_datasets_gives_queries_judgements_and_articles(made: Any) -> None:
    test_set = set_from(made, "mine/test")
    assert [(query.id, query.language) for query in test_set.queries] == [("1", "en"), ("2", "de"), ("4", "en")]
    assert test_set.queries[0].text == "Where do the turbines stand?"
    assert test_set.qrels == {"1": {"sea": 2, "meer": -1}, "2": {"meer": 1}, "4": {"sea": 0}}
    assert test_set.article_languages == {"sea": "en", "meer": "de"}
    assert next(test_set.articles()).text == "The wind turbines stand far out at sea."


def test_languages_that_the_data_set_tells_are_taken(tmp_path: Path) -> None:
    ir_datasets = pytest.importorskip("ir_datasets")
    from ir_datasets.formats import TrecQrels, TsvDocs, TsvQueries
    from ir_datasets.util import LocalDownload

    local = {
        name: LocalDownload(str(file_of(tmp_path, text, name)))
        for name, text in {"d": "a\tWind\n", "q": "1\tWind\n", "j": "1 0 a 1\n"}.items()
    }
    parts = TsvDocs(local["d"], lang="nl"), TsvQueries(local["q"], lang="sv"), TrecQrels(local["j"], {})
    test_set = set_from(ir_datasets.Dataset(*parts), "mine")
    assert (test_set.languages, test_set.article_languages) == (["sv"], {"a": "nl"})


def test_an_id_is_looked_up_and_one_that_is_not_there_is_said(made: Any) -> None:
    import ir_datasets

    ir_datasets.registry.register("zitat-test", made)
    assert len(open_test_set("zitat-test").queries) == 3
    with pytest.raises(BadInput, match="no/such is no file or folder, and no id of ir_datasets"):
        open_test_set("no/such")
    with pytest.raises(BadInput, match="beir/scifact has no qrels: give the id of one of its parts"):
        open_test_set("beir/scifact")

"""JSON Lines, JSON, CSV, TSV and Parquet: many articles in one file."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path

import pytest
import zstandard

from index.article import Article, Draft, Rejection
from index.reading import Limits, ReadOptions, read
from tests.index.reading.samples import drafts, rejections


def write(path: Path, text: str) -> Path:
    """Write UTF-8 and give the path back."""
    path.write_text(text, encoding="utf-8")
    return path


def test_a_broken_json_line_is_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "A"}\n{"text": "B\n\n[1, 2]\n{"title": "no text"}\n{"text": "C"}\n')
    items = list(read([str(path)]))
    assert [item.record for item in items] == [1, 2, 4, 5, 6]
    assert [type(item) for item in items] == [Draft, Rejection, Rejection, Rejection, Draft]
    assert isinstance(items[1], Rejection)
    assert "column" in items[1].reason
    assert isinstance(items[3], Rejection)
    assert "title" in items[3].reason


def test_usual_names_are_recognised_whatever_their_case(tmp_path: Path) -> None:
    record = {
        "_id": 12,
        "Headline": "H",
        "BODY": "Text",
        "PubDate": "13.11.2020",
        "link": "https://a.example/1",
        "byline": ["A. One", "B. Two"],
        "publisher": {"name": "Trend"},
        "Lang": "en",
    }
    [draft] = drafts(write(tmp_path / "a.jsonl", json.dumps(record) + "\n"))
    assert draft == Draft(
        text="Text",
        origin=str(tmp_path / "a.jsonl"),
        record=1,
        id="12",
        title="H",
        language="en",
        published_at="13.11.2020",
        source="Trend",
        author="A. One, B. Two",
        url="https://a.example/1",
    )


def test_a_mapping_overrules_names_reaches_into_objects_and_strips_html(tmp_path: Path) -> None:
    line = {"text": "teaser", "fields": {"body_html": "<p>One &amp; two</p><p>Three</p>"}}
    options = ReadOptions(fields={"text": "fields.body_html", "lang": "x"})
    [draft] = drafts(write(tmp_path / "a.jsonl", json.dumps(line) + "\n"), options=options)
    assert draft.text == "One & two\nThree"


def test_a_mapping_for_one_file_leaves_the_usual_names_of_the_others(tmp_path: Path) -> None:
    mapped = write(tmp_path / "a.jsonl", '{"text": "A", "kopf": "From the mapping", "title": "Usual"}\n')
    usual = write(tmp_path / "b.jsonl", '{"text": "B", "title": "Usual"}\n')
    first, second = drafts(mapped, usual, options=ReadOptions(fields={"title": "kopf"}))
    assert (first.title, second.title) == ("From the mapping", "Usual")


def test_the_usual_names_are_known_in_other_languages(tmp_path: Path) -> None:
    table = "Titel;Datum;Text;Quelle\nStreik im Hafen;09.02.2024;Der Hafen steht still.;dpa\n"
    [draft] = drafts(write(tmp_path / "a.csv", table))
    assert (draft.title, draft.published_at, draft.source) == ("Streik im Hafen", "09.02.2024", "dpa")


def test_a_record_without_an_id_is_named_by_its_url(tmp_path: Path) -> None:
    [draft] = drafts(write(tmp_path / "a.jsonl", '{"text": "A", "url": "https://a.example/1"}\n'))
    assert (draft.id, draft.name) == (None, "https://a.example/1")


def test_a_line_past_the_limit_is_skipped_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "A"}\n{"text": "' + "x" * 5000 + '"}\n{"text": "B"}\n')
    items = list(read([str(path)], ReadOptions(limits=Limits(line=1000))))
    assert [type(item) for item in items] == [Draft, Rejection, Draft]
    assert items[2].record == 3


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst", "noname"])
def test_packed_json_lines_are_unpacked(name: str, tmp_path: Path) -> None:
    data = b'{"text": "A"}\n{"text": "B"}\n'
    packed = zstandard.compress(data) if name.endswith("zst") else gzip.compress(data)
    (tmp_path / name).write_bytes(packed)
    assert [draft.text for draft in drafts(tmp_path)] == ["A", "B"]


def test_a_cut_gzip_gives_what_it_holds_and_a_rejection(tmp_path: Path) -> None:
    data = "".join(f'{{"id": {n}, "text": "{n * 7919}"}}\n' for n in range(20_000)).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(data)[:60_000])
    items = list(read([str(tmp_path)]))
    read_before = sum(isinstance(item, Draft) for item in items)
    assert read_before > 1000
    assert isinstance(items[-1], Rejection)
    assert items[-1].record == len(items)
    assert f"{read_before:,} records before this read" in items[-1].reason


def test_json_lines_in_utf16_and_with_one_line_in_another_encoding_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes('{"text": "Öl"}\n{"text": "Gas"}\n'.encode("utf-16"))
    assert [draft.text for draft in drafts(tmp_path)] == ["Öl", "Gas"]
    lines = b'{"text": "A"}\n' * 6000 + '{"text": "Öl"}\n'.encode("latin-1") + b'{"text": "B"}\n'
    (tmp_path / "a.jsonl").write_bytes(lines)
    items = list(read([str(tmp_path)]))
    [rejection] = [item for item in items if isinstance(item, Rejection)]
    assert (rejection.record, len(items)) == (6001, 6002)


@pytest.mark.parametrize(
    "text",
    [
        '[{"text": "A"}, {"text": "B"}]',
        '{"status": "ok", "articles": [{"text": "A"}, {"text": "B"}], "total": 2}',
        '\n\n [ {"text": "A"},\n{"text": "B"} ]',
        '{"text": "A"}\n\n{\n"text": "B"}',
    ],
)
def test_json_lists_are_found(text: str, tmp_path: Path) -> None:
    assert [draft.text for draft in drafts(write(tmp_path / "a.json", text))] == ["A", "B"]


def test_a_json_object_alone_is_an_article_named_after_its_file(tmp_path: Path) -> None:
    [draft] = drafts(write(tmp_path / "a.json", '{"title": "T", "text": "A", "items": [1.5, 2]}'.replace("items", "n")))
    assert (draft.title, draft.name) == ("T", "a.json")


@pytest.mark.parametrize("related", ['"items": [{"title": "Related"}]', '"items": ["energy"]', '"items": []'])
@pytest.mark.parametrize("text_first", [True, False])
def test_a_json_object_with_its_own_text_is_the_article_even_if_it_holds_a_list(
    related: str, text_first: bool, tmp_path: Path
) -> None:
    parts = ['"title": "T", "text": "A"', related]
    [draft] = drafts(write(tmp_path / "a.json", "{" + ", ".join(parts if text_first else parts[::-1]) + "}"))
    assert (draft.title, draft.text) == ("T", "A")


def test_a_text_before_a_list_of_articles_makes_the_object_the_article(tmp_path: Path) -> None:
    [draft] = drafts(write(tmp_path / "a.json", '{"text": "A", "stories": [{"text": "B"}]}'))
    assert draft.text == "A"
    both = drafts(write(tmp_path / "a.json", '{"stories": [{"text": "B"}], "text": "A"}'))
    assert [draft.text for draft in both] == ["B", "A"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (["One.", "Two."], "One.\n\nTwo."),
        ({"text": "One."}, "One."),
        ({"content": ["One.", {"text": "Two."}]}, "One.\n\nTwo."),
        ([{"type": "p", "text": "One."}, {"type": "image", "url": "u"}, {"content": "Two."}], "One.\n\nTwo."),
        ({"html": "<p>One.</p><p>Two.</p>"}, "One.\nTwo."),
    ],
)
def test_a_text_in_parts_is_joined_with_blank_lines(body: object, text: str, tmp_path: Path) -> None:
    [draft] = drafts(write(tmp_path / "a.jsonl", json.dumps({"id": 1, "body": body}) + "\n"))
    assert draft.text == text


def test_a_parquet_file_that_breaks_late_says_where(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"text": [f"{n * 7919} {n * 104729}" for n in range(20_000)]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1000, compression="gzip")
    data = bytearray((tmp_path / "a.parquet").read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2000] = b"\xff" * 2000
    (tmp_path / "a.parquet").write_bytes(bytes(data))
    items = list(read([str(tmp_path)]))
    assert isinstance(items[-1], Rejection)
    assert (items[-1].record, len(items) > 1000) == (len(items), True)
    assert f"{len(items) - 1:,} records before this read" in items[-1].reason


def test_json_that_breaks_off_gives_the_articles_before(tmp_path: Path) -> None:
    items = list(read([str(write(tmp_path / "a.json", '[{"text": "A"}, {"text": "B"}, {"te'))]))
    assert [type(item) for item in items] == [Draft, Draft, Rejection]
    assert "after 2 articles" in items[2].reason  # type: ignore[union-attr]


def test_json_without_articles_is_rejected(tmp_path: Path) -> None:
    assert rejections(write(tmp_path / "a.json", "[]"))
    assert rejections(write(tmp_path / "a.json", '["a", 1]'))
    assert rejections(write(tmp_path / "a.json", "[" * 100_000))


def test_a_json_file_that_is_really_a_page_is_read_as_one(tmp_path: Path) -> None:
    body = "<p>" + "The minister spoke about wind energy in Baku on Friday. " * 20 + "</p>"
    [draft] = drafts(write(tmp_path / "a.json", f"<!DOCTYPE html><html><body><article>{body}</article></body></html>"))
    assert draft.text.startswith("The minister")


def test_parquet_is_read_by_its_columns(tmp_path: Path) -> None:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    table = pa.table(
        {"id": [1, 2], "content": ["A", None], "date": [datetime(2020, 11, 13, 9), None], "junk": [b"\0", b"\1"]}
    )
    pq.write_table(table, tmp_path / "a.parquet")
    items = list(read([str(tmp_path)]))
    assert [type(item) for item in items] == [Draft, Rejection]
    assert items[0] == Draft("A", str(tmp_path / "a.parquet"), 1, id="1", published_at="2020-11-13T09:00:00")
    pq.write_table(table.drop_columns(["content"]), tmp_path / "a.parquet")
    assert "'junk'" in rejections(tmp_path)[0].reason


def test_a_broken_parquet_file_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + b"\0" * 100 + b"PAR1")
    assert len(rejections(tmp_path)) == 1


def test_nul_and_surrogates_do_not_stop_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", '{"text": "a\\u0000b"}\n{"text": "\\ud800 lone"}\n{"text": "\\ud83d\\ude00"}\n')
    assert [draft.text for draft in drafts(path)] == ["a\0b", "\ud800 lone", "😀"]


ESCAPED = "Q&amp;A: what&#8217;s next for &quot;F&uuml;rth&quot; &#x2013; 3&nbsp;%&hellip;"
PLAIN = 'Q&A: what’s next for "Fürth" – 3\xa0%…'


@pytest.mark.parametrize("name", ["a.jsonl", "a.json", "a.csv", "a.parquet"])
def test_fields_that_were_escaped_once_too_often_become_plain_text(name: str, tmp_path: Path) -> None:
    fields = {"text": ESCAPED, "title": ESCAPED, "author": "Tom &amp; Jo", "source": "Smith &amp; Sons"}
    record = fields | {"id": "a&amp;b", "url": "https://a.example/?a=1&amp;b=2"}
    if name.endswith("json") or name.endswith("jsonl"):
        write(tmp_path / name, json.dumps(record) + "\n")
    elif name.endswith("csv"):
        write(tmp_path / name, ",".join(record) + "\n" + ",".join(record.values()) + "\n")
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.table({key: [value] for key, value in record.items()}), tmp_path / name)
    [draft] = drafts(tmp_path)
    assert (draft.text, draft.title, draft.author, draft.source) == (PLAIN, PLAIN, "Tom & Jo", "Smith & Sons")
    assert (draft.id, draft.url) == ("a&amp;b", "https://a.example/?a=1&amp;b=2")  # by these it is known


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("In HTML, &amp; stands for &.", "In HTML, &amp; stands for &."),
        ("Write &lt; for <, &gt; for >.", "Write &lt; for <, &gt; for >."),
        ("AT&T &amp; Verizon", "AT&T &amp; Verizon"),
        ("if (a &&b; c)", "if (a &&b; c)"),
        ("fish&chips; peas &amp; ham", "fish&chips; peas &amp; ham"),
        ("&notit; &amp;", "&notit; &amp;"),
        ("&copy 2020 &amp;", "&copy 2020 &amp;"),
        ("Write &amp;amp; for it", "Write &amp; for it"),  # once, not twice
        ("a &gt; b > c", "a > b > c"),
        ("&lt;p&gt;One &amp;amp; two&lt;/p&gt;&lt;p&gt;Three&lt;/p&gt;", "One & two\nThree"),
        ("&#146;tis &#0;", "’tis \ufffd"),
        ("新聞 &mdash; 한국 &#128512;", "新聞 — 한국 😀"),
    ],
)
def test_entities_are_undone_only_where_a_whole_field_was_escaped(given: str, kept: str, tmp_path: Path) -> None:
    [draft] = drafts(write(tmp_path / "a.jsonl", json.dumps({"text": given, "title": "T"}) + "\n"))
    assert draft.text == kept


def test_an_exported_article_keeps_the_entities_that_it_has(tmp_path: Path) -> None:
    kept = Article("a", "Tom &amp; Jo", "What &amp; means.", "en", 1.0, None, None, None, None)
    record = {name: getattr(kept, name) for name in ("id", "title", "text", "language", "content_hash")}
    [draft] = drafts(write(tmp_path / "a.jsonl", json.dumps(record) + "\n"))
    assert (draft.text, draft.title) == ("What &amp; means.", "Tom &amp; Jo")


def test_an_address_under_a_name_that_says_html_is_no_markup(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", json.dumps({"text": "A", "html_url": "https://a.example/?a=1&copy=2"}) + "\n")
    [draft] = drafts(path, options=ReadOptions(fields={"url": "html_url"}))
    assert draft.url == "https://a.example/?a=1&copy=2"

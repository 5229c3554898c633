"""CSV and TSV: delimiters, line ends, and rows that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.article import Draft, Rejection
from index.reading import Limits, ReadOptions, read
from tests.index.reading.samples import drafts, rejections


def write(path: Path, text: str) -> Path:
    """Write UTF-8 and give the path back."""
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_of_a_table_is_found(delimiter: str, tmp_path: Path) -> None:
    lines = ["title,body,date", '"A","Text, with; all|marks","2020-11-13"']
    text = "\n".join(lines).replace("title,body,date", delimiter.join(("title", "body", "date")))
    text = text.replace('","', f'"{delimiter}"')
    [draft] = drafts(write(tmp_path / "a.csv", text))
    assert (draft.title, draft.text, draft.published_at) == ("A", "Text, with; all|marks", "2020-11-13")


def test_rows_are_numbered_by_the_line_they_begin_in(tmp_path: Path) -> None:
    text = 'id,text\n1,"two\nlines"\n\n2,more,cells\n3,\n4,last\n'
    items = list(read([str(write(tmp_path / "a.csv", text))]))
    assert [(item.record, type(item)) for item in items] == [(2, Draft), (5, Rejection), (6, Rejection), (7, Draft)]


def test_a_table_without_a_text_column_says_what_it_saw_and_how_to_map(tmp_path: Path) -> None:
    [rejection] = rejections(write(tmp_path / "a.csv", "kop,inhoud\nx,y\n"))
    assert "'kop', 'inhoud'" in rejection.reason
    assert "--map text=" in rejection.cure
    options = ReadOptions(fields={"text": "inhoud", "title": "kop"})
    assert drafts(tmp_path, options=options)[0].title == "x"


def test_an_empty_cell_is_named_with_its_record_and_its_column(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "nr,Body,content,title\n1,Text,,T\n2, ,,T\n")
    [rejection] = rejections(path)
    assert (rejection.record, rejection.reason) == (3, "no text; 'Body', 'content' are empty")
    assert "--map" not in rejection.cure
    [rejection] = rejections(write(path, "nr,text\n1,\n"))
    assert (rejection.record, rejection.reason) == (2, "no text; 'text' is empty")


def test_a_table_with_a_strange_delimiter_asks_for_it(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id^text\n1^Hello\n")
    assert "--delimiter" in rejections(path)[0].cure
    assert drafts(path, options=ReadOptions(delimiter="^"))[0].id == "1"


@pytest.mark.parametrize("rest", ["2,b\n3,c\n", '2,"b"\n3,c\n'])
def test_a_quotation_mark_that_is_never_closed_costs_only_its_line(rest: str, tmp_path: Path) -> None:
    items = list(read([str(write(tmp_path / "a.csv", 'id,text\n0,a\n1,"open\n' + rest))]))
    assert [(item.record, type(item)) for item in items] == [(2, Draft), (3, Rejection), (4, Draft), (5, Draft)]
    assert "swallowed" in items[1].reason  # type: ignore[union-attr]


def test_lines_of_running_text_behind_a_broken_row_are_no_articles(tmp_path: Path) -> None:
    text = 'id,title,text\n1,T,"first\nA "quoted", word, or two, more\nSo, it ends"\n2,U,good\n'
    items = list(read([str(write(tmp_path / "a.csv", text))]))
    assert [(item.record, type(item)) for item in items] == [(n, Rejection) for n in (2, 3, 4)] + [(5, Draft)]


def test_a_row_past_the_limit_is_rejected_with_its_line_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,text\n1,A\n2," + "x" * 5000 + '\n3,C\n4,"D\n' + "y" * 5000 + "\n5,E\n")
    items = list(read([str(path)], ReadOptions(limits=Limits(line=1000))))
    assert [(item.record, type(item)) for item in items] == [
        (2, Draft),
        (3, Rejection),
        (4, Draft),
        (5, Rejection),
        (6, Rejection),
        (7, Draft),
    ]
    assert "longer than 1,000 bytes" in items[1].reason  # type: ignore[union-attr]


def test_a_quoted_text_over_the_limit_in_short_lines_is_rejected(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", 'id,title,text\n1,T,"' + "short\n" * 400 + '"\n2,U,good\n')
    items = list(read([str(path)], ReadOptions(limits=Limits(line=1000))))
    assert [item.id for item in items if isinstance(item, Draft)] == ["2"]


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_a_table_with_any_line_ends_is_read(end: str, tmp_path: Path) -> None:
    rows = ["id,text", "1,Öl", '2,"two\nlines"', "3," + "x" * 70_000, "4,last", ""]
    (tmp_path / "export").write_bytes(end.join(rows).encode())
    assert [draft.id for draft in drafts(tmp_path)] == ["1", "2", "3", "4"]


def test_a_table_in_an_old_encoding_is_decoded(tmp_path: Path) -> None:
    text = "title;text\n" + "Заголовок;Президент России провёл встречу с министром\n" * 5
    (tmp_path / "a.csv").write_bytes(text.encode("cp1251"))
    assert drafts(tmp_path)[0].title == "Заголовок"

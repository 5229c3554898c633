"""Zip and tar files: members, nesting, and archives made to do harm."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from index.article import Draft, Rejection
from index.reading import Limits, ReadOptions, read
from tests.index.reading.samples import MEMBERS, drafts, rejections, tarred, zipped


@pytest.mark.parametrize("name", ["news.zip", "news.tar", "news.tar.gz", "news.tgz", "noname"])
def test_members_are_read_and_named_below_their_archive(name: str, tmp_path: Path) -> None:
    gzipped = name.endswith(("gz", "noname"))
    data = zipped(MEMBERS) if name.endswith("zip") else tarred(MEMBERS, "w:gz" if gzipped else "w")
    (tmp_path / name).write_bytes(data)
    first, second = drafts(tmp_path)
    shown = name.replace(".tgz", ".tar").replace(".tar.gz", ".tar")
    assert (first.text, first.name, first.origin) == ("Text one", f"{shown}/b/x", f"{tmp_path / name}!b/x.txt")
    assert (second.id, second.record) == ("1", 1)


def test_archives_in_archives_are_read_down_to_a_limit(tmp_path: Path) -> None:
    data = b"Deep text"
    for depth in range(8):
        data = zipped({f"{depth}.txt": data})
    (tmp_path / "deep.zip").write_bytes(data)
    assert "nested" in rejections(tmp_path)[0].reason
    assert drafts(tmp_path, options=ReadOptions(limits=Limits(depth=9)))[0].text == "Deep text"


def test_a_zip_bomb_is_rejected_before_it_fills_memory(tmp_path: Path) -> None:
    (tmp_path / "bomb.zip").write_bytes(zipped({"zeros.txt": b" a" * 20_000_000, "z.txt": b"The rest"}))
    items = list(read([str(tmp_path)]))
    assert [type(item) for item in items] == [Rejection, Draft]
    assert "bomb" in items[0].cure  # type: ignore[union-attr]


def test_a_gzip_bomb_of_lines_ends_with_a_rejection(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"text": "A"}\n' * 300_000))
    items = list(read([str(tmp_path)], ReadOptions(limits=Limits(ratio_from=1_000_000))))
    assert isinstance(items[-1], Rejection)
    assert "zip bomb" in items[-1].cure


def test_too_many_members_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({f"{n}.txt": b"%d" % n for n in range(20)}))
    items = list(read([str(tmp_path)], ReadOptions(limits=Limits(members=5))))
    assert sum(isinstance(item, Draft) for item in items) == 5
    assert isinstance(items[-1], Rejection)


def test_more_bytes_than_allowed_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"a.txt": b"12345" * 1000}))
    assert "more than 1,000 bytes" in rejections(tmp_path, options=ReadOptions(limits=Limits(unpacked=1000)))[0].reason


def test_a_bad_member_is_rejected_and_the_rest_goes_on(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.txt": b"The first text", "b.txt": b"The second text"}))
    place = data.find(b"a.txt") + 5
    data[place : place + 4] = b"\xff\xff\xff\xff"
    (tmp_path / "a.zip").write_bytes(bytes(data))
    items = list(read([str(tmp_path)]))
    assert [type(item) for item in items] == [Rejection, Draft]


OUTSIDE = {"../../etc/passwd": b"root", "b/../../c.txt": b"One", "..\\d.txt": b"Two"}


@pytest.mark.parametrize("name", ["a.zip", "a.tar"])
def test_a_member_that_would_escape_is_refused_by_name_and_the_rest_goes_on(name: str, tmp_path: Path) -> None:
    members = {**OUTSIDE, "b.txt": b"Three", "b/../c.txt": b"Four", "./d.txt": b"Five", "../.hidden": b"no"}
    (tmp_path / name).write_bytes(zipped(members) if name.endswith("zip") else tarred(members))
    items = list(read([str(tmp_path)]))
    assert [item.text for item in items if isinstance(item, Draft)] == ["Three", "Four", "Five"]
    refused = [item for item in items if isinstance(item, Rejection)]
    assert [one.origin for one in refused] == [f"{tmp_path / name}!{member}" for member in OUTSIDE]
    assert {one.reason for one in refused} == {"its path leads out of the archive"}
    assert all("make the archive anew" in one.cure for one in refused)


def test_of_a_beir_set_in_a_zip_only_the_corpus_is_read(tmp_path: Path) -> None:
    members = {"set/queries.jsonl": b'{"_id": "q", "text": "Q"}\n', "set/qrels/a.tsv": b"x", "other.txt": b"Other"}
    members["set/corpus.jsonl"] = b'{"_id": "d", "text": "D"}\n'
    (tmp_path / "a.zip").write_bytes(zipped(members))
    assert sorted(draft.text for draft in drafts(tmp_path)) == ["D", "Other"]


def test_a_workbook_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(zipped({"xl/workbook.xml": b"<x/>", "[Content_Types].xml": b"<x/>"}))
    assert "Excel" in rejections(tmp_path)[0].reason


def test_a_zip_cut_short_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped(MEMBERS)[:-30])
    assert len(rejections(tmp_path)) == 1

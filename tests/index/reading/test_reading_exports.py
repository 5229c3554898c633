"""What an archive exported comes back as it was."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from index.article import Article
from index.ingesting.enrich import article_from
from index.reading import ReadOptions
from tests.index.reading.samples import drafts


def write(path: Path, text: str) -> Path:
    """Write UTF-8 and give the path back."""
    path.write_text(text, encoding="utf-8")
    return path


EXPORT = Article("7", "T", "<p>One</p>\n<p>ÃŸ two</p>", "de", 0.75, "2020?-11", None, None, "https://a.example/1")


def record_of(article: Article) -> dict[str, object]:
    """The record that an export writes."""
    return asdict(article) | {"content_hash": article.content_hash}


def test_an_exported_record_is_taken_as_it_is(tmp_path: Path) -> None:
    [draft] = drafts(write(tmp_path / "a.jsonl", json.dumps(record_of(EXPORT)) + "\n"))
    assert article_from(draft).article == EXPORT
    [prefixed] = drafts(tmp_path, options=ReadOptions(id_prefix="b-"))
    assert article_from(prefixed).article == replace(EXPORT, id="b-7")


def test_an_exported_record_that_was_edited_is_read_like_any_other(tmp_path: Path) -> None:
    edited = record_of(EXPORT) | {"text": "<p>One</p>"}
    [draft] = drafts(write(tmp_path / "a.jsonl", json.dumps(edited) + "\n"))
    assert draft.text == "One"
    assert drafts(write(tmp_path / "a.jsonl", '{"content_hash": "x", "text": "A"}\n'))[0].text == "A"


@pytest.mark.parametrize(
    "odd",
    [{"language_confidence": float("nan")}, {"published_at": "?"}, {"language": "?"}, {"id": "\0"}, {"title": "T\0"}],
)
def test_an_odd_exported_record_gives_an_article_that_can_be_kept(odd: dict[str, object], tmp_path: Path) -> None:
    record = asdict(EXPORT) | {"text": "One"} | odd
    record["content_hash"] = Article(**record).content_hash  # type: ignore[arg-type]
    [draft] = drafts(write(tmp_path / "a.jsonl", json.dumps(record) + "\n"))
    article = article_from(draft).article
    assert (article.text, article.id != "", 0 <= article.language_confidence <= 1) == ("One", True, True)
    assert "?" not in (article.published_at, article.language)
    assert "\0" not in article.title


def test_an_exported_record_with_half_a_surrogate_pair_does_not_end_its_file(tmp_path: Path) -> None:
    odd = json.dumps(record_of(EXPORT) | {"title": "\ud800"})
    first, second = drafts(write(tmp_path / "a.jsonl", odd + '\n{"id": 8, "text": "Two"}\n'))
    assert (first.id, second.text) == ("7", "Two")


def test_an_exported_record_in_parquet_is_taken_as_it_is(tmp_path: Path) -> None:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    pq.write_table(pa.Table.from_pylist([record_of(EXPORT)]), tmp_path / "a.parquet")
    assert article_from(drafts(tmp_path)[0]).article == EXPORT

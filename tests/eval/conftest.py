"""A BEIR folder of five articles, and an archive of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.reading import ReadOptions, read
from retrieval import Searcher
from tests.fakes import WordEncoder, stored

CORPUS = [
    ("sea", "en", "Wind turbines stand at sea."),
    ("hills", "en", "Wind was felt in hills."),
    ("harbour", "en", "A strike closed every harbour."),
    ("birds", "en", "Many birds flew south."),
    ("meer", "de", "Windräder stehen im Meer."),
]
QUERIES: list[dict[str, Any]] = [
    {"_id": "q-wind", "text": "wind turbines", "language": "en", "answers": []},
    {"_id": "q-unjudged", "text": "nothing", "language": "en", "answers": []},
    {"_id": "q-strike", "text": "harbour strike", "language": "en", "answers": []},
    {"_id": "q-meer", "text": "Windräder Meer", "language": "de", "answers": []},
]
QRELS = {
    "all": [("q-wind", "sea", 2), ("q-strike", "harbour", 1), ("q-meer", "meer", 1)],
    "mono": [("q-meer", "meer", 1)],
}


def _write(path: Path, records: list[dict[str, Any]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


@pytest.fixture(scope="session")
def beir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beir") / "tiny"
    (folder / "qrels").mkdir(parents=True)
    articles = [
        {"_id": name, "title": "", "text": text, "language": language, "published_at": None, "source": "x", "url": None}
        for name, language, text in CORPUS
    ]
    _write(folder / "corpus.jsonl.gz", articles)
    _write(folder / "queries.jsonl.gz", QUERIES)
    for name, rows in QRELS.items():
        lines = ["query-id\tcorpus-id\tscore", *("\t".join(map(str, row)) for row in rows)]
        (folder / "qrels" / f"{name}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def searcher(beir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searcher]:
    folder, encoder = tmp_path_factory.mktemp("eval") / "tiny.zitat", WordEncoder(4096)
    drafts = list(read([str(beir / "corpus.jsonl.gz")], ReadOptions()))
    assert stored(folder, drafts, encoder).added == len(CORPUS)  # type: ignore[arg-type]
    with Searcher(folder, encoder) as opened:
        yield opened

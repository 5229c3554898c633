"""A search service over another library: BM25 by bm25s with Snowball stems, behind FastAPI.

It knows nothing of Zitat. docs/evaluating.md measures it with the same harness.

    python service.py CORPUS.jsonl[.gz] [--port 9000]
    curl "http://127.0.0.1:9000/search?q=wind+turbines&k=3&languages=en"
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import bm25s
import Stemmer
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hi": "hindi", "hu": "hungarian", "it": "italian", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
# Words, and of scripts that put no spaces between them each letter by itself.
WORD = r"(?u)[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]|[^\W\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]+"


class Hit(BaseModel):
    """An article that was found; a higher score is better."""

    id: str
    score: float


class Index:
    """The articles of one language."""

    def __init__(self, language: str, ids: list[str], texts: list[str]) -> None:
        self.ids = ids
        self._stemmer = Stemmer.Stemmer(STEMMERS[language]) if language in STEMMERS else None
        self._bm25 = bm25s.BM25()
        self._bm25.index(self._words(texts), show_progress=False)

    def _words(self, texts: list[str]) -> Any:
        options = {"token_pattern": WORD, "stopwords": [], "stemmer": self._stemmer, "show_progress": False}
        return bm25s.tokenize(texts, return_ids=False, **options)

    def search(self, question: str, count: int) -> list[Hit]:
        """The best articles that share a word with the question."""
        [words] = self._words([question])
        if not words:
            return []
        rows, scores = self._bm25.retrieve([words], k=min(count, len(self.ids)), show_progress=False)
        found = zip(rows[0].tolist(), scores[0].tolist(), strict=True)
        return [Hit(id=self.ids[row], score=score) for row, score in found if score > 0]


def create_app(corpus: Path) -> FastAPI:
    """The service over the articles of a file, in an index for each language."""
    indexes = {language: Index(language, *columns) for language, columns in _read(corpus).items()}
    app = FastAPI(title="BM25")

    @app.get("/search")
    def search(q: str, k: int = 10, languages: str = "") -> list[Hit]:
        """Search in all languages, or in those named, with commas between; scores of languages are put side by side."""
        wanted = languages.split(",") if languages else list(indexes)
        hits = [hit for language in wanted if language in indexes for hit in indexes[language].search(q, k)]
        return sorted(hits, key=lambda hit: -hit.score)[:k]

    return app


def _read(corpus: Path) -> dict[str, tuple[list[str], list[str]]]:
    columns: dict[str, tuple[list[str], list[str]]] = defaultdict(lambda: ([], []))
    with (
        gzip.open(corpus, "rt", encoding="utf-8") if corpus.suffix == ".gz" else open(corpus, encoding="utf-8") as rows
    ):
        for row in map(json.loads, rows):
            ids, texts = columns[row["language"]]
            ids.append(row["_id"])
            texts.append(f"{row.get('title') or ''} {row['text']}")
    return columns


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--port", type=int, default=9000)
    args = parser.parse_args()
    uvicorn.run(create_app(args.corpus), host="127.0.0.1", port=args.port, log_level="warning")

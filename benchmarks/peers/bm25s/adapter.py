"""bm25s: the lexical leg alone, with stems as its README has them (bm25s.tokenize with a Stemmer and stop words).

Each passage and each question is stemmed and stopped in its own language where Snowball and bm25s know it, which a
plain index over all languages would not have; the language is given. Its pattern takes a run of Han, kana or Thai
letters for one word, so that nothing is found in them: single letters of these scripts are words of their own here.
Lucene's BM25 with bm25s's own k1 and b; the numpy backend, as `pip install bm25s` has it.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bm25s
import numpy as np
import Stemmer

if TYPE_CHECKING:
    from benchmarks.peers.worker import Hits, Passages, Question

UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff"
PATTERN = rf"(?u)[{UNSPACED}]|[^\W{UNSPACED}]{{2,}}"
STEMMED = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hi": "hindi",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
STOPPED = {"da", "de", "en", "es", "fr", "it", "nl", "pt", "ru", "sv", "tr"}


class Peer:
    """One index over the passages of all languages."""

    def __init__(self, index: Path, model: str | None, data: Path) -> None:
        self._folder, self._rows_file = str(index / "bm25"), index / "passages.json"

    def ingest(self, passages: Passages) -> None:
        """Tokenise, index, and save."""
        words: list[list[str]] = [[]] * len(passages.ids)
        for language in set(passages.languages):
            rows = [row for row, one in enumerate(passages.languages) if one == language]
            for row, found in zip(rows, _words([passages.texts[row] for row in rows], language), strict=True):
                words[row] = found
        index = bm25s.BM25()
        index.index(words, show_progress=False)
        index.save(self._folder, show_progress=False)
        self._rows_file.write_text(json.dumps([passages.ids, passages.texts, passages.languages]))

    def open(self) -> None:
        """Load both files."""
        self._index = bm25s.BM25.load(self._folder, show_progress=False)
        self._ids, self._texts, languages = json.loads(self._rows_file.read_text())
        spoken = np.array(languages)
        self._masks = {one: (spoken == one).astype(np.float32) for one in set(languages)}

    def search(self, question: Question, count: int, language: str | None) -> Hits:
        """What shares words with the question."""
        [words] = _words([question.text], question.language)
        if not words:
            return []
        mask = self._masks[language] if language else None
        count = min(count, len(self._ids))
        rows, scores = self._index.retrieve([words], k=count, show_progress=False, weight_mask=mask)
        found = [(row, score) for row, score in zip(rows[0].tolist(), scores[0].tolist(), strict=True) if score > 0]
        assert all(self._texts[row] for row, _ in found)
        return [(self._ids[row], score) for row, score in found]


def _words(texts: list[str], language: str) -> list[list[str]]:
    stopwords = language if language in STOPPED else None
    return bm25s.tokenize(  # type: ignore[no-any-return]
        texts,
        token_pattern=PATTERN,
        stopwords=stopwords,
        stemmer=_stemmer(language),
        return_ids=False,
        show_progress=False,
    )


@cache
def _stemmer(language: str) -> Any:
    return Stemmer.Stemmer(STEMMED[language]) if language in STEMMED else None

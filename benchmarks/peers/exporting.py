"""The folder that every peer reads: passages as Zitat cut them, questions, and vectors of both.

articles.jsonl                             id, title, text, language, published_at, source, author, url
passages.jsonl, vectors.npy                id (article#ordinal), article, language, text; shape (n, 384), unit length
questions.jsonl, question_vectors.npy      text, language
question_tokens.npz                        the token vectors of each question, for Zitat's late interaction
archive.txt                                the archive that it is of
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.archive import Archive
from index.encoders.encoder import Encoder, Passage
from index.encoders.sbert import SentenceTransformerEncoder
from index.truth.schema import StoredArticle
from retrieval.question import encode, understand

NO_DATE = date(2000, 1, 1)  # nothing is asked about "today"


@dataclass(frozen=True)
class Asked:
    """A question and the language it is in."""

    text: str
    language: str


def export(archive: Archive, folder: Path, most: int = 0) -> None:
    """Write an archive's passages with its own vectors; of articles spread evenly over it where `most` passages are."""
    folder.mkdir(parents=True)
    (folder / "archive.txt").write_text(str(archive.path.resolve()))
    rows, vectors = [], []
    with open(folder / "articles.jsonl", "w", encoding="utf-8") as articles:
        for stored in spread(archive, most):
            print(json.dumps(asdict(stored.article), ensure_ascii=False), file=articles)
            rows += _passages(archive, stored)
            vectors.append(archive.store.vectors(stored.first_chunk, stored.last_chunk)[1])
    _write_rows(folder / "passages.jsonl", rows)
    np.save(folder / "vectors.npy", _unit(np.concatenate(vectors)))


def with_plain_vectors(folder: Path, other: Path, model: SentenceTransformerEncoder) -> None:
    """The same passages in another folder, with the vectors that sentence-transformers gives them."""
    other.mkdir(parents=True)
    for name in ("articles.jsonl", "passages.jsonl", "archive.txt"):
        (other / name).symlink_to(folder.resolve() / name)
    texts = [json.loads(line)["text"] for line in _lines(folder / "passages.jsonl")]
    encoded = model.encode_passages([Passage(text, "", "") for text in texts])
    np.save(other / "vectors.npy", np.stack([one.vector for one in encoded]))


def export_questions(questions: Sequence[Asked], folder: Path, encoder: Encoder) -> None:
    """Write questions, and what an encoder makes of them, beside passages."""
    _write_rows(folder / "questions.jsonl", [asdict(one) for one in questions])
    encoded = [encode(understand(one.text, None, NO_DATE), encoder) for one in questions]
    np.save(folder / "question_vectors.npy", np.stack([one.vector for one in encoded]))
    np.savez(folder / "question_tokens.npz", *[one.tokens for one in encoded])


def headlines(archive: Archive, count: int) -> list[Asked]:
    """Headlines of articles spread evenly over the archive."""
    found = [one.article for one in archive.store.each_article() if one.article.title]
    step = max(len(found) / count, 1.0)
    return [Asked(found[int(i * step)].title, found[int(i * step)].language) for i in range(min(count, len(found)))]


def spread(archive: Archive, most: int) -> list[StoredArticle]:
    """All articles, or every so many of them, until they have about `most` passages."""
    found = list(archive.store.each_article())
    passages = sum(one.last_chunk - one.first_chunk + 1 for one in found)
    return found if not most else found[:: max(round(passages / most), 1)]


def _passages(archive: Archive, stored: StoredArticle) -> list[dict[str, str]]:
    article = stored.article
    return [
        {
            "id": f"{article.id}#{chunk.ordinal}",
            "article": article.id,
            "language": article.language,
            "text": article.text[chunk.start : chunk.end],
        }
        for chunk in archive.store.chunks_between(stored.first_chunk, stored.last_chunk)
    ]


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """As stored in half precision they are a little off."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _write_rows(file: Path, rows: Iterable[dict[str, str]]) -> None:
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").split("\n") if line]
